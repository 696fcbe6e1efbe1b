"""Start a detached supervisor, wait for it, end it."""

import contextlib
import subprocess
import sys
import time
from collections.abc import Callable

import psutil

from duijie_local.processes.program import base_environment
from duijie_local.stack.__main__ import ALREADY_RUNNING_STATUS
from duijie_local.stack.data_dir import DataDir
from duijie_local.stack.options import Options
from duijie_local.stack.run import held
from duijie_local.stack.state import Stack, forget, is_alive, read_stack, supervisor_of

START_SECONDS = 600.0
END_SECONDS = 30.0
POLL_SECONDS = 0.1
# How long a supervisor may go without having written itself down.
GRACE_SECONDS = 15.0
_LOG_TAIL_LINES = 40


class LaunchError(Exception):
    """The stack did not come up; the message ends with the supervisor's last words."""


def launch(data: DataDir, options: Options, progress: Callable[[str], None]) -> Stack:
    """Start a supervisor in a session of its own and return the stack once all is ready.

    Where the folder has a supervisor already, or another got there first, its stack is returned once ready.
    `progress` is given the supervisor's newest line.

    Raises:
        LaunchError: it ended, or was not ready within ten minutes.
    """
    process = _spawn(data, options) if supervisor_of(data) is None else None
    deadline = time.monotonic() + START_SECONDS
    last_seen = time.monotonic()
    while time.monotonic() < deadline:
        stack = read_stack(data)
        alive = supervisor_of(data) is not None
        if alive and stack is not None:
            return stack
        if alive:
            last_seen = time.monotonic()
        ended = process is not None and process.poll() not in {None, ALREADY_RUNNING_STATUS}
        if ended or time.monotonic() - last_seen > GRACE_SECONDS:
            break
        progress(_tail(data, lines=1))
        time.sleep(POLL_SECONDS)
    raise LaunchError(_tail(data))


def end(data: DataDir) -> bool:
    """End the folder's stack, and what a killed supervisor left of one; returns whether there was any.

    Raises:
        AlreadyRunningError: the supervisor did not end, even killed.
    """
    supervisor = supervisor_of(data)
    if supervisor is not None:
        with contextlib.suppress(psutil.NoSuchProcess):
            supervisor.terminate()
            if not _ended(supervisor):
                supervisor.kill()
                _ended(supervisor)
    if not data.root.exists():
        return False
    with held(data):
        killed = data.end_remains()
        forget(data)
    return supervisor is not None or killed > 0


def _ended(process: psutil.Process) -> bool:
    deadline = time.monotonic() + END_SECONDS
    while is_alive(process):
        if time.monotonic() > deadline:
            return False
        time.sleep(POLL_SECONDS)
    return True


def _spawn(data: DataDir, options: Options) -> subprocess.Popen[bytes]:
    data.logs.mkdir(parents=True, exist_ok=True)
    with data.supervisor_log.open("wb") as log:
        return subprocess.Popen(
            (sys.executable, "-m", "duijie_local.stack", str(data.root)),
            env=base_environment() | options.to_environment() | {"PYTHONUTF8": "1"},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def _tail(data: DataDir, lines: int = _LOG_TAIL_LINES) -> str:
    try:
        text = data.supervisor_log.read_text("utf-8", errors="replace")
    except FileNotFoundError:
        return ""
    return "\n".join(text.splitlines()[-lines:])
