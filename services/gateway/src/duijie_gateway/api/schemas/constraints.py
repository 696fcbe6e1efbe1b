"""Pins, forbids and limits that staff set, and the declines of parties as staff read them."""

from __future__ import annotations

import datetime as dt
from typing import Literal
from uuid import UUID

from duijie_shared.events.base import Side
from duijie_shared.events.constraints import ConstraintKind, ConstraintStatus
from pydantic import BaseModel, Field

from duijie_gateway.api.schemas.common import Number

_EXAMPLE_ID = "0b9c0f8a-6f0f-5d5e-8b1a-3c1f5f0d6a11"
_OTHER_ID = "5d2f6a3e-1c7b-5e0d-9a44-7b8c9d0e1f22"

StaffKind = Literal["pin", "forbid", "minimum", "maximum"]
StaffReason = Literal["agreement", "dispute", "safety", "fair-share", "relief", "other"]
EndReason = Literal["ended-by-staff", "taken-back", "amended", "order-ended"]


class ConstraintPosting(BaseModel):
    """A pin or a forbid of a pair, or a limit of what a party trades in each market on each side."""

    kind: StaffKind = Field(examples=["pin"])
    offer: UUID | None = Field(default=None, description="With a pin or a forbid", examples=[_EXAMPLE_ID])
    demand: UUID | None = Field(default=None, description="With a pin or a forbid", examples=[_OTHER_ID])
    party: UUID | None = Field(default=None, description="With a minimum or a maximum", examples=[None])
    quantity: Number | None = Field(
        default=None,
        ge=0,
        description="In the pricing unit (kg). What a pin demands at least, all that the pair could trade where none "
        "is given; what a limit is",
        examples=[5000],
    )
    reason: StaffReason = Field(examples=["agreement"])
    note: str | None = Field(
        default=None, max_length=2000, description="For staff alone", examples=["双方电话约定, 已核实"]
    )


class Author(BaseModel):
    """Who did it: the role, its area, the key that was shown and its label."""

    role: str = Field(examples=["staff"])
    county: str | None
    key: UUID
    label: str


class ConstraintItem(BaseModel):
    """One constraint with its history: who set it and why, and what ended it."""

    id: UUID
    version: int = Field(ge=1, le=2, description="1 while it is active, 2 once it is ended")
    status: ConstraintStatus
    kind: ConstraintKind
    market: str | None = Field(
        description="The pair's; null for a party's limit, which holds in every market"
    )
    offer: UUID | None
    demand: UUID | None
    party: UUID | None
    quantity: Number | None = Field(description="In the pricing unit", examples=[5000])
    set_by: Literal["staff"] | Side = Field(description="Staff, or the side that declined")
    reason: str = Field(examples=["agreement"])
    note: str | None
    since: dt.datetime
    by: Author
    ended_at: dt.datetime | None
    ended_by: Author | None
    end_reason: EndReason | None


class ConstraintPage(BaseModel):
    """A page of constraints in the order in which they were set, ended ones too."""

    items: list[ConstraintItem]
    next: str | None
