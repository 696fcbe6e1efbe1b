"""What catalog's benchmarks run on: an embedded broker and database, and catalog's processes as they are run."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import psutil
from duijie_catalog import bootstrap
from duijie_catalog.settings import CatalogSettings
from duijie_local.embedded.jars import ensure_jars
from duijie_local.embedded.kafka import kafka_program
from duijie_local.embedded.ports import LOOPBACK, free_ports
from duijie_local.embedded.postgres import (
    ensure_database,
    postgres_program,
    remove_socket_folder,
    server_url,
    socket_folder,
)
from duijie_local.processes.child import Child
from duijie_local.processes.program import Program
from duijie_shared.kafka.admin import ensure_topics
from sqlalchemy import Engine

DEADLINE_S = 900.0
TOKEN = "internal-token-of-the-benchmarks"


@dataclass
class CatalogStack:
    """A migrated catalog without its processes; `start` runs one."""

    folder: Path
    database_url: str
    kafka: str
    engine: Engine
    pids: dict[str, int]
    _ended: ExitStack = field(default_factory=ExitStack)

    def start(self, name: str, *command: str) -> str:
        """Run a process of catalog's (or a command that reads the same settings) and return its address when it is up."""
        (port,) = free_ports(1)
        environment = {
            "DUIJIE_DATABASE_URL": self.database_url,
            "DUIJIE_KAFKA": self.kafka,
            "DUIJIE_INTERNAL_TOKEN": TOKEN,
            "DUIJIE_PORT": str(port),
            "DUIJIE_LOG_LEVEL": "WARNING",
        }
        log = self._ended.enter_context((self.folder / f"{name}.log").open("wb"))
        process = subprocess.Popen(
            [sys.executable, *(command or ("-m", "duijie_catalog", name))],
            env={**os.environ, **environment},
            stdout=log,
            stderr=log,
        )
        self._ended.callback(_end, process)
        self.pids[name] = process.pid
        url = f"http://{LOOPBACK}:{port}"
        wait_until(lambda: process.poll() is not None or _answers(url))
        if process.poll() is not None:
            raise RuntimeError(Path(log.name).read_text("utf-8", errors="replace")[-4000:])
        return url

    def end(self) -> None:
        """End what `start` began."""
        self._ended.close()

    def processor_seconds(self) -> dict[str, float]:
        """What each process and its children have used so far."""
        return {name: _seconds(pid) for name, pid in self.pids.items()}

    @property
    def headers(self) -> dict[str, str]:
        """Of the operator's requests to the API."""
        return {"Authorization": f"Bearer {TOKEN}", "X-Role": "admin"}


@contextmanager
def catalog_stack() -> Iterator[CatalogStack]:
    """A broker with the topics, and a database with catalog's tables; both end with the block."""
    with tempfile.TemporaryDirectory(prefix="duijie-bench-") as directory, ExitStack() as ended:
        folder = Path(directory)
        port, controller_port = free_ports(2)
        sockets = socket_folder(folder / "run")
        ended.callback(remove_socket_folder, sockets)
        broker = run_program(
            ended, kafka_program(folder / "kafka", ensure_jars(), port, controller_port), folder
        )
        database = run_program(ended, postgres_program(folder / "postgres", sockets), folder)
        server = server_url(sockets)
        ensure_database(server, "catalog")
        url = server.replace("postgresql://", "postgresql+psycopg://", 1).replace(
            "/postgres?", "/catalog?", 1
        )
        kafka = f"{LOOPBACK}:{port}"
        ensure_topics(kafka)
        settings = CatalogSettings(database_url=url)
        bootstrap.migrate(settings)
        engine = bootstrap.engine_for(settings)
        ended.callback(engine.dispose)
        pids = {"kafka": broker.pid or 0, "postgres": database.pid or 0}
        stack = CatalogStack(folder, url, kafka, engine, pids)
        ended.callback(stack.end)
        yield stack


def wait_until(condition: Callable[[], object], pause_s: float = 0.05) -> None:
    """Until it holds; TimeoutError after a quarter of an hour."""
    deadline = time.monotonic() + DEADLINE_S
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError("it never came true")
        time.sleep(pause_s)


def run_program(ended: ExitStack, program: Program, folder: Path) -> Child:
    child = Child(program, stack=f"bench-{os.getpid()}", log=folder / f"{program.name}.log")
    child.start()
    ended.callback(_stop, child)
    wait_until(child.is_ready)
    return child


def _stop(child: Child) -> None:
    child.interrupt()
    child.finish(time.monotonic() + 20)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/healthz").status_code == 200
    except httpx.TransportError:
        return False


def _seconds(pid: int) -> float:
    try:
        process = psutil.Process(pid)
        family = [process, *process.children(recursive=True)]
        used = [each.cpu_times() for each in family]
    except psutil.NoSuchProcess:
        return 0.0
    # Children that have ended (a connection's backend) are in their parent's account.
    return sum(each.user + each.system for each in used) + used[0].children_user + used[0].children_system
