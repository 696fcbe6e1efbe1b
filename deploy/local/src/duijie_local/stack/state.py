"""What is written down of a running stack, and how others read it."""

import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import psutil

from duijie_local.processes.supervisor import Supervised
from duijie_local.stack import files
from duijie_local.stack.data_dir import DataDir

SUPERVISOR = "supervisor"


@dataclass(frozen=True, slots=True)
class Stack:
    """Where a running stack is reached. Holds the admin key and the internal token: never print it whole.

    `probes` maps a process's name to the base URL of its `/readyz`. `kafka` is host:port.
    """

    gateway: str
    catalog: str
    kafka: str
    data_dir: str
    admin_key: str
    internal_token: str
    probes: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Running:
    """A process as written down: its id counts only together with its start time (seconds since the epoch)."""

    name: str
    pid: int | None
    started: float | None
    state: str
    restarts: int

    def find(self) -> psutil.Process | None:
        """The process if it still lives; None too where its id belongs to another by now."""
        if self.pid is None or self.started is None:
            return None
        try:
            found = psutil.Process(self.pid)
            alive = found.create_time() == self.started and found.status() != psutil.STATUS_ZOMBIE
        except psutil.NoSuchProcess:
            return None
        return found if alive else None


def write_stack(data: DataDir, stack: Stack) -> None:
    """Say that the stack is ready and where."""
    files.write_private(data.stack_file, asdict(stack))


def read_stack(data: DataDir) -> Stack | None:
    """The stack that was ready last; whether it still runs is `supervisor_of`'s to say."""
    content = files.read(data.stack_file)
    return None if content is None else Stack(**content)


def write_processes(data: DataDir, children: Sequence[Supervised]) -> None:
    """Write down this process as supervisor, and its children."""
    own = Running(SUPERVISOR, os.getpid(), psutil.Process().create_time(), "running", 0)
    rows = [own, *(_running(child) for child in children)]
    files.write_private(data.processes_file, {"processes": [asdict(row) for row in rows]})


def read_processes(data: DataDir) -> tuple[Running, ...]:
    """The processes as last written down, the supervisor first; none where there was never a start."""
    content: dict[str, Any] = files.read(data.processes_file) or {"processes": []}
    return tuple(Running(**row) for row in content["processes"])


def supervisor_of(data: DataDir) -> psutil.Process | None:
    """The living supervisor of the data folder."""
    for row in read_processes(data):
        if row.name == SUPERVISOR:
            found = row.find()
            return found if found is not None and is_alive(found) else None
    return None


def is_alive(process: psutil.Process) -> bool:
    """Whether a process runs: one that ended stays in the table until its parent, perhaps a demo, asks for it."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def forget(data: DataDir) -> None:
    """Remove what was written down, after the end."""
    data.stack_file.unlink(missing_ok=True)
    data.processes_file.unlink(missing_ok=True)


def _running(one: Supervised) -> Running:
    pid = one.child.pid
    return Running(
        name=one.child.program.name,
        pid=pid,
        started=one.child.started if pid is not None else None,
        state=one.state,
        restarts=one.restarts,
    )
