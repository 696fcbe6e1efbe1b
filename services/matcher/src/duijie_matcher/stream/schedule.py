"""Which dirty market is cleared next, and when."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

    from duijie_matcher.stream.partition import Partition

Place = tuple[int, str]
"""Partition number and market."""


class Turn(NamedTuple):
    """A market that may be cleared from `due` on, in seconds of the caller's clock."""

    due: float
    partition: Partition
    market: str


class Schedule:
    """Pure. A market that was quiet is due at once; one that was cleared lately, `gather` seconds after that
    clearing began, so that a burst is cleared together. Of those that are due, the one whose last clearing
    is longest ago comes first: a huge market takes no more turns than a small one. No market has two turns
    at a time.
    """

    def __init__(self, gather: float) -> None:
        self._gather = gather
        self._began: dict[Place, float] = {}
        self._running: set[Place] = set()

    def next(self, partitions: Iterable[Partition]) -> Turn | None:
        """The turn that is due first; None when nothing is dirty that is not being cleared."""
        waiting = (
            # Markets that are alike take turns partition by partition.
            ((self._due((partition.number, market)), number), Turn(0.0, partition, market))
            for partition in partitions
            for number, market in enumerate(sorted(partition.ledger.dirty))
            if (partition.number, market) not in self._running
        )
        first = min(waiting, key=lambda each: each[0], default=None)
        return None if first is None else first[1]._replace(due=first[0][0])

    def begin(self, turn: Turn, now: float) -> None:
        """The turn is taken."""
        place = (turn.partition.number, turn.market)
        self._began[place] = now
        self._running.add(place)

    def end(self, turn: Turn) -> None:
        """The turn is over."""
        self._running.discard((turn.partition.number, turn.market))

    def forget(self) -> None:
        """The partitions are others now; turns that were taken still have to end."""
        self._began.clear()

    def _due(self, place: Place) -> float:
        began = self._began.get(place)
        return 0.0 if began is None else began + self._gather
