"""Keep a stack's children running: start them, restart the dead with back-off, end all without remains."""

import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from duijie_local.processes.child import Child
from duijie_local.processes.program import Program

FIRST_DELAY_SECONDS = 0.5
LONGEST_DELAY_SECONDS = 30.0
# A child that lived this long before it died is taken to have been well: its back-off begins anew.
WELL_AFTER_SECONDS = 10.0
READY_SECONDS = 180.0
# Only before it was ever ready; later on a child is restarted for as long as it takes.
GIVE_UP_AFTER_RESTARTS = 4
POLL_SECONDS = 0.1
# Together less than the 20 s within which all must be over, what remains being for the kill and its wait.
# First the services' time, then everything's, both from the beginning of the end.
STOP_SECONDS = (12.0, 17.0)

State = Literal["starting", "running", "restarting"]


class StartError(Exception):
    """A program did not start; the message says which, and ends with its log's last lines."""


class StoppedError(Exception):
    """The supervisor was asked to end while it was starting."""


def next_delay(last: float | None, lived: float) -> float:
    """Seconds until a dead child is started again: `last` is its previous delay, `lived` how long it ran."""
    if last is None or lived >= WELL_AFTER_SECONDS:
        return FIRST_DELAY_SECONDS
    return min(2 * last, LONGEST_DELAY_SECONDS)


@dataclass
class Supervised:
    """A child with its history. `due` is the monotonic time of its next start while it is down."""

    child: Child
    state: State = "starting"
    restarts: int = 0
    delay: float | None = None
    since: float = 0.0
    due: float | None = None


class Supervisor:
    """Runs programs for the stack called `stack`, their output in `logs`.

    `say(zh, en)` tells a person what happened; `changed(children)` is called after every change of a child.
    """

    def __init__(
        self,
        stack: str,
        logs: Path,
        say: Callable[[str, str], None],
        changed: Callable[[Sequence[Supervised]], None] = lambda _: None,
        stop_seconds: tuple[float, float] = STOP_SECONDS,
    ) -> None:
        self._stack = stack
        self._logs = logs
        self._say = say
        self._changed = changed
        self._stop_seconds = stop_seconds
        self._children: dict[str, Supervised] = {}
        self.stopping = threading.Event()

    def start(self, programs: Iterable[Program]) -> None:
        """Start programs; they are supervised from now on."""
        for program in programs:
            one = Supervised(self._child(program))
            self._children[program.name] = one
            self._launch(one)

    def wait_ready(self, programs: Iterable[Program], seconds: float = READY_SECONDS) -> None:
        """Wait until all of `programs` are ready, restarting what dies meanwhile.

        Raises:
            StartError: one is not ready after `seconds`.
            StoppedError: asked to end.
        """
        waiting = [self._children[program.name] for program in programs]
        deadline = time.monotonic() + seconds
        while waiting:
            self.tick()
            for one in list(waiting):
                if one.child.is_ready():
                    one.state = "running"
                    waiting.remove(one)
                    self._tell()
            for one in waiting:
                if one.restarts >= GIVE_UP_AFTER_RESTARTS or time.monotonic() > deadline:
                    raise self._failure(one.child, "未能就绪", "did not become ready")
            self._pause()

    def run_once(self, programs: Iterable[Program]) -> None:
        """Run programs side by side to their end.

        Raises:
            StartError: one ended with a status other than 0.
            StoppedError: asked to end (they are ended too).
        """
        children = [self._child(program) for program in programs]
        try:
            for child in children:
                child.start()
            while any(child.poll() is None for child in children):
                self.tick()
                self._pause()
            for child in children:
                if child.poll() != 0:
                    raise self._failure(
                        child, f"以状态 {child.poll()} 结束", f"ended with status {child.poll()}"
                    )
        finally:
            for child in children:
                child.finish(time.monotonic())

    def tick(self) -> None:
        """Look at every child once: note who died, start who is due."""
        now = time.monotonic()
        for one in self._children.values():
            if one.due is None and one.child.poll() is not None:
                self._bury(one)
            elif one.due is not None and now >= one.due:
                one.due = None
                one.restarts += 1
                self._launch(one)

    def supervise(self, each_second: Callable[[], None] = lambda: None) -> None:
        """Keep the children running until `stopping` is set."""
        next_second = time.monotonic()
        while not self.stopping.wait(POLL_SECONDS):
            self.tick()
            if time.monotonic() >= next_second:
                next_second = time.monotonic() + 1
                each_second()

    def stop(self, last: Sequence[str] = ()) -> None:
        """End all children, those named in `last` after the others; kill what does not end in time."""
        began = time.monotonic()
        first = [one.child for name, one in self._children.items() if name not in last]
        rest = [one.child for name, one in self._children.items() if name in last]
        for children, seconds in zip((first, rest), self._stop_seconds, strict=True):
            for child in children:
                child.interrupt()
            for child in children:
                if not child.finish(began + seconds):
                    name = child.program.name
                    self._say(f"{name} 未按时结束, 已强制终止", f"{name} did not end in time and was killed")
        self._children.clear()
        self._tell()

    def _child(self, program: Program) -> Child:
        return Child(program, self._stack, self._logs / f"{program.name}.log")

    def _launch(self, one: Supervised) -> None:
        one.since = time.monotonic()
        try:
            one.child.start()
        except OSError as error:  # out of processes or memory, perhaps for a moment
            self._postpone(one, str(error))
            return
        one.state = "running" if one.restarts else "starting"
        self._tell()

    def _bury(self, one: Supervised) -> None:
        one.child.clear()
        self._postpone(one, f"status {one.child.poll()}")

    def _postpone(self, one: Supervised, why: str) -> None:
        now, name = time.monotonic(), one.child.program.name
        delay = one.delay = next_delay(one.delay, lived=now - one.since)
        one.due, one.state = now + delay, "restarting"
        self._say(
            f"{name} 意外结束 ({why}), {delay:g} 秒后重启",
            f"{name} ended unexpectedly ({why}), restarting in {delay:g} s",
        )
        self._tell()

    def _pause(self) -> None:
        if self.stopping.wait(POLL_SECONDS):
            raise StoppedError

    def _tell(self) -> None:
        self._changed(tuple(self._children.values()))

    def _failure(self, child: Child, zh: str, en: str) -> StartError:
        tail = "\n".join(child.log.read_text("utf-8", errors="replace").splitlines()[-30:])
        name = child.program.name
        return StartError(f"{name} {zh} · {name} {en} ({child.log})\n{tail}")
