"""The shapes that the API's description shows; a contract test holds real answers to them."""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal
from uuid import UUID

from duijie_shared.events.base import (
    Activity,
    Feature,
    MatchKind,
    MatchStatus,
    PartyKind,
    Role,
    ShortCode,
    Side,
    Temperature,
)
from pydantic import BaseModel, ConfigDict, Field

Number = int | float
_EXAMPLE_ID = "0f8c1d3e-5a7b-5c2d-9e4f-1a2b3c4d5e6f"


class FieldProblem(BaseModel):
    """One refused field."""

    field: str = Field(examples=["quantity"])
    code: str = Field(examples=["not-positive"])
    zh: str = Field(examples=["必须大于零"])
    en: str = Field(examples=["must be above zero"])


class Problem(BaseModel):
    """A refusal (RFC 9457), `application/problem+json`."""

    type: str = Field(examples=["urn:duijie:problem:invalid"])
    title: str
    status: int = Field(examples=[422])
    code: str = Field(examples=["invalid"])
    zh: str = Field(examples=["有字段不符合要求"])
    en: str = Field(examples=["Some fields are not acceptable"])
    errors: list[FieldProblem] | None = None


class MatchVersions(BaseModel):
    """What the match was made of."""

    offer: int = Field(examples=[1])
    demand: int = Field(examples=[3])
    policy: int = Field(examples=[1])
    scorecard: str = Field(examples=["rules-1"])


class Part(BaseModel):
    """One feature's share of the score; the points of all parts sum to it."""

    feature: Feature
    value: float
    points: float


class TiltShown(BaseModel):
    """The preferred lists that name the offer's county, and the bonus as a share of the bid."""

    designations: list[str] = Field(examples=[["cn-832"]])
    bonus: float = Field(examples=[0.05])


class ReasonsShown(BaseModel):
    """The same sentences in both languages."""

    zh: list[str]
    en: list[str]


class MatchItem(BaseModel):
    """One match. Quantities in `unit`, prices in CNY per `unit`. Before a deal the two sides see the distance
    to 5 km, and what follows from it to 0.01 CNY; staff see exact figures.
    """

    id: UUID = Field(examples=[_EXAMPLE_ID])
    version: MatchVersions
    kind: MatchKind
    status: MatchStatus
    offer: UUID
    demand: UUID
    market: str = Field(examples=["potato"])
    product: str = Field(examples=["potato"])
    quantity: Number = Field(examples=[12500])
    unit: str = Field(examples=["kg"])
    score: float = Field(examples=[78.25])
    parts: list[Part]
    ask_price: Number | None = Field(examples=[1.6])
    bid_price: Number | None = Field(examples=[2.9])
    landed_cost: Number | None = Field(examples=[2.41])
    suggested_price: Number | None = Field(examples=[2.66])
    farm_gate_price: Number | None = Field(examples=[1.84])
    distance_km: Number = Field(examples=[1040])
    offer_county: str | None = Field(examples=["532522"])
    demand_county: str | None = Field(examples=["310115"])
    route: list[str]
    tilt: TiltShown
    reasons: ReasonsShown


class MatchPage(BaseModel):
    """A page of matches; `next` continues the list for the same caller and filter."""

    items: list[MatchItem]
    next: str | None


class Plan(BaseModel):
    """The totals of one clearing of one market: money in CNY, quantity in the pricing unit."""

    market: str = Field(examples=["potato"])
    policy: int
    as_of: dt.datetime | None
    welfare: Number
    objective: Number
    objective_bound: Number | None
    cleared_quantity: Number
    tilt_share: float
    feasible_pairs: int
    offers: int
    demands: int


class PlanPage(BaseModel):
    """A page of plans."""

    items: list[Plan]
    next: str | None


class DiagnosisItem(BaseModel):
    """Why an order is left short, the commonest reason first."""

    kind: Literal["diagnosis"]
    order: UUID
    side: Side
    short_by: Number
    unit: str
    codes: list[ShortCode]
    reasons: ReasonsShown


class _Posted(BaseModel):
    # What catalog stores is answered as it was posted; later fields must not break older descriptions.
    model_config = ConfigDict(extra="allow")


class OrderFields(_Posted):
    """What offers and demands share. Quantity and price are in the posted unit."""

    product: str = Field(description="Code, slug, name or synonym, zh or en", examples=["potato"])
    grade_scheme: str | None = Field(default=None, description="Empty: the common scale, 5 (best) to 1")
    quantity: Number = Field(examples=[30])
    unit: str = Field(description="kg, t, 斤, g or the product's piece unit", examples=["t"])
    min_lot: Number | None = Field(default=None, examples=[5])
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

    grade: Number | str = Field(examples=[4])
    ask_price: Number | None = Field(
        default=None, description="CNY per unit; empty is negotiable", examples=[1600]
    )
    available_from: dt.date = Field(examples=["2027-01-10"])
    available_to: dt.date = Field(examples=["2027-03-31"])
    harvest_date: dt.date | None = None


