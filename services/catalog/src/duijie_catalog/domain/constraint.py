"""What people decide about pairs and parties: pins, forbids, limits by staff, declines by one side of a pair."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import Literal, Self, get_args
from uuid import UUID

from duijie_shared.events.base import Side
from duijie_shared.events.constraints import ConstraintKind, ConstraintRecord, ConstraintStatus

from duijie_catalog.domain.fit import digest
from duijie_catalog.domain.order import Order
from duijie_catalog.domain.verification import Actor

StaffKind = Literal["pin", "forbid", "minimum", "maximum"]
DeclineReason = Literal["price", "quantity", "quality", "timing", "logistics", "other"]
StaffReason = Literal["agreement", "dispute", "safety", "fair-share", "relief", "other"]
"""Why staff set one: the parties have agreed, are in dispute, goods may be unsafe, no party is to have all, relief."""
EndReason = Literal["ended-by-staff", "taken-back", "amended", "order-ended"]

PAIRS: frozenset[ConstraintKind] = frozenset({"pin", "forbid", "decline"})
LIMITS: frozenset[ConstraintKind] = frozenset({"minimum", "maximum"})
STAFF_KINDS: dict[str, StaffKind] = {kind: kind for kind in get_args(StaffKind)}
STAFF_REASONS: dict[str, StaffReason] = {reason: reason for reason in get_args(StaffReason)}
DECLINE_REASONS: dict[str, DeclineReason] = {reason: reason for reason in get_args(DeclineReason)}


@dataclass(frozen=True, kw_only=True)
class Constraint:
    """One constraint at version 1 (active) or 2 (ended); it never changes otherwise, so its row is its history.

    `quantity` in contract units: what a pin demands at least (None: all that the pair could trade), what a party's
    limit is. `offer_terms` and `demand_terms` are what a decline was said of: with other terms it is over.
    `note` is staff's own words and `set_by_actor`, `ended_by` are keys of people: none of them is published.
    """

    id: UUID
    sequence: int
    version: int = 1
    status: ConstraintStatus = "active"
    kind: ConstraintKind
    market: str | None = None
    offer_id: UUID | None = None
    demand_id: UUID | None = None
    party_id: UUID | None = None
    offer_county: str | None = None
    demand_county: str | None = None
    party_county: str | None = None
    quantity: int | None = None
    set_by: Literal["staff"] | Side
    reason: str
    note: str | None = None
    offer_terms: str | None = None
    demand_terms: str | None = None
    set_by_actor: Actor
    ended_by: Actor | None = None
    end_reason: EndReason | None = None
    created_at: dt.datetime
    updated_at: dt.datetime
    ended_at: dt.datetime | None = None

    @classmethod
    def of_pair(
        cls,
        kind: Literal["pin", "forbid", "decline"],
        offer: Order,
        demand: Order,
        *,
        identity: UUID,
        set_by: Literal["staff"] | Side,
        reason: str,
        actor: Actor,
        sequence: int,
        now: dt.datetime,
        quantity: int | None = None,
        note: str | None = None,
    ) -> Self:
        """A pin, a forbid or a decline of a pair."""
        return cls(
            id=identity,
            sequence=sequence,
            kind=kind,
            market=offer.terms.market,
            offer_id=offer.id,
            demand_id=demand.id,
            offer_county=offer.terms.county,
            demand_county=demand.terms.county,
            quantity=quantity,
            set_by=set_by,
            reason=reason,
            note=note,
            offer_terms=posted_terms(offer),
            demand_terms=posted_terms(demand),
            set_by_actor=actor,
            created_at=now,
            updated_at=now,
        )

    @property
    def counties(self) -> tuple[str | None, ...]:
        """Where those are whom it binds: staff of an area have to do with what touches it."""
        return self.offer_county, self.demand_county, self.party_county

    def outlived(self, order: Order) -> EndReason | None:
        """Why this is over now that one of its orders is as given, or None while it stands."""
        if order.status in {"withdrawn", "expired"}:
            return "order-ended"
        declined_of = self.offer_terms if order.id == self.offer_id else self.demand_terms
        return "amended" if self.kind == "decline" and posted_terms(order) != declined_of else None

    def end(self, reason: EndReason, actor: Actor | None, now: dt.datetime) -> Self:
        """Ended; doing it again changes nothing."""
        if self.status == "ended":
            return self
        return replace(
            self,
            version=self.version + 1,
            status="ended",
            end_reason=reason,
            ended_by=actor,
            ended_at=now,
            updated_at=now,
        )

    def record(self) -> ConstraintRecord:
        """What the topic carries: codes and ids, no words and no person."""
        return ConstraintRecord(
            constraint_id=self.id,
            version=self.version,
            status=self.status,
            kind=self.kind,
            market=self.market,
            offer_id=self.offer_id,
            demand_id=self.demand_id,
            party_id=self.party_id,
            quantity=self.quantity,
            set_by=self.set_by,
            reason=self.reason,
            since=self.created_at,
            ended_at=self.ended_at,
        )


def posted_terms(order: Order) -> str:
    """A digest of all that a poster may amend. Holds and deals leave it as it is.

    The quantity of a child of a demand for a category follows from its siblings, so it is no word of the poster's.
    """
    return digest(order, frozenset({"quantity"}) if order.parent_id else frozenset())
