"""Holds and deals: one side's accept sets quantity aside, the other side's makes the deal."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Self
from uuid import UUID, uuid5

from duijie_shared.events.base import Side
from duijie_shared.events.deals import DealLeg, DealRecord, DealStatus, ReleaseReason
from duijie_shared.taxonomy import taxonomy

from duijie_catalog.domain.fit import fingerprint

if TYPE_CHECKING:
    from duijie_catalog.domain.order import Order

NAMESPACE = UUID("2b7e0c55-7a3b-5d0e-8f4e-6d0a1c9b3e72")
"""Of the ids of deals; fixed for good."""


@dataclass(frozen=True, slots=True)
class Leg:
    """What a deal books of one capacity: `quantity` (contract units taken in) on each day from `first` to `last`."""

    capacity_id: UUID
    first: dt.date
    last: dt.date
    quantity: int


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """What one side accepts: a match as it was shown, in contract integers.

    `price` is at the buyer's door, `farm_gate_price` what of it comes to the farm gate; `side` is the side that
    accepts, `deadline` how long the other side has.
    """

    match_id: UUID
    offer_id: UUID
    demand_id: UUID
    offer_version: int
    demand_version: int
    quantity: int
    price: int
    farm_gate_price: int
    legs: tuple[Leg, ...] = ()
    side: Side
    deadline: dt.datetime


@dataclass(frozen=True, kw_only=True)
class Deal:
    """One hold or deal at one version.

    `offer_version` and `demand_version` are those that were accepted, `offer_after` and `demand_after` those that
    the newest change of the deal made of both orders, `offer_terms` and `demand_terms` the
    fingerprints of their terms: what the other side accepts has to be the same.
    """

    id: UUID
    sequence: int
    version: int = 1
    status: DealStatus = "held"
    match_id: UUID
    market: str
    product: str
    unit: str
    offer_id: UUID
    demand_id: UUID
    offer_version: int
    demand_version: int
    offer_after: int
    demand_after: int
    offer_terms: str
    demand_terms: str
    offer_party: UUID
    demand_party: UUID
    offer_county: str | None
    demand_county: str | None
    quantity: int
    price: int
    farm_gate_price: int
    legs: tuple[Leg, ...]
    accepted_by: Side
    deadline: dt.datetime
    ended_at: dt.datetime | None = None
    reason: ReleaseReason | None = None
    created_at: dt.datetime
    updated_at: dt.datetime

    @classmethod
    def hold(cls, proposal: Proposal, offer: Order, demand: Order, sequence: int, now: dt.datetime) -> Self:
        """The hold of a proposal on both orders; its id follows from the match and from what was accepted of it."""
        versions = f"{proposal.offer_version}|{proposal.demand_version}"
        return cls(
            id=uuid5(NAMESPACE, f"{proposal.match_id}|{versions}"),
            sequence=sequence,
            match_id=proposal.match_id,
            market=offer.terms.market,
            product=offer.terms.product,
            unit=taxonomy().product(offer.terms.product).pricing_unit,
            offer_id=offer.id,
            demand_id=demand.id,
            offer_version=proposal.offer_version,
            demand_version=proposal.demand_version,
            offer_after=offer.version,
            demand_after=demand.version,
            offer_terms=fingerprint(offer),
            demand_terms=fingerprint(demand),
            offer_party=offer.party_id,
            demand_party=demand.party_id,
            offer_county=offer.terms.county,
            demand_county=demand.terms.county,
            quantity=proposal.quantity,
            price=proposal.price,
            farm_gate_price=proposal.farm_gate_price,
            legs=proposal.legs,
            accepted_by=proposal.side,
            deadline=proposal.deadline,
            created_at=now,
            updated_at=now,
        )

    def side_of(self, party_id: UUID | None) -> Side | None:
        """The side that a party is on, None for anyone else."""
        return {self.offer_party: "offer", self.demand_party: "demand"}.get(party_id) if party_id else None  # type: ignore[return-value]

    def answers(self, proposal: Proposal) -> bool:
        """Whether this is what that very accept made, so that repeating it changes nothing."""
        return (
            (self.accepted_by, self.offer_id, self.demand_id, self.offer_version, self.demand_version)
            == (proposal.side, proposal.offer_id, proposal.demand_id, proposal.offer_version, proposal.demand_version)
            and (self.quantity, self.price, self.farm_gate_price, self.legs)
            == (proposal.quantity, proposal.price, proposal.farm_gate_price, proposal.legs)
        )  # fmt: skip

    def deal(self, now: dt.datetime) -> Self:
        """Accepted by the other side too. ValueError when it is no longer held."""
        return self._end("dealt", now)

    def release(self, reason: ReleaseReason, now: dt.datetime) -> Self:
        """Given up before the deadline. ValueError when it is no longer held."""
        return self._end("released", now, reason)

    def lapse(self, now: dt.datetime) -> Self:
        """Given up by the deadline. ValueError when it is no longer held."""
        return self._end("lapsed", now)

    def leaving(self, offer: Order, demand: Order) -> Self:
        """The same with the versions of both orders that its change made."""
        return replace(self, offer_after=offer.version, demand_after=demand.version)

    def record(self) -> DealRecord:
        """What the topic carries."""
        return DealRecord(
            deal_id=self.id,
            version=self.version,
            status=self.status,
            match_id=self.match_id,
            market=self.market,
            product=self.product,
            unit=self.unit,
            offer_id=self.offer_id,
            demand_id=self.demand_id,
            offer_version=self.offer_version,
            demand_version=self.demand_version,
            offer_after=self.offer_after,
            demand_after=self.demand_after,
            offer_party=self.offer_party,
            demand_party=self.demand_party,
            offer_county=self.offer_county,
            demand_county=self.demand_county,
            quantity=self.quantity,
            price=self.price,
            farm_gate_price=self.farm_gate_price,
            legs=tuple(
                DealLeg(capacity_id=leg.capacity_id, first=leg.first, last=leg.last, quantity=leg.quantity)
                for leg in self.legs
            ),
            accepted_by=self.accepted_by,
            held_at=self.created_at,
            deadline=self.deadline,
            ended_at=self.ended_at,
            reason=self.reason,
        )

    def _end(self, status: DealStatus, now: dt.datetime, reason: ReleaseReason | None = None) -> Self:
        if self.status != "held":
            raise ValueError(f"deal {self.id} is {self.status}")
        return replace(
            self, status=status, reason=reason, version=self.version + 1, ended_at=now, updated_at=now
        )
