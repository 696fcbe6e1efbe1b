"""Routes with whole quantities: nothing is taken that an offer, a demand or a day of a capacity has not got."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from duijie_matcher.matching.chains.amounts import backward, forward, taken_in

if TYPE_CHECKING:
    from duijie_matcher.matching.chains.facilities import Facility
    from duijie_matcher.matching.chains.route import Route
    from duijie_matcher.matching.columns import Ints
    from duijie_matcher.matching.limits import Shares


@dataclass(frozen=True, slots=True)
class RoutedLine:
    """What arrives by a route, and what each of its facilities takes in; the first figure is what leaves the offer."""

    route: Route
    quantity: int
    taken: tuple[int, ...]


@dataclass(slots=True)
class Remains:
    """What is left of offers, demands, parties' maxima and the days of capacities while lines are laid."""

    supply: Ints
    wanted: Ints
    may_sell: Shares
    may_buy: Shares
    used: dict[int, dict[int, int]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(int)))

    def most(self, route: Route, aim: int) -> int:
        """The largest quantity up to `aim` that may arrive; 0 below the route's least lot."""
        offer, demand = route.offer, route.demand
        supply = min(int(self.supply[offer]), self.may_sell.of_order(offer))
        arriving = min(aim, int(self.wanted[demand]), self.may_buy.of_order(demand))
        arriving = min(arriving, forward(supply - supply % route.pack, route.given))
        # What the offer's packs are too much is lost in the first step that loses anything, which must hold it too.
        shared = len(route.given) if route.pack == 1 else _first_loss(route)
        for number, step in enumerate(route.used):
            if step.facility is None:
                continue
            taken = step.most(self._a_day(step.facility, step.first, step.last))
            if route.pack > 1 and number <= shared:
                taken -= taken % route.pack
            arriving = min(arriving, forward(taken, route.given[number:]))
        arriving -= arriving % route.multiple
        return arriving if arriving >= route.least else 0

    def lay(self, route: Route, quantity: int) -> RoutedLine:
        """Take a line off what is left."""
        taken = taken_in(quantity, route.given, route.pack)
        for step, amount in zip(route.used, taken, strict=False):
            if step.facility is not None:
                days = self.used[step.facility.number]
                for day in range(step.first, step.last + 1):
                    days[day] += step.per_day(amount)
        self.supply[route.offer] -= taken[0]
        self.wanted[route.demand] -= quantity
        self.may_sell.take(route.offer, taken[0])
        self.may_buy.take(route.demand, quantity)
        return RoutedLine(route, quantity, tuple(taken))

    def _a_day(self, facility: Facility, first: int, last: int) -> int:
        days = self.used[facility.number]
        left = facility.on(first, last)
        return min(each - days[first + number] for number, each in enumerate(left))


def _first_loss(route: Route) -> int:
    return next((number for number, given in enumerate(route.given) if given != 1), len(route.given))


def leaving(route: Route, quantity: int) -> int:
    """What the offer gives for a quantity that arrives."""
    gone = backward(quantity, route.given)
    return -(-gone // route.pack) * route.pack
