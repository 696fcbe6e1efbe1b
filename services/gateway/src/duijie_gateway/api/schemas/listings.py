"""Listings: the public face of orders."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from duijie_shared.events.base import EvidenceLevel, Side, Temperature
from pydantic import BaseModel, Field

from duijie_gateway.api.schemas.common import Number


class PriceBreakShown(BaseModel):
    """From `quantity` in one deal on, the price is `price`."""

    quantity: Number = Field(examples=[10000])
    price: Number = Field(examples=[1.55])


class Listing(BaseModel):
    """One live order. Quantities in `unit`, prices in CNY per `unit`; no party and no exact place.

    `id` is the order's, so that a side of a match knows it again. `price` is null where it is negotiable and where
    its poster does not publish it: the two look alike.
    """

    id: UUID = Field(examples=["0f8c1d3e-5a7b-5c2d-9e4f-1a2b3c4d5e6f"])
    version: int = Field(examples=[1])
    side: Side = Field(examples=["offer"])
    market: str = Field(examples=["potato"])
    product: str = Field(examples=["potato"])
    unit: str = Field(examples=["kg"])
    grade: int = Field(description="Common scale, 5 best: the offer's, or the demand's least", examples=[4])
    quantity: Number = Field(description="What is left", examples=[30000])
    min_lot: Number | None = Field(examples=[2000])
    pack_multiple: Number | None = Field(examples=[500])
    catch_weight: Number | None = Field(examples=[0.03])
    price: Number | None = Field(
        description="An offer's at the farm gate, a demand's at the door", examples=[1.6]
    )
    price_breaks: list[PriceBreakShown]
    county: str | None = Field(description="GB/T 2260", examples=["532522"])
    designations: list[str] = Field(examples=[["cn-832"]])
    window_from: dt.date = Field(examples=["2027-01-10"])
    window_to: dt.date = Field(examples=["2027-03-31"])
    harvest_date: dt.date | None
    temperature: Temperature | None
    certificates: list[str] = Field(examples=[["green"]])
    evidence: EvidenceLevel
    origin_counties: list[str] = Field(
        description="Of a demand: where an offer may come from; empty: anywhere"
    )
    updated_at: dt.datetime = Field(
        description="When it came to be as it is", examples=["2027-01-05T08:00:00+00:00"]
    )


class ListingPage(BaseModel):
    """A page of listings; `next` continues the list for the same caller and filter."""

    items: list[Listing]
    next: str | None
