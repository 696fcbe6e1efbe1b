"""The capacities of a market, prepared: whom they can serve, where they take in and give out, what is left of each day."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
from duijie_shared.taxonomy import taxonomy

from duijie_matcher.matching.calendar import EPOCH_DAY, MS_PER_DAY, SHANGHAI_MS, milliseconds
from duijie_matcher.matching.distance import Floats, distances, unit_vectors

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Sequence

    from duijie_shared.events.base import Activity, Temperature

    from duijie_matcher.domain import Capacity
    from duijie_matcher.matching.book import Book
    from duijie_matcher.matching.columns import Columns

CARRIERS: frozenset[Activity] = frozenset({"line_haul", "local_delivery"})
LONGEST_DAYS = 1_100
"""Days of a capacity's window that are looked at: no chain waits for longer than three years."""


@dataclass(frozen=True, slots=True, eq=False)
class Facility:
    """A capacity that some goods of the market may use. `left` is what may still be taken in on each day from `first` (a
    day number, 0 for 1970-01-01 in Asia/Shanghai); `given` what comes out of one unit taken in.
    """

    number: int
    capacity: Capacity
    first: int
    left: tuple[int, ...]
    given: Fraction

    @property
    def opens(self) -> int:
        """The first moment at which it takes in, ms since 1970."""
        return start_of(self.first)

    @property
    def closes(self) -> int:
        """24:00 of its last day."""
        return start_of(self.first + len(self.left))

    @property
    def to_county(self) -> str | None:
        """The county where goods leave it."""
        return self.capacity.to_county if self.capacity.activity == "line_haul" else self.capacity.county

    def accepts(self, product: str) -> bool:
        """Whether it takes in this product."""
        takes = self.capacity.product_in
        return takes is None or taxonomy().is_descendant(product, takes)

    def on(self, first: int, last: int) -> tuple[int, ...]:
        """What is left of each day from `first` to `last`."""
        span = range(first - self.first, last - self.first + 1)
        return tuple(self.left[day] if 0 <= day < len(self.left) else 0 for day in span)


@dataclass(frozen=True, slots=True, eq=False)
class Facilities:
    """All facilities of a market, oldest first, and the whole metres between their doors and the orders'.

    `to_entry` is offer x facility, `from_exit` facility x demand, `between` exit x entry, `hauls` entry to exit of
    each (0 where goods stay in place).
    """

    all: tuple[Facility, ...]
    to_entry: Floats
    from_exit: Floats
    between: Floats
    hauls: Floats
    rates: dict[tuple[str, Temperature], tuple[int, int]] = field(default_factory=dict)

    def rate(self, book: Book, product: str, temperature: Temperature) -> tuple[int, int]:
        """`Terms.transport` of a product at a class, worked out once."""
        key = product, temperature
        if key not in self.rates:
            self.rates[key] = book.terms.transport(book.products[product], temperature)
        return self.rates[key]

    @classmethod
    def of(cls, book: Book, capacities: Iterable[Capacity]) -> Facilities:
        """Those that take in some product of the market on some day to come, by age.

        Raises
        ------
        ValueError
            For a capacity that comes twice.
        """
        ordered = sorted(capacities, key=lambda each: (each.sequence, each.capacity_id.bytes))
        if len({each.capacity_id for each in ordered}) < len(ordered):
            raise ValueError("a capacity comes twice")
        facilities: list[Facility] = []
        for capacity in ordered:
            if _concerns(book, capacity):
                facility = _facility(len(facilities), capacity, book.as_of)
                if any(facility.left):
                    facilities.append(facility)
        entry = _points([(one.capacity.latitude_e7, one.capacity.longitude_e7) for one in facilities])
        leaving = _points([_exit(one.capacity) for one in facilities])
        return cls(
            all=tuple(facilities),
            to_entry=_apart(_place(book.offer_columns), entry),
            from_exit=_apart(leaving, _place(book.demand_columns)),
            between=_apart(leaving, entry),
            hauls=np.diagonal(_apart(leaving, entry)).copy(),
        )

    def __len__(self) -> int:
        return len(self.all)

    def doing(self, activity: Activity) -> tuple[Facility, ...]:
        """Those of one activity."""
        return tuple(each for each in self.all if each.capacity.activity == activity)


def suits(held: Temperature | None, goods: Temperature, *, posted: bool) -> bool:
    """Whether what is held at a class is right for goods of a class. `posted` asks that it is said."""
    if held is None:
        return goods == "ambient" or not posted
    return held != "frozen" if goods == "ambient" else held == goods


def start_of(day: int) -> int:
    """00:00 of a numbered day in Asia/Shanghai, ms since 1970."""
    return day * MS_PER_DAY - SHANGHAI_MS


def day_of(moment: int) -> int:
    """The number of the day in Asia/Shanghai that a moment falls on."""
    return (moment + SHANGHAI_MS) // MS_PER_DAY


def number_of(day: dt.date) -> int:
    """The number of a day."""
    return (day - EPOCH_DAY).days


def _concerns(book: Book, capacity: Capacity) -> bool:
    known = book.products
    if capacity.product_in is None:
        # Its unit is the kilogram's then: pieces and bookings are counted otherwise.
        return capacity.activity != "processing" and all(
            known[order.product].dimension == "mass" for order in (*book.offers, *book.demands)
        )
    if capacity.product_in not in known or (capacity.product_out or capacity.product_in) not in known:
        return False
    if capacity.activity == "processing" and capacity.product_out is None:
        return False
    return known[capacity.product_in].family == book.market


def _facility(number: int, capacity: Capacity, as_of: dt.datetime | None) -> Facility:
    first, last = number_of(capacity.available_from), number_of(capacity.available_to)
    if as_of is not None:
        first = max(first, day_of(milliseconds(as_of)))
    last = min(last, first + LONGEST_DAYS - 1)
    left = [capacity.throughput_per_day] * max(0, last - first + 1)
    for day, quantity in capacity.booked.items():
        at = number_of(day) - first
        if 0 <= at < len(left):
            left[at] = max(0, left[at] - quantity)
    return Facility(number, capacity, first, tuple(left), Fraction(*capacity.given))


def _exit(capacity: Capacity) -> tuple[int, int]:
    to = capacity.to_latitude_e7, capacity.to_longitude_e7
    if capacity.activity in CARRIERS and to[0] is not None and to[1] is not None:
        return to[0], to[1]
    return capacity.latitude_e7, capacity.longitude_e7


def _points(places: Sequence[tuple[int, int]]) -> tuple[Floats, Floats, Floats]:
    table = np.array(places, dtype=np.float64).reshape(-1, 2)
    return unit_vectors(table[:, 0], table[:, 1])


def _place(columns: Columns) -> tuple[Floats, Floats, Floats]:
    return columns.x, columns.y, columns.z


def _apart(one: tuple[Floats, Floats, Floats], other: tuple[Floats, Floats, Floats]) -> Floats:
    x, y, z = (each[:, None] for each in one)
    return distances(x, y, z, *(each[None, :] for each in other))
