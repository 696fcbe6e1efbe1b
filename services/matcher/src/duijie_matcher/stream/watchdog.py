"""The faults that are known here are silent hangs; a worker that hangs is worth less than one that starts anew."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

import structlog

log = structlog.get_logger(__name__)

GIVEN_UP = 70
"""EX_SOFTWARE (sysexits.h): the process ended itself because it could not go on; its supervisor restarts it."""

INTERVAL_S = 1.0


@dataclass(slots=True)
class Watch:
    """Judges from what it is shown, in seconds of one clock; pure.

    `stall` is how long the loop may be silent, and progress absent while there is lag. `pause` is how long
    the judge itself may have been kept from looking: after a stop of the whole process that long, the group
    may have given the partitions to another worker.
    """

    stall: float
    pause: float
    looked: float
    beat: float
    progressed: float
    progress: int = 0

    @classmethod
    def starting(cls, now: float, *, stall: float, pause: float) -> Watch:
        """A watch that has seen nothing yet."""
        return cls(stall=stall, pause=pause, looked=now, beat=now, progressed=now)

    def heard(self, now: float, progress: int, lag: int | None) -> None:
        """The event loop ran; `lag` is None while it cannot be told, which is no reason to give up."""
        self.beat = now
        if lag in {0, None} or progress != self.progress:
            self.progress, self.progressed = progress, now

    def verdict(self, now: float) -> str | None:
        """Why the process must end, if it must."""
        silent, self.looked = now - self.looked, now
        if silent > self.pause:
            return f"stopped for {silent:.0f} s, the partitions may have another owner"
        if now - self.beat > self.stall:
            return f"the event loop has been blocked for {now - self.beat:.0f} s"
        if now - self.progressed > self.stall:
            return f"no progress for {now - self.progressed:.0f} s although there is lag"
        return None


def give_up(reason: str) -> None:
    """End this process at once and loudly, leaving nothing to hang on the way out."""
    log.critical("giving up", reason=reason)
    os._exit(GIVEN_UP)


def keep_watch(watch: Watch, end: Callable[[str], None] = give_up) -> None:
    """Look once a second from a thread of its own, since a blocked event loop cannot look after itself."""

    def look() -> None:
        while True:
            time.sleep(INTERVAL_S)
            if (reason := watch.verdict(time.monotonic())) is not None:
                end(reason)
                return

    threading.Thread(target=look, name="watchdog", daemon=True).start()
