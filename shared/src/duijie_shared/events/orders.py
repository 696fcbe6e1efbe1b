"""`orders-v1`: full snapshots of offers and demands, and catalog's tick."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from pydantic import Field

from duijie_shared.events.base import Contract, EvidenceLevel, OrderStatus, Side, Temperature


class PriceBreak(Contract):
    """From `quantity` (contract units) in one deal on, the ask is `price` (contract units)."""

    quantity: int = Field(ge=1)
    price: int = Field(ge=0)


class OrderSnapshot(Contract):
    """All that the matcher needs of one order, its party and its county; the newest version is the truth.

    `quantity`, `remaining` and `min_lot` are in thousandths of the pricing unit, `price` in 1e-6 CNY per
    pricing unit (the ask at the farm gate of an offer, the bid at the buyer's door of a demand; None is
    negotiable). `grade` is the common rank, 5 best: an offer's own, a demand's least. The window's days are
    Asia/Shanghai, both included: available days of an offer, needed days of a demand. `sequence` is the
    posting order, the age by which ties are broken. `designations` are those of the county on the day of
    the snapshot.

    `evidence` is the level at which an offer's facts are attested, or the least that a demand asks. A deal's
    quantity is a whole number of `pack_multiple` (0: any). `price_breaks` rise in quantity and fall in price;
    `price` holds below the first. The weight delivered may differ by `catch_weight_ppm` of the quantity (of an
    offer: may turn out; of a demand: is accepted). `shows_price` says that the poster publishes the price.
    `posted_at` is the moment at which it was first posted, which no amendment changes; records from before it was
    told have none. `parent_id` names the demand for a category, the quantity of which its children in several markets share.
    Nothing here names a person; a private reserve price stays in catalog.
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
    evidence: EvidenceLevel = "self_declared"
    pack_multiple: int = Field(default=0, ge=0)
    price_breaks: tuple[PriceBreak, ...] = ()
    catch_weight_ppm: int = Field(default=0, ge=0, le=1_000_000)
    shows_price: bool = False
    parent_id: UUID | None = None
    posted_at: dt.datetime | None = None


class Tick(Contract):
    """Catalog's clock, one record per partition of `orders-v1`: the only way time reaches the matcher."""

    partition: int = Field(ge=0)
    as_of: dt.datetime
