"""The loop of a background process: work while there is some, wait to be woken, sit out a database that is away."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

import psycopg
import structlog
from sqlalchemy import exc

if TYPE_CHECKING:
    from duijie_catalog.outgoing.wakeup import Wakeup

log = structlog.get_logger()

IDLE_S = 0.5
"""Longest wait for a notification: what a lost one costs."""

SHORTEST_PAUSE_S, LONGEST_PAUSE_S = 0.2, 5.0


class BackOff:
    """Pauses that double from 0.2 s to 5 s until something works again."""

    def __init__(self) -> None:
        self._pause_s = SHORTEST_PAUSE_S

    def wait(self, stop: threading.Event) -> None:
        """Pause, or return at once when the process is asked to stop."""
        stop.wait(self._pause_s)
        self._pause_s = min(self._pause_s * 2, LONGEST_PAUSE_S)

    def reset(self) -> None:
        """It works again."""
        self._pause_s = SHORTEST_PAUSE_S


def run(step: Callable[[], bool], wakeup: Wakeup, stop: threading.Event) -> None:
    """Call `step` until `stop`; it returns whether it found work. Any error but a database that is away ends it."""
    back_off = BackOff()
    try:
        while not stop.is_set():
            try:
                wakeup.open()
                if not step():
                    wakeup.wait(IDLE_S)
                back_off.reset()
            except (exc.OperationalError, psycopg.OperationalError) as error:
                log.warning("database away", error=str(error))
                wakeup.close()
                back_off.wait(stop)
    finally:
        wakeup.close()


def stop_on_signals() -> threading.Event:
    """An event that SIGTERM and SIGINT set."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    return stop
