"""The matcher's own view of one posted capacity: what it does, where, when, and what it has left of each day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from duijie_matcher.domain.order import LARGEST_PRICE, LARGEST_QUANTITY

if TYPE_CHECKING:
    from uuid import UUID

    from duijie_shared.events.base import Activity, Temperature
    from duijie_shared.events.capacities import CapacitySnapshot

PPM = 1_000_000
MOST_PPM = 10 * PPM
"""A yield of ten for one: what posting accepts at most."""


@dataclass(frozen=True, slots=True)
class Capacity:
    """One open capacity; the fields and their units are those of `CapacitySnapshot`, `booked` by day.

    Raises
    ------
    ValueError
        When a quantity, the fee or a ratio is beyond what the arithmetic holds exactly, nothing would come out, or the
        window is reversed.
    """

    capacity_id: UUID
    version: int
    sequence: int
    party_id: UUID
    activity: Activity
    product_in: str | None
    product_out: str | None
    yield_ppm: int | None
    loss_ppm: int
    throughput_per_day: int
    fee: int
    county: str | None
    latitude_e7: int
    longitude_e7: int
    to_county: str | None
    to_latitude_e7: int | None
    to_longitude_e7: int | None
    available_from: dt.date
    available_to: dt.date
    temperature: Temperature | None = None
    booked: Mapping[dt.date, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not 0 < self.throughput_per_day <= LARGEST_QUANTITY:
            raise ValueError(f"capacity {self.capacity_id}: throughput is not within 1 to {LARGEST_QUANTITY}")
        if not 0 <= self.fee <= LARGEST_PRICE:
            raise ValueError(f"capacity {self.capacity_id}: the fee is not within 0 to {LARGEST_PRICE}")
        if not (0 < (PPM if self.yield_ppm is None else self.yield_ppm) <= MOST_PPM):
            raise ValueError(f"capacity {self.capacity_id}: the yield is not within 0 to 10")
        if not 0 <= self.loss_ppm < PPM:
            raise ValueError(f"capacity {self.capacity_id}: the loss is not within 0 to 1")
        if self.available_to < self.available_from:
            raise ValueError(f"capacity {self.capacity_id}: the window ends before it starts")

    @property
    def given(self) -> tuple[int, int]:
        """What comes out of what is taken in: numerator and denominator of (1 - loss) x yield."""
        return (PPM - self.loss_ppm) * (PPM if self.yield_ppm is None else self.yield_ppm), PPM * PPM

    def remaining(self, day: dt.date) -> int:
        """What may still be taken in on a day: nothing outside the window or on a day that is booked out."""
        if not self.available_from <= day <= self.available_to:
            return 0
        return max(0, self.throughput_per_day - self.booked.get(day, 0))


def capacity_of(snapshot: CapacitySnapshot) -> Capacity:
    """The capacity of a snapshot, whatever its status: the caller keeps only open ones. ValueError as `Capacity`."""
    return Capacity(
        capacity_id=snapshot.capacity_id,
        version=snapshot.version,
        sequence=snapshot.sequence,
        party_id=snapshot.party_id,
        activity=snapshot.activity,
        product_in=snapshot.product_in,
        product_out=snapshot.product_out,
        yield_ppm=snapshot.yield_ppm,
        loss_ppm=snapshot.loss_ppm,
        throughput_per_day=snapshot.throughput_per_day,
        fee=snapshot.fee,
        county=snapshot.county,
        latitude_e7=snapshot.latitude_e7,
        longitude_e7=snapshot.longitude_e7,
        to_county=snapshot.to_county,
        to_latitude_e7=snapshot.to_latitude_e7,
        to_longitude_e7=snapshot.to_longitude_e7,
        available_from=snapshot.available_from,
        available_to=snapshot.available_to,
        temperature=snapshot.temperature,
        booked={entry.day: entry.quantity for entry in snapshot.booked},
    )
