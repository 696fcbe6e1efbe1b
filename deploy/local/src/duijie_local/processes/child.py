"""One child process: its own session, a log file, and an end that leaves nothing behind."""

import os
import signal
import subprocess
import time
from pathlib import Path

import psutil

from duijie_local.processes.program import PROCESS_VARIABLE, STACK_VARIABLE, Program, base_environment
from duijie_local.processes.remains import Footprint, end_remains


class Child:
    """A program's running process. Not restarted here: see `supervisor`."""

    def __init__(self, program: Program, stack: str, log: Path) -> None:
        """Bind `program` to the stack's name `stack` and to the file `log` that takes its output."""
        self.program = program
        self.stack = stack
        self.log = log
        self._process: subprocess.Popen[bytes] | None = None
        self.started: float | None = None

    @property
    def pid(self) -> int | None:
        """The process id, None where it does not run."""
        return self._process.pid if self._process is not None and self._process.returncode is None else None

    def start(self) -> None:
        """Start the process in a session of its own, its output appended to the log."""
        program = self.program
        end_remains(self._footprint())
        program.prepare()
        environment = base_environment() | dict(program.environment)
        environment |= {STACK_VARIABLE: self.stack, PROCESS_VARIABLE: program.name}
        account = program.account
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                program.argv,
                cwd=program.cwd,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                user=None if account is None else account.uid,
                group=None if account is None else account.gid,
                extra_groups=None if account is None else [],
            )
        self.started = psutil.Process(self._process.pid).create_time()

    def poll(self) -> int | None:
        """The exit status if it has ended, else None."""
        return None if self._process is None else self._process.poll()

    def is_ready(self) -> bool:
        """Whether the process runs and serves, itself and no other on its port."""
        pid, port = self.pid, self.program.port
        if pid is None or self.poll() is not None:
            return False
        return (port is None or _listens(pid, port)) and self.program.ready()

    def interrupt(self) -> None:
        """Ask the process to end; returns at once."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(self.program.stop_signal)

    def finish(self, deadline: float) -> bool:
        """Wait until `deadline` (monotonic seconds) for the end, then kill; ends its descendants either way.

        Returns whether it ended by itself.
        """
        if self._process is None:
            return True
        try:
            self._process.wait(timeout=max(0.0, deadline - time.monotonic()))
            by_itself = True
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
            by_itself = False
        self.clear()
        return by_itself

    def clear(self) -> None:
        """Kill what the ended process left in its group or started elsewhere."""
        if self._process is not None:
            _kill_group(self._process.pid)
        end_remains(self._footprint())

    def _footprint(self) -> Footprint:
        program = self.program
        home = (Path(program.argv[0]).name, program.cwd) if program.folder_is_own else None
        return Footprint(self.stack, program.name, home)


def _listens(pid: int, port: int) -> bool:
    try:
        connections = psutil.Process(pid).net_connections(kind="tcp")
    except psutil.Error:
        return False
    return any(each.status == psutil.CONN_LISTEN and each.laddr.port == port for each in connections)


def _kill_group(group: int) -> None:
    try:
        os.killpg(group, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):  # nobody left in it
        return
