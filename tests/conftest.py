"""Fixtures that several suites share: a real broker, a real database, the whole stack as a user starts it."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
import uuid
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from brokers import MortalKafka
from duijie_local.embedded.jars import ensure_jars
from duijie_local.embedded.kafka import kafka_program
from duijie_local.embedded.ports import LOOPBACK, free_ports
from duijie_local.embedded.postgres import (
    drop_database,
    ensure_database,
    postgres_program,
    remove_socket_folder,
    server_url,
    socket_folder,
)
from duijie_local.processes.child import Child
from local_stack import RunningStack
from local_stack import eventually as wait_for

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from duijie_local.processes.program import Program

START_SECONDS = 120.0
STOP_SECONDS = 20.0


def pytest_configure(config: pytest.Config) -> None:
    """Give the session a base folder of its own.

    The default one is shared by all sessions of a user, and each new session closes it to the account that the
    database of another runs under. What a failed session leaves stays for its logs.
    """
    if config.option.basetemp is None:
        config.option.basetemp = tempfile.mkdtemp(prefix="duijie-tests-")


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Remove the folder of a session in which nothing failed."""
    if exitstatus == pytest.ExitCode.OK and Path(session.config.option.basetemp).name.startswith(
        "duijie-tests-"
    ):
        shutil.rmtree(session.config.option.basetemp, ignore_errors=True)


@pytest.fixture(scope="session")
def skip_or_fail() -> Callable[[str], None]:
    """Call it with the reason why a test cannot run here: it is skipped, but under CI=true it fails."""

    def decide(reason: str) -> None:
        if os.environ.get("CI") == "true":
            pytest.fail(f"under CI=true nothing may be missing: {reason}")
        pytest.skip(reason)

    return decide


@contextmanager
def _running(program: Program, log: Path) -> Iterator[None]:
    child = Child(program, stack=f"tests-{uuid.uuid4()}", log=log)
    child.start()
    try:
        deadline = time.monotonic() + START_SECONDS
        while not child.is_ready():
            if child.poll() is not None or time.monotonic() > deadline:
                pytest.fail(
                    f"{program.name} did not start: {log.read_text('utf-8', errors='replace')[-4000:]}"
                )
            time.sleep(0.05)
        yield
    finally:
        child.interrupt()
        child.finish(time.monotonic() + STOP_SECONDS)


@pytest.fixture(scope="session")
def embedded_kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real broker for this session, as host:port; topics are the tests' own, by names of their own."""
    folder = tmp_path_factory.mktemp("broker")
    port, controller_port = free_ports(2)
    program = kafka_program(folder / "kafka", ensure_jars(), port, controller_port)
    with _running(program, folder / "kafka.log"):
        yield f"{LOOPBACK}:{port}"


@pytest.fixture
def mortal_kafka(tmp_path: Path) -> Iterator[MortalKafka]:
    """A real broker of this test's own, to kill, to start again, to set up otherwise."""
    broker = MortalKafka(tmp_path)
    try:
        broker.start()
        yield broker
    finally:
        broker.end()


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real PostgreSQL 18 for this session, as a libpq URL of its maintenance database."""
    folder = tmp_path_factory.mktemp("database")
    sockets = socket_folder(folder / "run")
    try:
        with _running(postgres_program(folder / "postgres", sockets), folder / "postgres.log"):
            yield server_url(sockets)
    finally:
        remove_socket_folder(sockets)


@pytest.fixture
def embedded_postgres(postgres_server: str) -> Iterator[str]:
    """A new empty database for this test, as a SQLAlchemy URL (`postgresql+psycopg://...`)."""
    name = f"test_{uuid.uuid4().hex[:12]}"
    ensure_database(postgres_server, name)
    yield postgres_server.replace("postgresql://", "postgresql+psycopg://", 1).replace(
        "/postgres?", f"/{name}?", 1
    )
    drop_database(postgres_server, name)


@pytest.fixture(scope="session")
def eventually() -> Callable[..., Any]:
    """`eventually(look, seconds=60)` calls `look` until it returns something true, and returns that."""
    return wait_for


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStack]:
    """The whole stack, started once for this session by `duijie up --detach`; tests share it."""
    yield from _started(tmp_path_factory.mktemp("stack"))


@pytest.fixture
def own_stack(tmp_path: Path) -> Iterator[RunningStack]:
    """A whole stack of this test's own, to break."""
    yield from _started(tmp_path / "own stack")


def _started(data_dir: Path) -> Iterator[RunningStack]:
    running = RunningStack(data_dir)
    try:
        running.up()
        yield running
    finally:
        running.down()
