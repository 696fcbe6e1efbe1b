"""A way from an offer to a demand through posted capacities, with what every step costs and when it is used."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fractions import Fraction

    from duijie_shared.events.base import Temperature

    from duijie_matcher.matching.chains.facilities import Facility


@dataclass(frozen=True, slots=True)
class Step:
    """One leg: a road (no facility) or a facility with the days (day numbers, both included) on which it takes goods in.

    `cost` is 1e-6 CNY per unit at the buyer's door. What is `stored` takes its quantity on every one of its days; other
    steps spread theirs evenly over them.
    """

    facility: Facility | None
    product: str
    from_county: str | None
    to_county: str | None
    distance: int
    temperature: Temperature
    cost: int = 0
    first: int = 0
    last: int = 0
    stored: bool = False

    def per_day(self, taken: int) -> int:
        """What a day is booked with for a quantity taken in."""
        return taken if self.stored else -(-taken // (self.last - self.first + 1))

    def most(self, a_day: int) -> int:
        """What can be taken in where each day has this much left."""
        return a_day if self.stored else a_day * (self.last - self.first + 1)


@dataclass(frozen=True, slots=True)
class Route:
    """Positions of offer and demand; the steps in the order of travel; what each facility gives of what it takes in; grade
    and product that arrive. Prices are 1e-6 CNY per unit at the buyer's door: `ask` is carried through losses and yields
    and sums with the steps' costs to `landed`. `pack` and `multiple` are what the quantity that leaves and the one that
    arrives are whole multiples of, `least` the least that may arrive.
    """

    offer: int
    demand: int
    steps: tuple[Step, ...]
    given: tuple[Fraction, ...]
    grade: int
    product: str
    ask: int
    landed: int
    bid: int
    known: bool
    gain: int
    distance: int
    pack: int
    multiple: int
    least: int

    @property
    def used(self) -> tuple[Step, ...]:
        """The steps through facilities, in the order of `given`."""
        return tuple(step for step in self.steps if step.facility is not None)

    @property
    def total(self) -> Fraction:
        """What arrives of one unit that leaves."""
        product = self.given[0]
        for given in self.given[1:]:
            product *= given
        return product

    @property
    def key(self) -> tuple[int, ...]:
        """The facilities by age: one route of each per pair."""
        return tuple(step.facility.number for step in self.steps if step.facility is not None)
