"""Offers, demands and capacities, as posted and as stored."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal
from uuid import UUID

from duijie_shared.events.base import Activity, EvidenceLevel, OrderStatus, Temperature
from pydantic import BaseModel, Field

from duijie_gateway.api.schemas.common import AsPosted, Number

Beginning = Annotated[
    Literal["draft", "open"] | None,
    Field(
        description="`draft` keeps it to yourself until you amend it to `open`: then it is judged anew and takes its age",
        examples=["open"],
    ),
]


class OrderFields(AsPosted):
    """What offers and demands share. Quantity and price are in the posted unit."""

    product: str = Field(description="Code, slug, name or synonym, zh or en", examples=["potato"])
    grade_scheme: str | None = Field(
        default=None,
        description="Empty: the common scale, 5 (best) to 1; a code or standard number; a buyer's own:<buyer>/<code>",
    )
    quantity: Number = Field(examples=[30])
    unit: str = Field(description="kg, t, 斤, g or the product's piece unit", examples=["t"])
    min_lot: Number | None = Field(default=None, examples=[5])
    pack_multiple: Number | None = Field(
        default=None, description="A deal's quantity is a whole number of it", examples=[0.5]
    )
    catch_weight: Number | None = Field(
        default=None,
        ge=0,
        le=0.2,
        description="Share by which the weight delivered may differ",
        examples=[0.03],
    )
    reserve_price: Number | None = Field(
        default=None,
        description="Private: no deal goes beyond it. Shown to you alone, before a deal and after",
        examples=[1500],
    )
    publish_price: bool | None = Field(default=None, description="Whether the listing shows the price")
    county: str | None = Field(
        default=None, description="GB/T 2260; may be empty beside coordinates", examples=["532522"]
    )
    latitude: Number | None = None
    longitude: Number | None = None
    temperature: Temperature | None = None
    certificates: list[str] | None = Field(default=None, examples=[["绿色食品"]])
    note: str | None = None


class OfferPosting(OrderFields):
    """An offer: supply at the farm gate."""

    grade: Number | str | None = Field(
        default=None, description="May be left out where measurements are given", examples=[4]
    )
    measurements: dict[str, Number] | None = Field(
        default=None, description="By attribute of the grade scheme", examples=[{"diameter_mm": 62}]
    )
    ask_price: Number | None = Field(
        default=None, description="CNY per unit; empty is negotiable", examples=[1600]
    )
    price_breaks: dict[str, Number] | None = Field(
        default=None,
        description="Quantity in one deal from which the price per unit holds; rising and falling",
        examples=[{"10": 1550, "20": 1500}],
    )
    area: Number | None = Field(default=None, description="Planted area in mu (1/15 ha); private")
    on_behalf_of: UUID | None = Field(
        default=None, description="The producer that a service site posts for, under its consent"
    )
    status: Beginning = None
    available_from: dt.date = Field(examples=["2027-01-10"])
    available_to: dt.date = Field(examples=["2027-03-31"])
    harvest_date: dt.date | None = None


class DemandPosting(OrderFields):
    """A demand at the buyer's door.

    `product` may name a category (`vegetables/leafy`, 叶菜): then a child is opened in every market of it, under a
    quantity that they share; quantities are by mass, the grade on the common scale.
    """

    min_grade: Number | str | None = Field(default=None, examples=[3])
    bid_price: Number | None = Field(
        default=None, description="CNY per unit; empty is negotiable", examples=[2900]
    )
    evidence: EvidenceLevel | None = Field(default=None, description="The least that is asked of an offer")
    status: Beginning = None
    needed_from: dt.date = Field(examples=["2027-01-15"])
    needed_to: dt.date = Field(examples=["2027-02-28"])
    origin_counties: list[str] | None = None


class CapacityPosting(AsPosted):
    """What a processor, store, packer, grader or carrier can do; the fee is CNY per unit taken in."""

    activity: Activity = Field(examples=["cold_storage"])
    product_in: str | None = Field(default=None, examples=["potato"])
    product_out: str | None = None
    yield_: Number | None = Field(default=None, alias="yield", examples=[0.2])
    throughput_per_day: Number = Field(examples=[20])
    unit: str = Field(examples=["t"])
    fee: Number = Field(examples=[80])
    loss: Number | None = Field(default=None, examples=[0.02])
    county: str | None = Field(default=None, examples=["532522"])
    latitude: Number | None = None
    longitude: Number | None = None
    to_county: str | None = None
    to_latitude: Number | None = None
    to_longitude: Number | None = None
    available_from: dt.date = Field(examples=["2027-01-01"])
    available_to: dt.date = Field(examples=["2027-06-30"])
    temperature: Temperature | None = None
    note: str | None = None


class Stored(BaseModel):
    """What catalog adds to what was posted. `version` is what `If-Match` takes."""

    id: UUID
    version: int = Field(ge=1)
    status: OrderStatus
    remaining: Number


class Offer(OfferPosting, Stored):
    """An offer as stored; to others than its poster without what is private."""

    status: OrderStatus  # type: ignore[assignment]
    posted_by: UUID | None = Field(default=None, description="The service site that posted it")


class ChildOfDemand(BaseModel):
    """One child of a demand for a category: an order of its own in its market, changed with its parent alone."""

    id: UUID
    market: str = Field(examples=["spinach"])
    product: str = Field(examples=["spinach"])


class Demand(DemandPosting, Stored):
    """A demand as stored; to others than its poster without what is private."""

    status: OrderStatus  # type: ignore[assignment]

    children: list[ChildOfDemand] | None = Field(
        default=None, description="Of a demand for a category; `remaining` is what is left for all of them"
    )
    left_out: list[str] | None = Field(
        default=None, description="Products of the category that are sold by the piece or booked"
    )
    parent: UUID | None = Field(default=None, description="The demand for a category that it is a child of")
    standing_demand: UUID | None = Field(
        default=None, description="The standing demand that it is an instance of"
    )


class Capacity(CapacityPosting, Stored):
    """A capacity as stored."""

    remaining: Number | None = None  # type: ignore[assignment]


class OfferPage(BaseModel):
    """A page of offers."""

    items: list[Offer]
    next: str | None


class DemandPage(BaseModel):
    """A page of demands."""

    items: list[Demand]
    next: str | None


class CapacityPage(BaseModel):
    """A page of capacities."""

    items: list[Capacity]
    next: str | None
