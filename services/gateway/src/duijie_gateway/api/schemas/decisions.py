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

DecisionKind = Literal["accept", "decline", "counter", "withdraw"]
DeclineReason = Literal["price", "quantity", "quality", "timing", "logistics", "other"]
CounterStatus = Literal["open", "answered", "accepted", "declined", "withdrawn", "expired"]


class DecisionPosting(BaseModel):
    """`accept` what the match shows or the other side's open counter, `decline` the pair, `counter` with other terms, or
    `withdraw` the own counter, else the own accept or decline.
    """

    decision: DecisionKind = Field(examples=["accept"])
    reason: DeclineReason | None = Field(
        default=None, description="With a decline; `other` where none is given", examples=[None]
    )
    quantity: Number | None = Field(
        default=None,
        gt=0,
        description="With an accept or a counter: how much, in the match's `unit`, up to what remains of both; "
        "all that is shown where none is given",
        examples=[5000],
    )
    price: Number | None = Field(
        default=None,
        ge=0,
        description="At the door. With an accept the price that was shown, to be refused where it is another by now, "
        "needed where neither side names a price; with a counter the price that is offered",
        examples=[2.66],
    )


class Decline(BaseModel):
    """One side's no to a pair, which keeps it apart until it is ended."""

    id: UUID
    status: ConstraintStatus
    reason: DeclineReason
    since: dt.datetime
    ended_at: dt.datetime | None


class Counter(BaseModel):
    """A counter-offer. Prices in CNY per unit, to 0.01 for the two sides until it is dealt."""

    id: UUID
    status: CounterStatus
    side: Side = Field(description="Who offers it", examples=["demand"])
    round: int = Field(ge=1, examples=[1])
    rounds: int = Field(
        ge=1, description="How many there may be while neither order is amended", examples=[6]
    )
    quantity: Number = Field(examples=[5000])
    price: Number = Field(description="At the door", examples=[2.55])
    farm_gate_price: Number = Field(examples=[1.73])
    made_at: dt.datetime
    expires_at: dt.datetime


class CounterPage(BaseModel):
    """All counter-offers on a match, oldest first."""

    items: list[Counter]
    next: str | None


class Decision(BaseModel):
    """What came of a decision. `status` is how the match stands by it."""

    decision: DecisionKind = Field(examples=["accept"])
    match: UUID
    status: Literal["proposed", "held", "dealt", "declined", "countered"] = Field(examples=["held"])
    side: Side
    deal: DealItem | None = Field(
        description="The hold or deal as it stands by now; `counterparty` is null here"
    )
    decline: Decline | None = Field(description="The own decline that was set or ended")
    counter: Counter | None = Field(description="The counter-offer that was made, taken or ended")
