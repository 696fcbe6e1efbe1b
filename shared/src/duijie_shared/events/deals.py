"""`deals-v1`: one record for each hold, which becomes a deal or ends."""

from __future__ import annotations

import datetime as dt
from typing import Literal
from uuid import UUID

from pydantic import Field

from duijie_shared.events.base import Contract, Side

DealStatus = Literal["held", "dealt", "released", "lapsed"]
"""`held` while one side has accepted, `dealt` once both have; `released` by decline, `lapsed` by the deadline."""
ReleaseReason = Literal[
    "price", "quantity", "quality", "timing", "logistics", "other", "withdrawn", "order-ended"
]
"""Why a hold was released: the first six are what the side that declines may say, `withdrawn` is the side that
had accepted taking it back, `order-ended` that one of the orders was withdrawn or expired."""


class DealLeg(Contract):
    """What a deal books of one capacity: `quantity` (contract units taken in) on each day from `first` to `last`."""

    capacity_id: UUID
    first: dt.date
    last: dt.date
    quantity: int = Field(ge=1)


class DealRecord(Contract):
    """One hold or deal in its newest version. Prices in 1e-6 CNY per pricing unit, quantities in its thousandths.

    `price` is at the buyer's door, `farm_gate_price` what of it comes to the farm gate. `offer_version` and
    `demand_version` are those that were accepted, `offer_after` and `demand_after` those that this record's own
    change made of both orders: a match of these or later ones was made with the change in view. `accepted_by` is the side
    whose accept made the hold. No contact, no exact place, no reserve price.
    """

    deal_id: UUID
    version: int = Field(ge=1)
    status: DealStatus
    match_id: UUID
    market: str
    product: str
    unit: str
    """The pricing unit: kg, or the product's piece unit."""
    offer_id: UUID
    demand_id: UUID
    offer_version: int = Field(ge=1)
    demand_version: int = Field(ge=1)
    offer_after: int = Field(ge=1)
    demand_after: int = Field(ge=1)
    offer_party: UUID
    demand_party: UUID
    offer_county: str | None
    demand_county: str | None
    quantity: int = Field(ge=1)
    price: int = Field(ge=0)
    farm_gate_price: int = Field(ge=0)
    legs: tuple[DealLeg, ...] = ()
    accepted_by: Side
    held_at: dt.datetime
    deadline: dt.datetime
    ended_at: dt.datetime | None = None
    """When it was dealt, released or lapsed."""
    reason: ReleaseReason | None = None
