"""Find and end processes that a stack left behind.

A process belongs to a stack if its environment carries the stack's name, or if it runs a known executable in a
folder of the stack's own (PostgreSQL writes its title over its environment). Neither can be true of a stranger
that was given a reused process id.
"""

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil

from duijie_local.processes.program import PROCESS_VARIABLE, STACK_VARIABLE

_WAIT_SECONDS = 5.0
_ROUNDS = 20


@dataclass(frozen=True, slots=True)
class Footprint:
    """What tells a stack's processes: its name, one child's name (None: any), an executable in its own folder."""

    stack: str
    process: str | None = None
    home: tuple[str, Path] | None = None


def find_remains(footprint: Footprint) -> Iterator[psutil.Process]:
    """Yield the living processes with this footprint, however deep they were started."""
    for candidate in psutil.process_iter():
        if candidate.pid == os.getpid():
            continue
        with contextlib.suppress(psutil.Error, OSError):
            if candidate.status() == psutil.STATUS_ZOMBIE:
                continue
            if _carries(candidate, footprint) or _is_at_home(candidate, footprint):
                yield candidate


def end_remains(footprint: Footprint) -> int:
    """Kill them until none is found, however fast they spawn others; returns how many were killed.

    Raises:
        RuntimeError: they keep coming back.
    """
    killed = 0
    for _ in range(_ROUNDS):
        found = list(find_remains(footprint))
        if not found:
            return killed
        for each in found:
            with contextlib.suppress(psutil.NoSuchProcess):
                each.kill()  # psutil refuses by itself where the id was reused since
                killed += 1
        psutil.wait_procs(found, timeout=_WAIT_SECONDS)
    raise RuntimeError(f"processes of {footprint} keep coming back: {[each.pid for each in found]}")


def _carries(candidate: psutil.Process, footprint: Footprint) -> bool:
    try:
        environment = candidate.environ()
    except psutil.AccessDenied:
        return False
    return environment.get(STACK_VARIABLE) == footprint.stack and (
        footprint.process is None or environment.get(PROCESS_VARIABLE) == footprint.process
    )


def _is_at_home(candidate: psutil.Process, footprint: Footprint) -> bool:
    if footprint.home is None:
        return False
    executable, folder = footprint.home
    return candidate.name() == executable and candidate.cwd() == str(folder.resolve())
