"""The two brokers that the suite of `test_broker` runs on, and one that may be killed."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from brokers import DEADLINE_S, Broker, MortalKafka, Positions
from duijie_local.embedded.jars import ensure_jars
from duijie_local.embedded.kafka import kafka_program
from duijie_local.embedded.ports import LOOPBACK, free_ports
from duijie_local.processes.child import Child
from duijie_shared.kafka.admin import ensure_topics
from duijie_shared.kafka.consumer import KafkaReader
from duijie_shared.kafka.memory import MemoryBroker
from duijie_shared.kafka.ports import Publisher, Reader
from duijie_shared.kafka.producer import KafkaPublisher


@pytest.fixture(params=["memory", pytest.param("kafka", marks=pytest.mark.broker)])
def broker(request: pytest.FixtureRequest) -> Iterator[Broker]:
    """The in-memory broker and the real one, in turn."""
    if request.param == "memory":
        memory = MemoryBroker()
        yield Broker(memory.publisher, memory.reader)
        return
    bootstrap: str = request.getfixturevalue("embedded_kafka")
    ensure_topics(bootstrap)
    opened: list[Publisher | Reader] = []

    def publisher() -> Publisher:
        opened.append(made := KafkaPublisher(bootstrap, client_id="contract-test"))
        return made

    def reader(topics: Sequence[str], positions: Positions | None) -> Reader:
        opened.append(made := KafkaReader(bootstrap, topics, client_id="contract-test", positions=positions))
        return made

    yield Broker(publisher, reader)
    for port in opened:
        port.close()


@pytest.fixture
def mortal_kafka(tmp_path: Path) -> Iterator[MortalKafka]:
    """A broker that the test may kill with -9."""
    port, controller_port = free_ports(2)
    program = kafka_program(tmp_path / "kafka", ensure_jars(), port, controller_port)
    child = Child(program, stack=f"tests-{os.getpid()}-{port}", log=tmp_path / "kafka.log")
    child.start()

    def kill() -> None:
        assert child.pid is not None
        os.kill(child.pid, signal.SIGKILL)
        child.finish(time.monotonic() + DEADLINE_S)

    try:
        deadline = time.monotonic() + 2 * DEADLINE_S
        while not program.ready():
            assert child.poll() is None, child.log.read_text("utf-8", errors="replace")[-4000:]
            assert time.monotonic() < deadline, "the broker did not start"
            time.sleep(0.05)
        yield MortalKafka(f"{LOOPBACK}:{port}", kill)
    finally:
        child.interrupt()
        child.finish(time.monotonic() + 20)
