"""When goods move along a chain: intervals of moments, and the days on which each step takes them in.

Until goods are stored everything is shifted by the same journeys, so the moments at which they may set off are one
interval, and each step only narrows it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from duijie_matcher.matching.chains.facilities import day_of, start_of

if TYPE_CHECKING:
    from duijie_matcher.matching.chains.facilities import Facility


@dataclass(slots=True)
class Phase:
    """Moments (ms, both ends included) at which goods may set off, and the steps they come through before they rest:
    each facility with the time on the way to it.
    """

    first: int
    last: int
    shift: int = 0
    steps: list[tuple[Facility, int]] = field(default_factory=list)

    @property
    def possible(self) -> bool:
        """Whether there is any such moment."""
        return self.first <= self.last

    @property
    def arrival(self) -> tuple[int, int]:
        """The moments at which they may be where they have come to."""
        return self.first + self.shift, self.last + self.shift

    def travel(self, time: int) -> None:
        """They take this long."""
        self.shift += time

    def narrow(self, first: int | None, last: int | None) -> None:
        """They have to be here within these moments."""
        if first is not None:
            self.first = max(self.first, first - self.shift)
        if last is not None:
            self.last = min(self.last, last - self.shift)

    def take_in(self, facility: Facility) -> None:
        """A facility takes them in here, on a day of its window."""
        self.narrow(facility.opens, facility.closes)
        self.steps.append((facility, self.shift))

    def settle(self) -> None:
        """Leave out days on which a step has nothing left: of its days the run with the most in all stays."""
        for facility, shift in self.steps:
            first, last = self.days(shift)
            begin, end = best_run(facility.on(first, last))
            if (begin, end) != (0, last - first):
                self.first = max(self.first, start_of(first + begin) - shift)
                self.last = min(self.last, start_of(first + end + 1) - shift)

    def days(self, shift: int) -> tuple[int, int]:
        """The days on which they may be there; a window that ends at midnight does not reach the next day."""
        return day_of(self.first + shift), day_of(max(self.first, self.last - 1) + shift)


def best_run(left: tuple[int, ...]) -> tuple[int, int]:
    """The run of days (first and last position) whose length times its least day is largest; of equals the earliest.

    The largest rectangle under a histogram, by a stack.
    """
    best, found = 0, (0, len(left) - 1)
    standing: list[tuple[int, int]] = []
    for position, height in enumerate((*left, 0)):
        start = position
        while standing and standing[-1][1] >= height:
            start, tall = standing.pop()
            area, run = tall * (position - start), (start, position - 1)
            if area > best or (area == best and area and run < found):
                best, found = area, run
        standing.append((start, height))
    return found
