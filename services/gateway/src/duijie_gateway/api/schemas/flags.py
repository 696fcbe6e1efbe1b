"""What does not look plausible, as staff read and decide it."""

from __future__ import annotations

import datetime as dt
from typing import Literal
from uuid import UUID

from duijie_shared.events.base import Side
from pydantic import BaseModel, Field

from duijie_gateway.api.schemas.common import Number

FlagStatus = Literal["open", "dismissed", "confirmed"]
FlagCode = Literal["volume", "bait-price", "unit-slip", "repost"]


class Decider(BaseModel):
    """Who decided: a role and the key that was shown."""

    role: str = Field(examples=["staff"])
    key: UUID | None


class Flag(BaseModel):
    """One thing about one order that staff should look at. It changes neither the order nor its matches."""

    id: UUID
    order: UUID
    version: int = Field(ge=1, description="The order's version that was looked at")
    side: Side
    party: UUID
    county: str | None = Field(examples=["520526"])
    code: FlagCode = Field(
        description="`volume`: more than the area brings; `bait-price`: too good a price; `unit-slip`: a price in "
        "another unit; `repost`: withdrawn and posted again",
        examples=["unit-slip"],
    )
    zh: str = Field(examples=["折合每 kg 0.0018 元, 同品同向中位价 1.8 元; 价格像是按“kg”而不是“t”填的"])
    en: str = Field(
        examples=["0.0018 CNY/kg beside a median of 1.8; the price seems to be per kg, not per t"]
    )
    facts: dict[str, Number | str] = Field(
        description="The numbers behind it: kg, mu, CNY per pricing unit",
        examples=[{"price": 0.0018, "level": 1.8, "ratio": 0.001, "parties": 9, "likely_unit": "kg"}],
    )
    status: FlagStatus
    raised_at: dt.datetime
    decided_at: dt.datetime | None
    decided_by: Decider | None
    note: str | None


class FlagPage(BaseModel):
    """A page of flags, in the order in which they were raised."""

    items: list[Flag]
    next: str | None


class FlagDecision(BaseModel):
    """What staff make of a flag; the last decision stands, `open` takes it back."""

    decision: FlagStatus = Field(examples=["dismissed"])
    note: str | None = Field(default=None, max_length=2000, examples=["清仓, 已电话核实"])
