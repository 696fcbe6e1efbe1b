"""How a deal is fulfilled: what the seller has sent, what the buyer made of it, and how each rates the other."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, get_args
from uuid import UUID

from duijie_shared.events.base import Side

Outcome = Literal["sent", "delivered", "short", "rejected"]
"""`sent` is the seller's word; of what was to come the buyer says how much was delivered, missing, or rejected."""
ShipmentReason = Literal["quality", "quantity", "timing", "damage", "documents", "other"]

OUTCOMES: dict[str, Outcome] = {outcome: outcome for outcome in get_args(Outcome)}
SHIPMENT_REASONS: dict[str, ShipmentReason] = {reason: reason for reason in get_args(ShipmentReason)}
REASONED: frozenset[Outcome] = frozenset({"short", "rejected"})
SAYS: dict[Side, frozenset[Outcome]] = {
    "offer": frozenset({"sent"}),
    "demand": frozenset({"delivered", "short", "rejected"}),
}
"""Which side says what."""


class BeyondDealError(Exception):
    """More than the deal: `left` is what that side may still say of it, in contract units."""

    def __init__(self, left: int) -> None:
        super().__init__(f"{left} are left of the deal")
        self.left = left


@dataclass(frozen=True, kw_only=True)
class Shipment:
    """One entry about part of a deal; `quantity` in contract units. Entries are added, never changed."""

    id: UUID
    deal_id: UUID
    sequence: int
    side: Side
    outcome: Outcome
    quantity: int
    reason: ShipmentReason | None
    day: dt.date
    created_at: dt.datetime


@dataclass(frozen=True, slots=True)
class Fulfilment:
    """The sums of a deal's shipments, in contract units; `fulfilled` once the buyer has accounted for all of it."""

    quantity: int
    sent: int = 0
    delivered: int = 0
    short: int = 0
    rejected: int = 0

    @classmethod
    def of(cls, quantity: int, shipments: Iterable[Shipment]) -> Fulfilment:
        """The sums over a deal of that quantity."""
        sums = dict.fromkeys(OUTCOMES, 0)
        for shipment in shipments:
            sums[shipment.outcome] += shipment.quantity
        return cls(quantity, **sums)

    @property
    def fulfilled(self) -> bool:
        """Whether the buyer has said of the whole quantity what became of it."""
        return self.left("demand") == 0

    def left(self, side: Side) -> int:
        """How much that side has said nothing of yet."""
        said = self.sent if side == "offer" else self.delivered + self.short + self.rejected
        return self.quantity - said

    def must_take(self, side: Side, quantity: int) -> None:
        """Raises `BeyondDealError` where a side would say something of more than the deal."""
        if quantity > self.left(side):
            raise BeyondDealError(self.left(side))
