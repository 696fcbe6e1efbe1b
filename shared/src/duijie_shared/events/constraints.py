"""`constraints-v1`: what people decided about pairs and parties, which outlives every worker."""

from __future__ import annotations

import datetime as dt
from typing import Literal
from uuid import UUID

from pydantic import Field

from duijie_shared.events.base import Contract, Side

ConstraintKind = Literal["pin", "forbid", "decline", "minimum", "maximum"]
ConstraintStatus = Literal["active", "ended"]


class ConstraintRecord(Contract):
    """One constraint in its newest version; an ended one is followed by a tombstone seven days later.

    `pin`, `forbid` and `decline` name a pair, `minimum` and `maximum` a party. A decline is one side's no to a pair:
    it keeps the pair apart as a forbid does, until catalog ends it (either side amends its order, or takes the no back).
    `quantity` in thousandths of the pricing unit; None pins all that the pair could trade. `market` is the pair's, or
    None for a party's limit, which holds in every market.
    """

    constraint_id: UUID
    version: int = Field(ge=1)
    status: ConstraintStatus
    kind: ConstraintKind
    market: str | None
    offer_id: UUID | None = None
    demand_id: UUID | None = None
    party_id: UUID | None = None
    quantity: int | None = Field(default=None, ge=0)
    set_by: Literal["staff"] | Side
    reason: str = Field(min_length=1)
    """A code, never a person's words."""
    since: dt.datetime
    ended_at: dt.datetime | None = None
