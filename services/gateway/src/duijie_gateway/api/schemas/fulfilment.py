"""What becomes of deals: shipments, ratings, and a party's record."""

from __future__ import annotations

import datetime as dt
from typing import Literal
from uuid import UUID

from duijie_shared.events.base import Side
from pydantic import BaseModel, Field

from duijie_gateway.api.schemas.common import Number

ShipmentOutcome = Literal["sent", "delivered", "short", "rejected"]
ShipmentReason = Literal["quality", "quantity", "timing", "damage", "documents", "other"]


class ShipmentPosting(BaseModel):
    """What one side says of part of a deal: the seller what it sent, the buyer what was delivered, missing or rejected."""

    outcome: ShipmentOutcome = Field(examples=["rejected"])
    quantity: Number = Field(gt=0, description="In the deal's `unit`", examples=[500])
    reason: ShipmentReason | None = Field(
        default=None, description="With `short` and `rejected`, which need one", examples=["quality"]
    )
    day: dt.date | None = Field(
        default=None, description="Today in China where none is given; never ahead", examples=["2026-11-23"]
    )


class Shipment(BaseModel):
    """One entry, as it was made."""

    id: UUID
    side: Side
    outcome: ShipmentOutcome
    quantity: Number = Field(examples=[500])
    reason: ShipmentReason | None
    day: dt.date
    at: dt.datetime


class Sums(BaseModel):
    """What the entries of a deal come to, in its unit; `open` is what the buyer has said nothing of yet."""

    id: UUID
    unit: str = Field(examples=["kg"])
    fulfilled: bool = Field(description="Whether the buyer has accounted for all of it")
    sent: Number
    delivered: Number
    short: Number
    rejected: Number
    open: Number


class ShipmentMade(Shipment):
    """An entry with what all of the deal's come to by it."""

    deal: Sums


class ShipmentPage(BaseModel):
    """All entries about a deal, oldest first, and what they come to."""

    items: list[Shipment]
    next: str | None
    deal: Sums
    offer_county: str | None
    demand_county: str | None


class RatingPosting(BaseModel):
    """How one side rates the other."""

    stars: int = Field(ge=1, le=5, examples=[4])


class Rating(BaseModel):
    """A rating as it was given."""

    deal: UUID
    stars: int = Field(ge=1, le=5)


class PartyRecord(BaseModel):
    """What a party's deals have come to. `stars` is the mean of its ratings, null where there are none."""

    deals: int = Field(examples=[12])
    fulfilled: int = Field(examples=[10])
    with_shortage: int = Field(description="Deals of which the buyer missed something", examples=[1])
    with_rejection: int = Field(description="Deals of which the buyer rejected something", examples=[0])
    ratings: int = Field(examples=[8])
    stars: float | None = Field(examples=[4.5])
