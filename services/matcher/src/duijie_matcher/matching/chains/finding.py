"""Routes of a pair: sensible orders of up to three facilities, the nearest and cheapest of each kind, tried one by one."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

from duijie_matcher.matching.chains.arrival import Impassable
from duijie_matcher.matching.chains.building import Journey
from duijie_matcher.matching.chains.needs import (
    COOLING,
    GRADING,
    PACKING,
    PROCESSING,
    STORAGE,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from duijie_shared.events.base import Activity

    from duijie_matcher.matching.book import Book
    from duijie_matcher.matching.chains.candidates import Wanted
    from duijie_matcher.matching.chains.facilities import Facilities, Facility
    from duijie_matcher.matching.chains.route import Route

LONGEST = 3
"""Facilities in one chain."""
SHORTLIST = {1: 6, 2: 4, 3: 3}
"""Facilities of a kind that are tried in a chain of so many."""
TRIED = 12
KEPT = 4
"""Chains tried and routes kept of a pair, the cheapest by estimate and by landed cost."""


@dataclass(frozen=True, slots=True)
class Finder:
    """What all searches in one market share."""

    book: Book
    facilities: Facilities

    def routes(self, wanted: Wanted) -> list[Route]:
        """The cheapest routes of a pair at the door, one per chain of facilities."""
        offer, demand, needs = wanted
        found: list[Route] = []
        for chain in self._chains(offer, demand, needs):
            route = self._try(offer, demand, chain)
            if route is not None:
                found.append(route)
        found.sort(key=lambda route: (-route.gain, route.landed, len(route.given), route.key))
        return found[:KEPT]

    def _try(self, offer: int, demand: int, chain: Sequence[Facility]) -> Route | None:
        try:
            return Journey(self.book, self.facilities, offer, demand).through(chain)
        except Impassable:
            pass
        for place, facility in enumerate(chain):
            if facility.capacity.activity == "cold_storage":
                try:
                    return Journey(self.book, self.facilities, offer, demand, place).through(chain)
                except Impassable:
                    return None
        return None

    def _chains(self, offer: int, demand: int, needs: int) -> list[tuple[Facility, ...]]:
        rate = self._rate(offer, demand)
        # Only roads after processing may be cheaper than estimated, by the class of what was made: a tenth covers it.
        most = 1.1 * float(self.book.demand_columns.price[demand])
        estimated: list[tuple[float, tuple[int, ...], tuple[Facility, ...]]] = []
        for activities in sequences(needs, self._warm(offer)):
            options = [
                self._shortlist(activity, offer, demand, rate, len(activities)) for activity in activities
            ]
            for chain in product(*options):
                cost = self._estimate(offer, demand, chain, rate)
                if cost > most:
                    continue
                estimated.append((cost, tuple(each.number for each in chain), chain))
        estimated.sort(key=lambda entry: entry[:2])
        return [chain for _, _, chain in estimated[:TRIED]]

    def _warm(self, offer: int) -> bool:
        """Whether goods come at a laxer class than they may have to travel at, so that cooling them first may help."""
        policy = self.book.terms.policy.matching
        return policy.cold_chain == "required" and self.book.offers[offer].temperature is not None

    def _rate(self, offer: int, demand: int) -> float:
        offers, named = self.book.offer_columns, int(self.book.demand_columns.temperature[demand])
        return float(offers.rate[named, offer] / offers.rate_unit[named, offer])

    def _shortlist(
        self, activity: Activity, offer: int, demand: int, rate: float, length: int
    ) -> list[Facility]:
        ranked = sorted(
            self.facilities.doing(activity),
            key=lambda each: (self._estimate(offer, demand, (each,), rate), each.number),
        )
        return ranked[: SHORTLIST[length]]

    def _estimate(self, offer: int, demand: int, chain: Sequence[Facility], rate: float) -> float:
        """What a unit of a chain costs at the door, roads at one rate."""
        facilities = self.facilities
        cost = float(self.book.offer_columns.price[offer])
        before: Facility | None = None
        for each in chain:
            metres = (
                facilities.to_entry[offer, each.number]
                if before is None
                else facilities.between[before.number, each.number]
            )
            cost = (cost + metres * rate + each.capacity.fee) / float(each.given)
            before = each
        if before is None or before.capacity.activity == "local_delivery":
            return cost
        return cost + float(facilities.from_exit[before.number, demand]) * rate


def sequences(needs: int, warm: bool = False) -> Iterator[tuple[Activity, ...]]:
    """The orders of activities that give what a pair needs, with carriers in between or at the end."""
    first: list[Activity] = ["grading"] if needs & GRADING else []
    if needs & PACKING:
        first.append("packing")
    made: list[Activity] = ["processing"] if needs & PROCESSING else []
    kept: list[Activity] = ["cold_storage"] if needs & STORAGE else []
    bases = [[*first, *made, *kept]]
    if made and kept:
        bases.append([*first, *kept, *made])
    if needs & COOLING and warm:
        bases = [[*bases[0][: len(first)], "precooling", *base[len(first) :]] for base in bases] + (
            bases if kept else [[*first, "cold_storage", *made]]
        )
    seen: set[tuple[Activity, ...]] = set()
    for base in bases:
        for chain in _carried(base):
            if 0 < len(chain) <= LONGEST and chain not in seen:
                seen.add(chain)
                yield chain


def _carried(base: Sequence[Activity]) -> Iterator[tuple[Activity, ...]]:
    yield tuple(base)
    yield (*base, "local_delivery")
    for place in range(len(base) + 1):
        hauled = (*base[:place], "line_haul", *base[place:])
        yield hauled
        yield (*hauled, "local_delivery")
