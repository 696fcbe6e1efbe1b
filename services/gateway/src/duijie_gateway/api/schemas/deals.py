"""Holds, deals, and the calendar of a capacity."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from duijie_shared.events.base import PartyKind, Side
from duijie_shared.events.deals import DealStatus, ReleaseReason
from pydantic import BaseModel, Field

from duijie_gateway.api.schemas.common import Number

_EXAMPLE_ID = "0b9c0f8a-6f0f-5d5e-8b1a-3c1f5f0d6a11"


class DealLegShown(BaseModel):
    """What a deal has booked of a capacity on each of these days, in kg or the product's piece unit."""

    capacity: UUID
    from_: dt.date = Field(alias="from", examples=["2027-01-11"])
    to: dt.date = Field(examples=["2027-01-20"])
    quantity: Number = Field(examples=[5000])


class Counterparty(BaseModel):
    """The other side, with contact and the exact place of its order."""

    party: UUID
    name: str = Field(examples=["滇南鲜蔬合作社"])
    kind: PartyKind
    contact: str | None = Field(examples=["13800000000"])
    latitude: Number = Field(examples=[23.37])
    longitude: Number = Field(examples=[103.4])


class DealItem(BaseModel):
    """One hold or deal. Prices in CNY per `unit`: `price` at the buyer's door, `farm_gate_price` what of it comes to
    the farm gate; to 0.01 for the two sides until both have accepted.
    """

    id: UUID = Field(examples=[_EXAMPLE_ID])
    version: int = Field(ge=1, examples=[1])
    status: DealStatus = Field(examples=["held"])
    side: Side | None = Field(description="The reader's own side; null for staff", examples=["offer"])
    match: UUID
    offer: UUID
    demand: UUID
    market: str = Field(examples=["potato"])
    product: str = Field(examples=["potato"])
    quantity: Number = Field(examples=[5000])
    unit: str = Field(examples=["kg"])
    price: Number = Field(examples=[2.65])
    farm_gate_price: Number = Field(examples=[1.6])
    offer_county: str | None = Field(examples=["532523"])
    demand_county: str | None = Field(examples=["310115"])
    legs: list[DealLegShown]
    accepted_by: Side = Field(description="The side whose accept made the hold", examples=["demand"])
    held_at: dt.datetime
    deadline: dt.datetime = Field(description="When the hold lapses unless the other side answers")
    ended_at: dt.datetime | None = Field(description="When it was dealt, released or lapsed")
    reason: ReleaseReason | None = Field(description="Why it was released")
    counterparty: Counterparty | None = Field(
        description="The other side: only in a deal that both have accepted, read by one of the two; each reading is noted"
    )


class DealPage(BaseModel):
    """A page of holds and deals in the order in which they were held; `counterparty` is null here."""

    items: list[DealItem]
    next: str | None


class CalendarDay(BaseModel):
    """One day: what holds and deals have booked, and what remains. 0 remains outside the window."""

    day: dt.date = Field(examples=["2027-01-11"])
    booked: Number = Field(examples=[5])
    remaining: Number = Field(examples=[15])


class Calendar(BaseModel):
    """The days of a capacity, in the unit it was posted in."""

    capacity: UUID
    version: int = Field(ge=1)
    unit: str = Field(examples=["t"])
    days: list[CalendarDay]
