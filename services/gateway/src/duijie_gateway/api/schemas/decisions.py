"""What a party decides about a match, and what comes of it."""

from __future__ import annotations

import datetime as dt
from typing import Literal
from uuid import UUID

from duijie_shared.events.base import Side
from duijie_shared.events.constraints import ConstraintStatus
from pydantic import BaseModel, Field

from duijie_gateway.api.schemas.common import Number
from duijie_gateway.api.schemas.deals import DealItem

DecisionKind = Literal["accept", "decline", "withdraw"]
DeclineReason = Literal["price", "quantity", "quality", "timing", "logistics", "other"]


class DecisionPosting(BaseModel):
    """`accept` the terms that the match shows, `decline` the pair, or `withdraw` the own accept or decline."""

    decision: DecisionKind = Field(examples=["accept"])
    reason: DeclineReason | None = Field(
        default=None, description="With a decline; `other` where none is given", examples=[None]
    )
    quantity: Number | None = Field(
        default=None,
        gt=0,
        description="With an accept: how much, in the match's `unit`, up to what remains of both; all that is shown "
        "where none is given",
        examples=[5000],
    )
    price: Number | None = Field(
        default=None,
        ge=0,
        description="With an accept: the price at the door that was shown, to be refused where it is another by now. "
        "Needed where neither side names a price",
        examples=[2.66],
    )


class Decline(BaseModel):
    """One side's no to a pair, which keeps it apart until it is ended."""

    id: UUID
    status: ConstraintStatus
    reason: DeclineReason
    since: dt.datetime
    ended_at: dt.datetime | None


class Decision(BaseModel):
    """What came of a decision. `status` is how the match stands by it."""

    decision: DecisionKind = Field(examples=["accept"])
    match: UUID
    status: Literal["proposed", "held", "dealt", "declined"] = Field(examples=["held"])
    side: Side
    deal: DealItem | None = Field(
        description="The hold or deal as it stands by now; `counterparty` is null here"
    )
    decline: Decline | None = Field(description="The own decline that was set or ended")
