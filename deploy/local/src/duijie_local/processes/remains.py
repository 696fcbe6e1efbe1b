"""Find and end processes that a stack left behind.

A process belongs to a stack if its environment carries the stack's name, or if it runs a program's executable in
that program's own folder (PostgreSQL writes its title over its environment). Neither can be true of a stranger
that was given a reused process id.
"""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

import psutil

from duijie_local.processes.program import PROCESS_VARIABLE, STACK_VARIABLE, Program

_WAIT_SECONDS = 5.0
_ROUNDS = 20


def find_remains(stack: str, program: Program) -> Iterator[psutil.Process]:
    """Yield the living processes that `program` started in the stack `stack`, however deep."""
    for candidate in psutil.process_iter():
        if candidate.pid == os.getpid():
            continue
        with contextlib.suppress(psutil.Error, OSError):
            if candidate.status() == psutil.STATUS_ZOMBIE:
                continue
            if _carries(candidate, stack, program.name) or _works_there(candidate, program):
                yield candidate


def end_remains(stack: str, program: Program) -> int:
    """Kill them until none is found, however fast they spawn others; returns how many were killed."""
    killed = 0
    for _ in range(_ROUNDS):
        found = list(find_remains(stack, program))
        if not found:
            return killed
        for each in found:
            with contextlib.suppress(psutil.NoSuchProcess):
                each.kill()  # psutil refuses by itself where the id was reused since
                killed += 1
        psutil.wait_procs(found, timeout=_WAIT_SECONDS)
    raise RuntimeError(f"{program.name} of {stack} keeps coming back: {[each.pid for each in found]}")


def _carries(candidate: psutil.Process, stack: str, name: str) -> bool:
    try:
        environment = candidate.environ()
    except psutil.AccessDenied:
        return False
    return environment.get(STACK_VARIABLE) == stack and environment.get(PROCESS_VARIABLE) == name


def _works_there(candidate: psutil.Process, program: Program) -> bool:
    return (
        program.folder_is_own
        and candidate.name() == Path(program.argv[0]).name
        and candidate.cwd() == str(program.cwd.resolve())
    )
