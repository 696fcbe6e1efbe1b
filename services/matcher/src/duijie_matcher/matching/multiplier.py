"""The critical multiplier of a floor: between two flows, one below the floor and one that meets it.

The dual value is the largest of many lines, one per flow: its objective plus multiplier x excess. Two flows say
where their lines meet; the cheapest flow there either lies on both (then both are optimal) or is a third line above
them, which takes the place of one. So the bracket shrinks with every solve, and ends on the exact answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from duijie_matcher.matching.floor import Priced, total
from duijie_matcher.matching.pricing import Solution

if TYPE_CHECKING:
    from duijie_matcher.matching.columns import Ints
    from duijie_matcher.matching.floor import Priced
    from duijie_matcher.matching.network import Network

EXACT_ORDERS = 5_000
"""Up to so many orders the search ends on the exact multiplier; there a solve takes milliseconds."""
CLOSE = 10_000
"""Beyond, it ends when the plan is proven to be within 1/10,000 of the best: the last digits would take half of the
solves."""
AHEAD = 100
"""An earlier multiplier is tried this part larger, so that the floor is more likely kept than missed."""
GUIDED = 5
"""Arcs per node tried first at another multiplier, those of least reduced cost at the last one."""
FIRST_PART = 8
"""Where nothing is known, the first multiplier is this part of the one at which only favoured pairs trade."""
BEYOND = (3, 2)
"""An extrapolated step is taken half as far again, so that it ends on the other side of the floor."""


@dataclass(frozen=True, slots=True)
class Line:
    """A cheapest flow at a multiplier of `steps`: what proves it, scaled objective, excess."""

    steps: int
    best: Solution
    objective: int
    excess: int

    def at(self, steps: int) -> int:
        """The value of this flow at another multiplier."""
        return self.objective + steps * self.excess

    @property
    def value(self) -> int:
        """No plan that meets the floor has a larger objective (weak duality)."""
        return self.at(self.steps)


@dataclass(frozen=True, slots=True)
class Bracket:
    """Two flows between which the floor is met: `below` it (None where nothing is below) and `above`.

    Where no multiplier meets the floor, `above` is the flow of largest excess, which is negative.
    """

    below: Line | None
    above: Line
    solves: int

    @property
    def steps(self) -> Fraction:
        """The multiplier at which both flows are worth the same."""
        if self.below is None or self.below.excess == self.above.excess:
            return Fraction(self.above.steps)
        return Fraction(self.below.objective - self.above.objective, self.above.excess - self.below.excess)


class Search:
    """Cheapest flows of one network at any multiplier, each solve guided by the last."""

    def __init__(self, network: Network, priced: Priced, credit: int) -> None:
        self.network, self._priced, self._credit = network, priced, credit
        self.exact = network.offers + network.demands <= EXACT_ORDERS
        self._guide: Ints | None = None
        self.solves = 0

    def line(self, steps: int) -> Line:
        """The cheapest flow at a multiplier."""
        pairs = len(self._priced.gain)
        cost = np.zeros(len(self.network.tail), dtype=np.int64)
        cost[:pairs] = -(2 * self._priced.at(steps) + 1)
        self.solves += 1
        return self._of(steps, Solution.of(self.network, cost, self._guide, GUIDED))

    def _of(self, steps: int, best: Solution) -> Line:
        self._guide = best.reduced
        quantity = best.quantity[: len(self._priced.gain)]
        excess = self._credit + total(self._priced.coefficient, quantity)
        return Line(steps, best, total(self._priced.gain, quantity), excess)

    def near(self, start: int) -> Line:
        """The cheapest flow near an earlier multiplier."""
        ahead = 0 if self.exact else start // AHEAD
        return self.line(min(max(1, start + ahead), self._priced.most))

    def bracket(self, near: Line | None = None, plain: Solution | None = None) -> Bracket:
        """The two flows between which the floor is met; `near` is one whose multiplier may be close, `plain` the cheapest
        without a floor, where they are known.
        """
        most = self._priced.most
        below = self.line(0) if plain is None else self._of(0, plain)
        if below.excess >= 0:
            return Bracket(None, below, self.solves)
        before, steps = below, min(max(1, most // FIRST_PART), most)
        while True:
            line, near = self.line(steps) if near is None else near, None
            if line.excess >= 0:
                return self._narrowed(below, line)
            if line.steps == most:
                return Bracket(None, line, self.solves)
            before, below = below, line
            steps = min(max(_extrapolated(before, below), line.steps + 1), most)

    def _narrowed(self, below: Line, above: Line) -> Bracket:
        upper, kept = min(below.value, above.value), 0
        while above.steps - below.steps > 1:
            meet = (below.objective - above.objective) // (above.excess - below.excess)
            if not self.exact and (upper - max(below.at(meet), above.objective)) * CLOSE <= abs(upper):
                break
            # The excess changes smoothly in a large market; where one end stays, halving it by value is safer.
            between = meet if self.exact or abs(kept) > 1 else _interpolated(below, above)
            line = self.line(min(max(between, below.steps + 1), above.steps - 1))
            if self.exact and line.value <= max(below.at(line.steps), above.at(line.steps)):
                break
            upper = min(upper, line.value)
            if line.excess < 0:
                below, kept = line, min(kept, 0) - 1
            else:
                above, kept = line, max(kept, 0) + 1
        return Bracket(below, above, self.solves)


def _extrapolated(before: Line, last: Line) -> int:
    """Where the excess of two flows below the floor would be positive if it went on as between them."""
    rise = last.excess - before.excess
    if rise <= 0:
        return 2 * last.steps
    step = -last.excess * (last.steps - before.steps) * BEYOND[0] // (rise * BEYOND[1])
    return min(last.steps + step, 4 * last.steps)


def _interpolated(below: Line, above: Line) -> int:
    """From the end that is nearer to the floor somewhat past where the excess would be 0 if it were linear, so that the
    two ends are close to each other at once.
    """
    width, rise = above.steps - below.steps, above.excess - below.excess
    near = min(-below.excess, above.excess)
    step = min(near * width * BEYOND[0] // (rise * BEYOND[1]), width // 2)
    return below.steps + step if near == -below.excess else above.steps - step
