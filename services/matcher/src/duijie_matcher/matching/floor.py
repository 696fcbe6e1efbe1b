"""The floor of the tilt: at least a share of what is cleared comes from favoured offers.

One linear condition on a plan, `excess(plan) >= 0`. It is priced: with a multiplier m each unit of a pair gains
m x (favoured - share) x weight more, which is the same flow with other costs, and the dual value is convex and
piecewise linear in m. `multiplier` finds the m at which it is least, `exchanges` puts the plan together there.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Self

import numpy as np

from duijie_matcher.domain.floor_ladder import share_of

if TYPE_CHECKING:
    from duijie_matcher.matching.columns import Bools, Ints

VALUE_BITS = 12
"""Bits that a multiplier of money per money has below 1; one of money per quantity is in whole 1e-6 CNY. Finer ones
would cost the solver time and change the plan by nothing that counts."""


@dataclass(frozen=True, slots=True)
class Floor:
    """At least `share` of the weight of a plan lies on `favoured` pairs.

    `weight` is each pair's per unit: 1 where the floor is of quantity, the bid where it is of value (`of_value`).
    `credit` is the excess of what is fixed beside the plan.
    """

    share: tuple[int, int]
    favoured: Bools
    weight: Ints
    of_value: bool
    credit: int = 0

    @classmethod
    def of(cls, share: Fraction, favoured: Bools, weight: Ints, *, of_value: bool) -> Self:
        """A floor over pairs; a share of more than three decimals is rounded up to the next thousandth."""
        return cls(share_of(share), favoured, weight, of_value)

    @property
    def coefficient(self) -> Ints:
        """What one unit of each pair adds to the excess."""
        numerator, denominator = self.share
        return np.where(self.favoured, denominator - numerator, -numerator) * self.weight

    def excess(self, quantity: Ints) -> int:
        """Denominator x favoured weight - numerator x all weight; the floor holds where it is not negative."""
        return self.credit + total(self.coefficient, quantity)


@dataclass(frozen=True, slots=True)
class Priced:
    """The gains of pairs at a multiplier of `steps`, as integers that the flow solver takes.

    `gain` and `coefficient` are those of the market in units in which costs stay below 2**62 / nodes; a step is
    `1 / finer` of them: of a gain per unit, or where the floor is of value of a CNY per CNY.
    """

    gain: Ints
    coefficient: Ints
    finer: int
    most: int
    """Steps at which no pair that is not favoured is worth trading."""
    coarser: int
    """Bits by which money was coarsened where costs would be too large: with extreme prices alone."""
    denominator: int
    """What gains are multiplied by, that shares may be whole numbers."""

    @classmethod
    def of(cls, gain: Ints, floor: Floor, nodes: int) -> Self:
        """The finest steps that fit."""
        numerator, denominator = floor.share
        money = max(int(gain.max(initial=0)), int(floor.weight.max(initial=0)) if floor.of_value else 0, 1)
        slope = denominator + denominator * denominator // numerator + 1
        # Twice the gain and one more, at the largest multiplier, over a path through all nodes.
        spare = 61 - (2 * slope * money + 2 * denominator + 1).bit_length() - nodes.bit_length()
        bits = VALUE_BITS if floor.of_value else 0
        coarser = max(0, bits - spare)
        scaled = (gain >> coarser) * denominator
        coefficient = floor.coefficient
        if floor.of_value:
            coefficient = np.where(floor.favoured, denominator - numerator, -numerator) * (
                floor.weight >> coarser
            )
        highest = 1 if floor.of_value else max(1, int(gain.max(initial=0)) >> coarser)
        most = -(-(highest << bits) * denominator // numerator) + 1
        return cls(scaled << bits, coefficient, 1 << bits, most, coarser, denominator)

    def at(self, steps: int) -> Ints:
        """Gains at this multiplier."""
        return self.gain + steps * self.coefficient

    def steps_of(self, price: Fraction, *, of_value: bool) -> int:
        """The steps of a price of the floor, as `price` gives it."""
        return int(price * self.finer if of_value else price * self.finer / 2**self.coarser)

    def price(self, steps: Fraction, *, of_value: bool) -> Fraction:
        """What one more unit of the floor costs: 1e-6 CNY per unit, or a share of a CNY where it is of value."""
        return steps / self.finer * (1 if of_value else 2**self.coarser)


def total(each: Ints, quantity: Ints) -> int:
    """The sum of products in Python's integers."""
    lines = np.flatnonzero(quantity)
    return sum(map(int.__mul__, each[lines].tolist(), quantity[lines].tolist()))
