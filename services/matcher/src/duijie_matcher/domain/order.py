"""The matcher's own view of one open order."""

from __future__ import annotations

from dataclasses import dataclass
from math import lcm
from typing import TYPE_CHECKING

from duijie_shared.values import PRICE_SCALE, QUANTITY_SCALE

if TYPE_CHECKING:
    import datetime as dt
    from uuid import UUID

    from duijie_shared.events.base import EvidenceLevel, Side, Temperature
    from duijie_shared.events.orders import OrderSnapshot

LARGEST_QUANTITY = 10**9 * QUANTITY_SCALE
LARGEST_PRICE = 10**6 * PRICE_SCALE
"""What posting accepts at most. Within these bounds every float64 of the matcher holds an exact integer and
every sum of a market of a million orders fits 64 bits; an order beyond them is refused, not rounded."""


@dataclass(frozen=True, slots=True)
class Order:
    """One open offer or demand; the fields and their units are those of `OrderSnapshot`.

    Raises
    ------
    ValueError
        When a quantity or a price is beyond what the arithmetic holds exactly, the window is reversed, or
        `posted_at` has no time zone.
    """

    order_id: UUID
    version: int
    side: Side
    sequence: int
    party_id: UUID
    market: str
    product: str
    grade: int
    remaining: int
    min_lot: int
    price: int | None
    county: str | None
    designations: tuple[str, ...]
    latitude_e7: int
    longitude_e7: int
    window_from: dt.date
    window_to: dt.date
    harvest_date: dt.date | None = None
    temperature: Temperature | None = None
    certificates: tuple[str, ...] = ()
    origin_counties: tuple[str, ...] = ()
    evidence: EvidenceLevel = "self_declared"
    pack_multiple: int = 0
    posted_at: dt.datetime | None = None

    def __post_init__(self) -> None:
        if not all(
            0 <= quantity <= LARGEST_QUANTITY
            for quantity in (self.remaining, self.min_lot, self.pack_multiple)
        ):
            raise ValueError(f"order {self.order_id}: a quantity is not within 0 to {LARGEST_QUANTITY}")
        if self.price is not None and not 0 <= self.price <= LARGEST_PRICE:
            raise ValueError(f"order {self.order_id}: the price is not within 0 to {LARGEST_PRICE}")
        if self.window_to < self.window_from:
            raise ValueError(f"order {self.order_id}: the window ends before it starts")
        if self.posted_at is not None and self.posted_at.tzinfo is None:
            raise ValueError(f"order {self.order_id}: posted_at has no time zone")


def most_tradable(offer: Order, demand: Order) -> int:
    """The most that a pair could trade: the smaller of both `remaining`, in whole packs of both."""
    most = min(offer.remaining, demand.remaining)
    if not (offer.pack_multiple or demand.pack_multiple):
        return most
    return most - most % lcm(offer.pack_multiple or 1, demand.pack_multiple or 1)


def order_of(snapshot: OrderSnapshot) -> Order:
    """The order of a snapshot, whatever its status: the caller keeps only open ones. ValueError as `Order`."""
    return Order(
        order_id=snapshot.order_id,
        version=snapshot.version,
        side=snapshot.side,
        sequence=snapshot.sequence,
        party_id=snapshot.party_id,
        market=snapshot.market,
        product=snapshot.product,
        grade=snapshot.grade,
        remaining=snapshot.remaining,
        min_lot=snapshot.min_lot,
        price=snapshot.price,
        county=snapshot.county,
        designations=snapshot.designations,
        latitude_e7=snapshot.latitude_e7,
        longitude_e7=snapshot.longitude_e7,
        window_from=snapshot.window_from,
        window_to=snapshot.window_to,
        harvest_date=snapshot.harvest_date,
        temperature=snapshot.temperature,
        certificates=snapshot.certificates,
        origin_counties=snapshot.origin_counties,
        evidence=snapshot.evidence,
        pack_multiple=snapshot.pack_multiple,
        posted_at=snapshot.posted_at,
    )
