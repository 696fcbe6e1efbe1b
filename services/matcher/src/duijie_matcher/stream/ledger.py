"""Which events of a partition have had their effects acknowledged, and which markets are still to be cleared."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

Ack = Callable[[], object]
"""Tells the consumer that an event is done with."""


@dataclass(frozen=True, slots=True)
class _Waiting:
    next_offset: int
    changes: tuple[tuple[str, int], ...]  # markets with the change number that must be out
    ack: Ack | None


class Ledger:
    """Pure bookkeeping of one partition.

    Every change of a market gets a number; a clearing that began at number n settles all changes up to n.
    `applied` is the offset after the last record in the book, `settled` the offset after the last record
    whose every effect, and that of all before it, is acknowledged by the broker.
    """

    def __init__(self, start: int) -> None:
        self.applied = start
        self.settled = start
        self._changes = 0
        self._newest: dict[str, int] = {}
        self._cleared: dict[str, int] = {}
        self._waiting: deque[_Waiting] = deque()

    def touch(self, markets: Iterable[str]) -> tuple[tuple[str, int], ...]:
        """Mark markets as changed without an event, as a new policy does."""
        self._changes += 1
        touched = tuple((market, self._changes) for market in markets)
        self._newest.update(touched)
        return touched

    def applied_up_to(self, next_offset: int, markets: Iterable[str], ack: Ack | None = None) -> list[Ack]:
        """The book holds everything before `next_offset`, which changed `markets`. Returns what to acknowledge."""
        self.applied = max(self.applied, next_offset)
        self._waiting.append(_Waiting(next_offset, self.touch(markets), ack))
        return self._settle()

    @property
    def dirty(self) -> frozenset[str]:
        """Markets with changes that no finished clearing has seen."""
        return frozenset(self._newest)

    @property
    def unsettled(self) -> int:
        """Events that wait for their effects."""
        return len(self._waiting)

    def begin(self, market: str) -> int:
        """The number that a clearing which reads the book now will settle."""
        return self._newest[market]

    def finish(self, market: str, number: int) -> list[Ack]:
        """A clearing that began at `number` is out. Returns what to acknowledge, in order of offset."""
        self._cleared[market] = number
        if self._newest[market] == number:
            del self._newest[market]
        return self._settle()

    def _settle(self) -> list[Ack]:
        acks = []
        while self._waiting and self._is_out(self._waiting[0]):
            head = self._waiting.popleft()
            self.settled = max(self.settled, head.next_offset)
            if head.ack is not None:
                acks.append(head.ack)
        return acks

    def _is_out(self, waiting: _Waiting) -> bool:
        return all(self._cleared.get(market, 0) >= number for market, number in waiting.changes)
