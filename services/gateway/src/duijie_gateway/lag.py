"""Asking a busy loop for its lag from another thread: the Kafka client may be used by its own thread only."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class LagQuestion:
    """One thread asks, the loop answers between two batches, so that an answer never counts half a batch."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._asked = 0
        self._answered = 0
        self._lag: int | None = None

    def ask(self, timeout_s: float) -> int | None:
        """The lag as measured after this call began; None when the loop had no answer in time."""
        with self._condition:
            self._asked += 1
            mine = self._asked
            self._condition.wait_for(lambda: self._answered >= mine, timeout=timeout_s)
            return self._lag if self._answered >= mine else None

    def answer(self, measure: Callable[[], int | None]) -> None:
        """Measure and answer all who asked before; does nothing when nobody did."""
        with self._condition:
            asked = self._asked
            if asked == self._answered:
                return
        lag = measure()
        with self._condition:
            self._answered, self._lag = asked, lag
            self._condition.notify_all()
