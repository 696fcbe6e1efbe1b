"""Reveals and erasures."""

from __future__ import annotations

import datetime as dt
from typing import Literal
from uuid import UUID

from duijie_shared.events.base import Role
from pydantic import BaseModel, ConfigDict, Field

from duijie_gateway.api.schemas.common import Number

StaffReason = Literal["dispute", "verification", "support", "authority"]
RevealReason = Literal["deal", "dispute", "verification", "support", "authority"]
RevealField = Literal["contact", "latitude", "longitude", "reserve_price", "area", "note"]
ErasureReason = Literal["own-request", "consent-withdrawn", "purpose-ended", "unlawful"]


class RevealPosting(BaseModel):
    """Why a member of staff needs a party's contact and exact place."""

    model_config = ConfigDict(extra="forbid")

    reason: StaffReason = Field(examples=["dispute"])


class Revealed(BaseModel):
    """What was asked for; what is not known is null."""

    party: UUID
    contact: str | None = Field(examples=["13800000000"])
    latitude: Number | None = Field(examples=[26.859])
    longitude: Number | None = Field(examples=[104.287])


class Reveal(BaseModel):
    """One reveal: which fields, to whom, when and why; never their values."""

    at: dt.datetime
    to_party: UUID | None = Field(description="The other side of a deal")
    to_role: Role | None = Field(description="Or staff of the platform", examples=["staff"])
    fields: list[RevealField] = Field(examples=[["contact", "latitude", "longitude"]])
    reason: RevealReason = Field(examples=["deal"])
    object: UUID | None = Field(description="What it was about: a deal, or the party")


class RevealPage(BaseModel):
    """A page of reveals, oldest first."""

    items: list[Reveal]
    next: str | None


class ErasurePosting(BaseModel):
    """The ground on which an admin deletes a party's data; a party that asks for it sends none."""

    model_config = ConfigDict(extra="forbid")

    reason: ErasureReason | None = Field(default=None, description="An admin's", examples=["own-request"])


class ErasureStep(BaseModel):
    """What was asked or done, without personal data."""

    event: Literal["requested", "done"]
    at: dt.datetime
    reason: ErasureReason
    by_role: Role
    counts: dict[str, int] = Field(examples=[{"orders": 12, "capacities": 0, "traces": 3}])


class Erasure(BaseModel):
    """Where the erasure of a party stands."""

    party: UUID
    status: Literal["none", "requested", "done"]
    steps: list[ErasureStep]
