"""A broker for the matcher's tests alone: other suites write what they like into the registry's topics."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from duijie_local.embedded.jars import ensure_jars
from duijie_local.embedded.kafka import kafka_program
from duijie_local.embedded.ports import LOOPBACK, free_ports
from duijie_local.processes.child import Child
from duijie_shared.events.topics import TOPICS
from duijie_shared.kafka.admin import ensure_topics
from kafka import KafkaAdminClient
from matchers import DEADLINE_S, Matcher, Topics, eventually

StartMatcher = Callable[..., Matcher]


@pytest.fixture(scope="session")
def matcher_kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """host:port of a broker of this folder's own."""
    folder = tmp_path_factory.mktemp("matcher-broker")
    port, controller_port = free_ports(2)
    program = kafka_program(folder / "kafka", ensure_jars(), port, controller_port)
    child = Child(program, stack=f"tests-{uuid.uuid4()}", log=folder / "kafka.log")
    child.start()
    try:
        eventually(program.ready, bool, "the broker")
        yield f"{LOOPBACK}:{port}"
    finally:
        child.interrupt()
        child.finish(time.monotonic() + DEADLINE_S)


@pytest.fixture
def topics(matcher_kafka: str) -> Iterator[Topics]:
    """The registry's topics, empty."""
    admin = KafkaAdminClient(bootstrap_servers=matcher_kafka)
    try:
        if present := [name for name in TOPICS if name in admin.list_topics()]:
            admin.delete_topics(present)
            eventually(admin.list_topics, lambda names: not set(names) & set(present), "deletion")
    finally:
        admin.close()
    ensure_topics(matcher_kafka)
    opened = Topics(matcher_kafka)
    yield opened
    opened.close()


@pytest.fixture
def start_matcher(topics: Topics, tmp_path: Path) -> Iterator[StartMatcher]:
    """Starts workers of one group of this test's own, and ends them."""
    group = f"matcher-{uuid.uuid4()}"
    started: list[Matcher] = []

    def start(instance: str = "m1", **environment: str) -> Matcher:
        matcher = Matcher(topics.bootstrap, tmp_path, group=group, instance=instance, **environment)
        started.append(matcher)
        return matcher.start()

    yield start
    for matcher in started:
        matcher.end()
