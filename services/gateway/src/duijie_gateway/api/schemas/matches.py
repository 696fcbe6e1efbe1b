"""Matches, plans and diagnoses."""

from __future__ import annotations

import datetime as dt
from typing import Literal
from uuid import UUID

from duijie_shared.events.base import (
    ChangeField,
    ConditionCode,
    Feature,
    GateCode,
    MatchKind,
    MatchStatus,
    ShortCode,
    Side,
)
from pydantic import BaseModel, Field

from duijie_gateway.api.schemas.common import Number

_EXAMPLE_ID = "0f8c1d3e-5a7b-5c2d-9e4f-1a2b3c4d5e6f"


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


class Leg(BaseModel):
    """One step of a chain: a road, or what a capacity does. Quantities as they go in and come out."""

    activity: str = Field(examples=["cold_storage"])
    capacity: str | None
    product: str = Field(examples=["potato"])
    from_county: str | None
    to_county: str | None
    distance_km: Number
    temperature: str = Field(examples=["chilled"])
    first: dt.date | None
    last: dt.date | None
    taken: Number
    given: Number
    per_day: Number
    cost: Number


class Pool(BaseModel):
    """The pooled lot that a line is a part of: how many members bring how much together."""

    id: UUID
    county: str | None
    members: int
    quantity: Number


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
    route: list[Leg]
    pool: Pool | None
    tilt: TiltShown
    reasons: ReasonsShown


class MatchPage(BaseModel):
    """A page of matches; `next` continues the list for the same caller and filter."""

    items: list[MatchItem]
    next: str | None


class GuardShown(BaseModel):
    """What a guard of the policy came to in a market; the price of one more unit of it in CNY per pricing unit."""

    kind: Literal["small_share", "party_share"]
    asked: float = Field(examples=[0.4])
    reached: float = Field(examples=[0.38])
    status: Literal["met", "infeasible"]
    shadow_price: Number


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
    floor: float | None
    floor_of: Literal["quantity", "value"]
    floor_scope: Literal["market", "all"]
    floor_status: Literal["none", "met", "infeasible"]
    shadow_price: Number | None
    welfare_given_up: Number | None
    floor_reasons: ReasonsShown | None
    guards: list[GuardShown]


class PlanPage(BaseModel):
    """A page of plans."""

    items: list[Plan]
    next: str | None


class ChangeShown(BaseModel):
    """A field of the order, and from what to what."""

    field: ChangeField
    from_: Number | str | list[str] = Field(alias="from", examples=[3.0])
    to: Number | str | list[str] = Field(examples=[2.85])
    unit: str | None = Field(examples=["CNY/kg"])


class NearMissItem(BaseModel):
    """The gates that a counterpart fails, and what the order could change so that it passes them all; nothing where
    no change of its own would help. Whose it is stays unsaid.
    """

    codes: list[GateCode | ConditionCode] = Field(examples=[["PRICE"]])
    size: float | None = Field(description="To compare changes by; smallest first.", examples=[0.05])
    wait_days: int = Field(
        default=0, description="Whole days until the widening search reaches the counterpart.", examples=[0]
    )
    changes: list[ChangeShown]
    advice: ReasonsShown


class DiagnosisItem(BaseModel):
    """Why an order is left short, the commonest reason first."""

    kind: Literal["diagnosis"]
    order: UUID
    side: Side
    short_by: Number
    unit: str
    codes: list[ShortCode]
    reasons: ReasonsShown
    near_misses: list[NearMissItem]
