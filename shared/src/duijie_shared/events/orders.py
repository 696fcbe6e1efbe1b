"""`orders-v1`: full snapshots of offers and demands, and catalog's tick."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from pydantic import Field

from duijie_shared.events.base import Contract, OrderStatus, Side, Temperature


class OrderSnapshot(Contract):
    """All that the matcher needs of one order, its party and its county; the newest version is the truth.

    `quantity`, `remaining` and `min_lot` are in thousandths of the pricing unit, `price` in 1e-6 CNY per
    pricing unit (the ask at the farm gate of an offer, the bid at the buyer's door of a demand; None is
    negotiable). `grade` is the common rank, 5 best: an offer's own, a demand's least. The window's days are
    Asia/Shanghai, both included: available days of an offer, needed days of a demand. `sequence` is the
    posting order, the age by which ties are broken. `designations` are those of the county on the day of
    the snapshot. Nothing here names a person.
    """

    order_id: UUID
    version: int = Field(ge=1)
    side: Side
    status: OrderStatus
    sequence: int = Field(ge=0)
    party_id: UUID
    market: str = Field(min_length=1)
    product: str = Field(min_length=1)
    grade: int = Field(ge=1, le=5)
    quantity: int = Field(ge=1)
    remaining: int = Field(ge=0)
    min_lot: int = Field(ge=0)
    price: int | None = Field(ge=0)
    county: str | None
    designations: tuple[str, ...]
    latitude_e7: int = Field(ge=-900_000_000, le=900_000_000)
    longitude_e7: int = Field(ge=-1_800_000_000, le=1_800_000_000)
    window_from: dt.date
    window_to: dt.date
    harvest_date: dt.date | None = None
    temperature: Temperature | None = None
    certificates: tuple[str, ...] = ()
    origin_counties: tuple[str, ...] = ()


class Tick(Contract):
    """Catalog's clock, one record per partition of `orders-v1`: the only way time reaches the matcher."""

    partition: int = Field(ge=0)
    as_of: dt.datetime
