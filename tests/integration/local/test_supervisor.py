"""The supervisor over small programs of its own: restarts, ends, leaves nothing behind."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import psutil
import pytest
from duijie_local.embedded.ports import LOOPBACK, free_ports
from duijie_local.processes.program import Program
from duijie_local.processes.remains import Footprint, find_remains
from duijie_local.processes.supervisor import StartError, Supervised, Supervisor
from duijie_local.stack.data_dir import DataDir

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

SLEEPS = "import time; time.sleep(600)"
STUBBORN = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); {SLEEPS}"
# Its child leaves its session and group and spawns again, as a daemon would.
SPAWNS = f"""
import subprocess, sys
inner = "import subprocess, sys; subprocess.Popen([sys.executable, '-c', {SLEEPS!r}], start_new_session=True); {SLEEPS}"
subprocess.Popen([sys.executable, "-c", inner], start_new_session=True)
subprocess.Popen([sys.executable, "-c", {SLEEPS!r}])
{SLEEPS}
"""
DEADLINE = 30.0


class Rig:
    """A supervisor whose reports are kept."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.stack = str(folder)
        self.said: list[str] = []
        self.children: Sequence[Supervised] = ()
        self.supervisor = Supervisor(
            self.stack,
            folder / "logs",
            lambda _zh, en: self.said.append(en),
            self._note,
            stop_seconds=(1.0, 2.0),
        )

    def _note(self, children: Sequence[Supervised]) -> None:
        self.children = children

    def program(self, name: str, code: str) -> Program:
        return Program(name=name, argv=(sys.executable, "-c", code), cwd=self.folder)

    def pid(self, name: str) -> int | None:
        return next(one.child.pid for one in self.children if one.child.program.name == name)

    def living(self) -> list[psutil.Process]:
        return list(find_remains(Footprint(self.stack)))

    def until(self, true: Callable[[], object]) -> None:
        """Let the supervisor do its work until `true()`."""
        deadline = time.monotonic() + DEADLINE
        while not true():
            assert time.monotonic() < deadline, self.said
            self.supervisor.tick()
            time.sleep(0.02)


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    rig = Rig(tmp_path)
    yield rig
    rig.supervisor.stop()
    assert rig.living() == []


def test_a_killed_child_is_restarted_and_said_so(rig: Rig) -> None:
    """After kill -9 the child comes back under another process id, after half a second."""
    rig.supervisor.start([rig.program("one", SLEEPS), rig.program("other", SLEEPS)])
    first, other = rig.pid("one"), rig.pid("other")
    assert first is not None
    os.kill(first, signal.SIGKILL)
    rig.until(lambda: rig.pid("one") not in {first, None})
    assert rig.said == ["one ended unexpectedly (status -9), restarting in 0.5 s"]
    assert [(one.child.program.name, one.restarts) for one in rig.children] == [("one", 1), ("other", 0)]
    assert rig.pid("other") == other


def test_a_dead_childs_own_children_do_not_outlive_it(rig: Rig) -> None:
    """What a killed child had started is gone before its successor runs, other sessions included."""
    rig.supervisor.start([rig.program("spawner", SPAWNS)])
    rig.until(lambda: len(rig.living()) == 4)
    before = {process.pid for process in rig.living()}
    first = rig.pid("spawner")
    assert first is not None
    os.kill(first, signal.SIGKILL)
    rig.until(lambda: rig.pid("spawner") not in {first, None} and len(rig.living()) == 4)
    assert before.isdisjoint(process.pid for process in rig.living())


def test_stopping_leaves_nothing_behind(rig: Rig) -> None:
    """Children, their children in other sessions, and one that ignores SIGTERM: all are gone in time."""
    rig.supervisor.start([rig.program("spawner", SPAWNS), rig.program("stubborn", STUBBORN)])
    log = rig.folder / "logs" / "stubborn.log"
    rig.until(lambda: len(rig.living()) == 5 and log.exists() and "up" in log.read_text())
    rig.supervisor.stop()
    assert rig.living() == []
    assert rig.said == ["stubborn did not end in time and was killed"]


def test_a_child_that_never_becomes_ready_fails_the_start_with_its_last_words(rig: Rig) -> None:
    """The start is given up after a few deaths, and the error quotes the log."""
    broken = Program(
        name="broken",
        argv=(sys.executable, "-c", "raise SystemExit('no such setting')"),
        cwd=rig.folder,
        ready=lambda: False,
    )
    rig.supervisor.start([broken])
    with pytest.raises(StartError, match="no such setting"):
        rig.supervisor.wait_ready([broken], seconds=20)


def test_another_programs_answer_on_the_port_does_not_make_a_child_ready(rig: Rig) -> None:
    """A child is ready once it listens on its port itself, not because somebody does."""
    listens = (
        "import socket, sys, time; s = socket.create_server(('127.0.0.1', int(sys.argv[1]))); time.sleep(600)"
    )
    mine, strangers = free_ports(2)
    with socket.create_server((LOOPBACK, strangers)):
        robbed = replace(rig.program("robbed", SLEEPS), port=strangers)
        rig.supervisor.start([robbed])
        with pytest.raises(StartError):
            rig.supervisor.wait_ready([robbed], seconds=1)
    own = Program("own", (sys.executable, "-c", listens, str(mine)), rig.folder, port=mine)
    rig.supervisor.start([own])
    rig.supervisor.wait_ready([own], seconds=DEADLINE)


def test_a_program_run_once_must_succeed(rig: Rig) -> None:
    """Status 0 passes, any other refuses with the log."""
    rig.supervisor.run_once([rig.program("good", "print('done')")])
    with pytest.raises(StartError, match="schema"):
        rig.supervisor.run_once([rig.program("bad", "raise SystemExit('schema')")])


def test_what_a_killed_supervisor_left_is_ended_by_the_next(tmp_path: Path) -> None:
    """After kill -9 of the supervisor its children are found by the data folder and ended, strangers are not."""
    data = DataDir.at(tmp_path)
    code = f"""
import sys, time
from pathlib import Path
from duijie_local.embedded.ports import LOOPBACK, free_ports
from duijie_local.processes.program import Program
from duijie_local.processes.supervisor import Supervisor
supervisor = Supervisor({data.stack_name!r}, Path({str(data.logs)!r}), print)
supervisor.start([Program("spawner", (sys.executable, "-c", {SPAWNS!r}), Path({str(tmp_path)!r}))])
supervisor.supervise()
"""
    stranger = subprocess.Popen([sys.executable, "-c", SLEEPS], cwd=tmp_path)
    killed = subprocess.Popen([sys.executable, "-c", code])
    try:
        deadline = time.monotonic() + DEADLINE
        while len(list(find_remains(Footprint(data.stack_name)))) < 4:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        killed.kill()
        killed.wait()
        assert data.end_remains() == 4
        assert list(find_remains(Footprint(data.stack_name))) == []
        assert stranger.poll() is None
    finally:
        killed.kill()
        stranger.kill()
        stranger.wait()
        data.end_remains()
