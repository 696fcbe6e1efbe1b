"""Standing demands, as posted and as stored, and their instances."""

from __future__ import annotations

import datetime as dt
from typing import Literal
from uuid import UUID

from duijie_shared.events.base import EvidenceLevel, OrderStatus
from pydantic import BaseModel, Field

from duijie_gateway.api.schemas.common import FieldProblem, Number
from duijie_gateway.api.schemas.postings import OrderFields

StandingStatus = Literal["open", "paused", "ended"]


class StandingDemandPosting(OrderFields):
    """A demand that comes again. The fields of a demand are those of each instance; its window is said by the rest."""

    min_grade: Number | str | None = Field(default=None, examples=[3])
    bid_price: Number | None = Field(
        default=None, description="CNY per unit in the first year; empty is negotiable", examples=[2900]
    )
    evidence: EvidenceLevel | None = Field(default=None, description="The least that is asked of an offer")
    origin_counties: list[str] | None = None
    repeats: Literal["weekly", "seasonal"] = Field(examples=["weekly"])
    every_weeks: int | None = Field(
        default=None, ge=1, le=52, description="Weekly: 2 is every other week", examples=[1]
    )
    weekdays: list[int | str] | None = Field(
        default=None, description="Weekly: 1 (Monday) to 7; the first days of the windows", examples=[[1, 4]]
    )
    needed_days: int | None = Field(
        default=None, ge=1, le=31, description="Weekly: days of each window", examples=[2]
    )
    season_from: str | None = Field(
        default=None, description="Seasonal: first day of every year, MM-DD; 02-29 is the last of February"
    )
    season_to: str | None = Field(
        default=None, description="Seasonal: last day, MM-DD; an earlier one is of the next year"
    )
    starts_on: dt.date = Field(description="First day on which a window may begin", examples=["2027-01-04"])
    ends_on: dt.date | None = Field(
        default=None,
        description="Last such day, at most 20 years on; empty is without end",
        examples=["2029-12-31"],
    )
    lead_days: int | None = Field(
        default=None,
        ge=0,
        le=180,
        description="Days before its window that an instance is opened; 14 where empty",
        examples=[10],
    )
    suppliers: list[UUID] | None = Field(
        default=None, description="Parties that the contract is with; recorded, not enforced in matching"
    )
    yearly_adjustment: Number | None = Field(
        default=None,
        ge=-20,
        le=20,
        description="Percent by which the prices change with each year of the term that is over",
        examples=[2.5],
    )


class StandingDemandChanges(StandingDemandPosting):
    """What an amendment may say."""

    status: Literal["open", "paused"] | None = Field(
        default=None,
        description="Paused: no instances are opened until it is open again",
        examples=["paused"],
    )


class StandingDemand(StandingDemandPosting):
    """A standing demand as stored. `version` is what `If-Match` takes."""

    id: UUID
    version: int = Field(ge=1)
    status: StandingStatus
    long_contract: bool = Field(description="Two years or more with named suppliers or counties")
    missed: int = Field(ge=0, description="Windows that ended without having been opened")
    problems: list[FieldProblem] = Field(
        description="Why the last instance could not be opened; it is paused until they are mended"
    )


class StandingDemandPage(BaseModel):
    """A page of standing demands."""

    items: list[StandingDemand]
    next: str | None


class WindowToCome(BaseModel):
    """A window that an order will be opened for, both days included."""

    needed_from: dt.date
    needed_to: dt.date
    opens_on: dt.date


class Instance(BaseModel):
    """An order that was opened; it is read, amended and withdrawn under `/v1/demands/{order_id}`."""

    order_id: UUID
    needed_from: dt.date
    needed_to: dt.date
    status: OrderStatus
    quantity: Number
    remaining: Number
    unit: str
    bid_price: Number | None
    opened_at: dt.datetime


class InstancePage(BaseModel):
    """A page of what was opened, and the next windows to come."""

    items: list[Instance]
    next: str | None
    upcoming: list[WindowToCome]


class Preview(BaseModel):
    """What a standing demand would open: at once, and next."""

    long_contract: bool
    due: list[WindowToCome]
    upcoming: list[WindowToCome]
