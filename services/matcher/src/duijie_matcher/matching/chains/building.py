"""One chain tried: whether goods of this offer can come to this demand through these facilities, when and for how much."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

from duijie_shared.taxonomy import taxonomy

from duijie_matcher.matching.by_class import class_code
from duijie_matcher.matching.calendar import MS_PER_DAY, day_start
from duijie_matcher.matching.chains.arrival import Impassable, Travelled, route_of
from duijie_matcher.matching.chains.facilities import CARRIERS, suits
from duijie_matcher.matching.chains.route import Step
from duijie_matcher.matching.chains.windows import Phase
from duijie_matcher.matching.terms import TEMPERATURES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from duijie_shared.events.base import Temperature

    from duijie_matcher.matching.book import Book
    from duijie_matcher.matching.chains.facilities import Facilities, Facility
    from duijie_matcher.matching.chains.route import Route

BEST_GRADE = 5
CLOSING: frozenset[str] = frozenset({"precooling", "cold_storage"})
"""What brings goods to their class, so that a carrier of it may take them."""


class Journey:
    """Goods of one offer on their way to one demand. `rest` is the place in the chain of the store in which they wait for a
    window that opens later; without it they go through every facility as they come.
    """

    def __init__(
        self, book: Book, facilities: Facilities, offer: int, demand: int, rest: int | None = None
    ) -> None:
        self._book, self._facilities, self._rest = book, facilities, rest
        self._at = offer, demand
        self._offer, self._demand = book.offers[offer], book.demands[demand]
        self._terms = book.terms
        self._local = local_metres(book)
        self._required = book.terms.policy.matching.cold_chain == "required"
        leaves, closes = book.offer_columns.leaves[offer], book.offer_columns.closes[offer]
        if not leaves <= closes:
            raise Impassable
        self._product, self._grade, self._packed = self._offer.product, self._offer.grade, False
        self._strictest = max(class_code(self._offer.temperature), class_code(self._demand.temperature))
        self._coldest, self._county, self._raw = self._strictest, self._offer.county, True
        # An offer that comes at a laxer class than it has to travel at is brought to it first.
        self._cooled = self._offer.temperature is None or class_code(self._offer.temperature) >= class_code(
            self._class()
        )
        self._phases = [Phase(int(leaves), int(closes))]
        self._steps: list[Step] = []
        self._prices: list[Fraction] = []
        self._given: list[Fraction] = []
        self._stored: tuple[int, int] | None = None

    def through(self, chain: Sequence[Facility]) -> Route:
        """The route through these facilities in this order.

        Raises
        ------
        Impassable
            Where they lead nowhere: a product that is not taken in, a window or shelf life that is over, a class
            without carrier, a price above the bid.
        """
        before: Facility | None = None
        for place, facility in enumerate(chain):
            metres = (
                self._facilities.to_entry[self._at[0], facility.number]
                if before is None
                else self._facilities.between[before.number, facility.number]
            )
            self._road(int(metres), facility.capacity.county)
            self._enter(facility, resting=place == self._rest)
            before = facility
        if before is None:
            raise Impassable
        last = int(self._facilities.from_exit[before.number, self._at[1]])
        if before.capacity.activity == "local_delivery":
            self._steps[-1] = replace(
                self._steps[-1],
                distance=self._steps[-1].distance + last,
                to_county=self._demand.county,
            )
            if last > self._local:
                raise Impassable
            self._phases[-1].travel(self._time(last))
        else:
            self._road(last, self._demand.county)
        self._arrive()
        return route_of(self._book, self._travelled())

    def _road(self, metres: int, to_county: str | None) -> None:
        if not metres:
            self._county = to_county
            return
        temperature = self._class()
        if self._required and temperature != "ambient" and metres > self._local:
            raise Impassable
        numerator, denominator = self._facilities.rate(self._book, self._product, temperature)
        self._phases[-1].travel(self._time(metres))
        self._add(
            Step(None, self._product, self._county, to_county, metres, temperature),
            Fraction(metres * numerator, denominator),
        )
        self._county = to_county

    def _enter(self, facility: Facility, *, resting: bool) -> None:
        capacity, temperature = facility.capacity, self._class()
        if not facility.accepts(self._product):
            raise Impassable
        moved, kept = capacity.activity in CARRIERS, capacity.activity in CLOSING
        if (moved or kept) and not suits(capacity.temperature, temperature, posted=moved and self._required):
            raise Impassable
        if kept:
            self._cooled = True
            self._coldest = max(self._coldest, class_code(capacity.temperature))
            temperature = capacity.temperature or temperature
        elif moved and self._required and temperature != "ambient" and not self._cooled:
            raise Impassable
        if capacity.activity == "processing":
            self._keep_fresh()
            self._raw, self._product = False, capacity.product_out or self._product
            self._strictest = class_code(self._demand.temperature)
        self._grade = min(BEST_GRADE, self._grade + (capacity.activity == "grading"))
        self._packed |= capacity.activity in {"packing", "processing"}
        metres = int(self._facilities.hauls[facility.number]) if moved else 0
        phase = self._phases[-1]
        if resting:
            phase.narrow(facility.opens, facility.closes)
            self._phases.append(Phase(max(phase.arrival[0], facility.opens), facility.closes))
        else:
            phase.take_in(facility)
        if not phase.possible:
            raise Impassable
        if metres:
            phase.travel(self._time(metres))
        step = Step(
            facility, self._product, capacity.county, facility.to_county, metres, temperature, stored=resting
        )
        self._add(step, Fraction(capacity.fee))
        self._given.append(facility.given)
        self._county = facility.to_county

    def _add(self, step: Step, price: Fraction) -> None:
        """`price` is per unit that goes into the step; what gets lost on the way is carried later."""
        self._steps.append(step)
        self._prices.append(price)

    def _keep_fresh(self) -> None:
        """What the goods' shelf life leaves of the moments at which they can be here, where it is known."""
        product = self._book.products[self._offer.product]
        harvest, life = self._offer.harvest_date, product.shelf_life_days
        if (
            not self._raw
            or harvest is None
            or life is None
            or self._coldest > class_code(product.temperature)
        ):
            return
        self._phases[-1].narrow(None, day_start(harvest) + (life + 1) * MS_PER_DAY)

    def _arrive(self) -> None:
        demand, phase = self._demand, self._phases[-1]
        self._keep_fresh()
        opens, closes = (self._book.demand_columns.opens, self._book.demand_columns.closes)
        phase.narrow(int(opens[self._at[1]]), int(closes[self._at[1]]))
        if not phase.possible:
            raise Impassable
        if self._grade < demand.grade or not taxonomy().is_descendant(self._product, demand.product):
            raise Impassable
        for each in self._phases:
            each.settle()
            if not each.possible:
                raise Impassable

    def _travelled(self) -> Travelled:
        return Travelled(
            at=self._at,
            steps=self._steps,
            prices=self._prices,
            given=self._given,
            phases=self._phases,
            product=self._product,
            grade=self._grade,
            packed=self._packed,
        )

    def _class(self) -> Temperature:
        if self._strictest:
            return TEMPERATURES[self._strictest - 1]
        return self._book.products[self._product].temperature

    def _time(self, metres: int) -> int:
        numerator, denominator = self._terms.travel
        return round(Fraction(metres * numerator, denominator)) + self._terms.handling_ms


def local_metres(book: Book) -> int:
    """The great circle of first and last kilometres, in metres."""
    return round(book.terms.policy.matching.local_km * 1000)
