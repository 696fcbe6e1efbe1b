"""A scorecard: one curve per feature, as plain data that staff can read; points add up to 0..100.

A curve is piecewise linear over a grid of steps, and features are rounded to that grid before they are
looked up. So points are whole hundredths from a table, the parts of a score sum to it exactly, and nothing
finer than the grid (5 km, a cent) shows through them.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from duijie_shared.values import round_half_even
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Iterable

    from duijie_shared.events.base import Feature

POINT_SCALE = 100
"""Hundredths in a point."""


@dataclass(frozen=True, slots=True)
class Curve:
    """Points by feature value: straight between knots `(value, points)`, level beyond the last.

    `step` is the grid of the feature, `cells` the number of grid values from 0 up.
    """

    step: str
    cells: int
    knots: tuple[tuple[str, str], ...]

    def hundredths(self, values: Iterable[Fraction]) -> list[int]:
        """Hundredths of points at these values, each rounded once."""
        knots = [(Fraction(at), Fraction(points)) for at, points in self.knots]
        return [round_half_even(_between(knots, value) * POINT_SCALE) for value in values]

    def table(self) -> NDArray[np.int32]:
        """Hundredths of points at every value of the grid."""
        step = Fraction(self.step)
        return np.array(self.hundredths(step * cell for cell in range(self.cells)), dtype=np.int32)


@dataclass(frozen=True, slots=True, eq=False)
class Scorecard:
    """A named set of curves. Values: grade in classes above the demanded; quantity as the mean of the shares
    of offer and demand that the pair could trade; price as the margin's share of the bid; distance in km;
    tilt as the bonus that applies. Cards are the same only if they are one object, which keeps looking up
    their tables cheap.
    """

    version: str
    grade: Curve
    quantity: Curve
    price: Curve
    distance: Curve
    tilt: Curve


RULES_1 = Scorecard(
    version="rules-1",
    # One class above what is asked is a margin of safety; far above, the goods are wasted on this buyer.
    grade=Curve("1", 5, (("0", "17"), ("1", "20"), ("2", "18"), ("4", "12"))),
    # A small lot wholly taken by a large demand is half a fit, not none: small producers are not ranked out.
    quantity=Curve("0.01", 101, (("0.5", "8"), ("0.75", "15"), ("1", "20"))),
    # Past a margin of two fifths of the bid a price says more of a mistake than of a bargain.
    price=Curve("0.001", 1001, (("0", "6"), ("0.1", "16"), ("0.2", "23"), ("0.4", "30"))),
    # 300 km is one night's drive, 1,000 km a day and a night with a change of driver.
    distance=Curve("5", 4009, (("0", "20"), ("300", "17"), ("1000", "10"), ("2000", "4"), ("3500", "0"))),
    # The tilt is capped: a bonus above a twentieth buys no further points.
    tilt=Curve("0.001", 501, (("0", "0"), ("0.05", "10"))),
)
"""The hand-made rules: shape and weights are a judgement, explained curve by curve."""


@cache
def tables(scorecard: Scorecard) -> dict[Feature, NDArray[np.int32]]:
    """The curves that are looked up pair by pair, as tables of hundredths."""
    return {
        "grade": scorecard.grade.table(),
        "quantity": scorecard.quantity.table(),
        "price": scorecard.price.table(),
        "distance": scorecard.distance.table(),
    }


@cache
def tilt_hundredths(scorecard: Scorecard, bonus: tuple[int, int]) -> int:
    """Hundredths for a bonus, as numerator and denominator; a market has one, so it needs no grid."""
    return scorecard.tilt.hundredths([Fraction(*bonus)])[0]


def _between(knots: list[tuple[Fraction, Fraction]], value: Fraction) -> Fraction:
    if value <= knots[0][0]:
        return knots[0][1]
    for (left, low), (right, high) in pairwise(knots):
        if value <= right:
            return low + (high - low) * (value - left) / (right - left)
    return knots[-1][1]