class DemandPosting(OrderFields):
    """A demand at the buyer's door."""

    min_grade: Number | str | None = Field(default=None, examples=[3])
    bid_price: Number | None = Field(
        default=None, description="CNY per unit; empty is negotiable", examples=[2900]
    )
    needed_from: dt.date = Field(examples=["2027-01-15"])
    needed_to: dt.date = Field(examples=["2027-02-28"])
    origin_counties: list[str] | None = None


class CapacityPosting(_Posted):
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
    status: Literal["draft", "open", "filled", "withdrawn", "expired"]
    remaining: Number


class Offer(OfferPosting, Stored):
    """An offer as stored."""


class Demand(DemandPosting, Stored):
    """A demand as stored."""


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


class PartyPosting(_Posted):
    """A party, entered by staff."""

    row_key: str = Field(examples=["p-0001"])
    name: str = Field(examples=["云上马铃薯专业合作社"])
    kind: PartyKind
    uscc: str | None = Field(default=None, description="Unified social credit code; may be empty")
    county: str | None = Field(default=None, examples=["532522"])
    latitude: Number | None = None
    longitude: Number | None = None
    contact: str | None = Field(default=None, description="Never shown to others before a deal")


class Party(PartyPosting):
    """A party as stored."""

    id: UUID
    version: int


class PartyPage(BaseModel):
    """A page of parties."""

    items: list[Party]
    next: str | None


class RefusedCell(BaseModel):
    """One refused cell of an import."""

    row: int = Field(examples=[17])
    column: str | None = Field(examples=["quantity"])
    value: Any = None
    code: str
    zh: str
    en: str


class Import(BaseModel):
    """An import's progress and outcome."""

    model_config = ConfigDict(extra="allow")

    id: UUID
    kind: Literal["offers", "demands", "capacities", "parties"]
    status: Literal["queued", "running", "done"]
    rows_total: int | None = None
    rows_done: int | None = None
    created: int | None = None
    amended: int | None = None
    unchanged: int | None = None
    refused: int | None = None
    errors: list[RefusedCell] | None = None


class KeyPosting(BaseModel):
    """A key to make. Party roles need `party`, the party's row key; `county` limits staff to an area."""

    model_config = ConfigDict(extra="forbid")

    role: Role
    party: str | None = Field(default=None, examples=["p-0001"])
    county: str | None = Field(default=None, examples=["530000"])
    label: str = Field(default="", max_length=200)


class KeyShown(BaseModel):
    """A key without its secret."""

    id: UUID
    role: Role
    party_id: UUID | None
    county: str | None
    label: str
    created_at: dt.datetime
    revoked_at: dt.datetime | None


class KeyMade(KeyShown):
    """A new key; `key` is shown this once."""

    key: str = Field(examples=["dj_" + "x" * 43])


class KeyPage(BaseModel):
    """All keys, newest first."""

    items: list[KeyShown]
    next: None


class SessionPosting(BaseModel):
    """A log-in by key."""

    model_config = ConfigDict(extra="forbid")

    key: str = Field(examples=["dj_" + "x" * 43])


class SessionShown(BaseModel):
    """Who is logged in."""

    key_id: UUID
    role: Role
    party_id: UUID | None
    county: str | None


class ProductShown(BaseModel):
    """One product; its family names the market."""

    code: str
    slug: str
    name_zh: str
    name_en: str
    category: str
    parent: str | None
    family: str
    dimension: Literal["mass", "piece", "booking"]
    pricing_unit: str
    grams_per_piece: int | None
    temperature: Temperature
    shelf_life_days: int | None
    max_transport_hours: int | None
    harvest_months: list[int]
    synonyms_zh: list[str]
    synonyms_en: list[str]


class GradeShown(BaseModel):
    """One grade of a scheme; `rank` is the common scale, 5 best."""

    code: str
    name_zh: str
    name_en: str
    rank: int


class SchemeShown(BaseModel):
    """A grade scheme, best grade first. `products` are slugs, `category:<path>` or `*`."""

    code: str
    title: str
    authority: str
    standard: str
    products: list[str]
    grades: list[GradeShown]


class CountyShown(BaseModel):
    """A county of today with the priority lists that name it."""

    code: str
    name_zh: str
    name_en: str
    prefecture: str
    province: str
    latitude: Number | None
    longitude: Number | None
    designations: list[str]


class UnitShown(BaseModel):
    """A unit; `size` is its content in grams, pieces or bookings."""

    code: str
    name_zh: str
    name_en: str
    dimension: Literal["mass", "piece", "booking"]
    size: Number
    aliases: list[str]


class Reference(BaseModel):
    """Reference data as a whole; `next` is always null."""

    next: None


class Products(Reference):
    """All products."""

    items: list[ProductShown]


class Grades(Reference):
    """All grade schemes."""

    items: list[SchemeShown]


class Counties(Reference):
    """Counties."""

    items: list[CountyShown]


class Units(Reference):
    """All units."""

    items: list[UnitShown]
