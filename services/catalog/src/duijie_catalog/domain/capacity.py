"""Capacities: what processors, stores, packers, graders and carriers can do, and which of their days are booked."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Self

from duijie_shared.events.capacities import CapacitySnapshot, DayQuantity
from duijie_shared.posting import CapacityTerms, FieldError, PostingError, capacity_fields

from duijie_catalog.clock import day_of
from duijie_catalog.domain.errors import ClosedError, FullError
from duijie_catalog.domain.posting import Posting

BY_SPAN = frozenset({"cold_storage"})
"""Activities that a lot occupies for a span of days; any other takes it in on one day."""

LONGEST_SPAN = 366
"""Days of one booking at most."""

_BOUND_BY_BOOKINGS = (
    "activity", "product_in", "product_out", "latitude_e7", "longitude_e7", "to_latitude_e7", "to_longitude_e7",
    "temperature",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Capacity(Posting[CapacityTerms]):
    """One capacity; its throughput renews each day of its window.

    `booked` has the quantity that holds and deals have booked by day, rising, never above the throughput.
    """

    booked: tuple[tuple[dt.date, int], ...] = ()

    def remaining(self, first: dt.date, last: dt.date) -> dict[dt.date, int]:
        """What remains of each day from `first` to `last`; nothing outside the window or once it is closed."""
        booked, terms = dict(self.booked), self.terms
        return {
            day: terms.throughput_per_day - booked.get(day, 0)
            if self.status == "open" and terms.available_from <= day <= terms.available_to
            else 0
            for day in days(first, last)
        }

    def book(self, first: dt.date, last: dt.date, quantity: int, now: dt.datetime) -> Self:
        """`quantity` booked on each day from `first` to `last`.

        Raises
        ------
        ClosedError
            When it is withdrawn or expired.
        FullError
            When less than that remains of a day.
        ValueError
            When the span is none that the activity takes.
        """
        if self.status != "open":
            raise ClosedError(self.status)
        if not self.takes(first, last):
            raise ValueError(f"{self.terms.activity} takes no booking from {first} to {last}")
        for day, left in self.remaining(first, last).items():
            if left < quantity:
                raise FullError(day, left)
        return self._change(first, last, quantity, now)

    def unbook(self, first: dt.date, last: dt.date, quantity: int, now: dt.datetime) -> Self:
        """The booking taken back, even where the capacity has ended. ValueError for one that is not there."""
        booked = dict(self.booked)
        if any(booked.get(day, 0) < quantity for day in days(first, last)):
            raise ValueError(f"capacity {self.id} has no booking of {quantity} from {first} to {last}")
        return self._change(first, last, -quantity, now)

    def takes(self, first: dt.date, last: dt.date) -> bool:
        """Whether the activity may be booked for that span of days."""
        length = (last - first).days + 1
        return 1 <= length <= (LONGEST_SPAN if self.terms.activity in BY_SPAN else 1)

    def amend(self, terms: CapacityTerms, now: dt.datetime) -> Self:
        """The capacity with other terms; the same terms change nothing.

        Raises
        ------
        ClosedError
            When it is withdrawn or expired.
        PostingError
            When a day from today on has more booked than the terms allow, naming the day.
        """
        if terms == self.terms:
            return self
        if self.status != "open":
            raise ClosedError(self.status)
        ahead = [(day, quantity) for day, quantity in self.booked if day >= day_of(now)]
        if errors := list(_broken(self.terms, terms, ahead)):
            raise PostingError(errors)
        return self._next(now, terms=terms)

    def snapshot(self, *, barred: bool = False) -> CapacitySnapshot:
        """What the topic carries: no note, no row key. While its party is suspended it is `barred`: as if withdrawn."""
        terms = self.terms
        return CapacitySnapshot(
            capacity_id=self.id,
            version=self.version,
            status="withdrawn" if barred and self.live else self.status,
            sequence=self.sequence,
            party_id=self.party_id,
            **capacity_fields(terms),
            booked=tuple(
                DayQuantity(day=day, quantity=quantity)
                for day, quantity in self.booked
                if terms.available_from <= day <= terms.available_to
            ),
        )

    def _change(self, first: dt.date, last: dt.date, quantity: int, now: dt.datetime) -> Self:
        booked = dict(self.booked)
        for day in days(first, last):
            booked[day] = booked.get(day, 0) + quantity
        return self._next(now, booked=tuple(sorted((day, each) for day, each in booked.items() if each)))


def days(first: dt.date, last: dt.date) -> list[dt.date]:
    """All days from `first` to `last`, both included."""
    return [first + dt.timedelta(number) for number in range((last - first).days + 1)]


def _broken(
    before: CapacityTerms, after: CapacityTerms, ahead: list[tuple[dt.date, int]]
) -> list[FieldError]:
    """What bookings forbid: another kind or place, a window without their day, less than they take."""
    if not ahead:
        return []
    errors = []
    for name in _BOUND_BY_BOOKINGS:
        if getattr(before, name) != getattr(after, name):
            field = name.removesuffix("_e7")
            errors.append(
                FieldError(field, "booked", "已有预订, 不能更改", "cannot change while days are booked")
            )
    outside = [day for day, _ in ahead if not after.available_from <= day <= after.available_to]
    if outside:
        field = "available_from" if outside[0] < after.available_from else "available_to"
        errors.append(
            FieldError(
                field,
                "booked-day",
                f"{outside[0]} 已被预订, 须在窗口之内",
                f"must keep {outside[0]}, which is booked, inside the window",
            )
        )
    below = [(day, quantity) for day, quantity in ahead if quantity > after.throughput_per_day]
    if below:
        day, quantity = max(below, key=lambda each: each[1])
        in_unit = (quantity * after.posted_throughput / after.throughput_per_day).normalize()
        errors.append(
            FieldError(
                "throughput_per_day",
                "below-booked",
                f"{day} 已预订 {in_unit:f} {after.unit}, 不能少于此数",
                f"must not be below the {in_unit:f} {after.unit} that are booked on {day}",
            )
        )
    return errors
