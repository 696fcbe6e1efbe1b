"""Counter-offers: other terms for a match, by both sides in turn, a bounded number of times, each for a limited time."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import Literal, Self
from uuid import UUID

from duijie_shared.events.base import Side

from duijie_catalog.domain.deal import Leg, Proposal
from duijie_catalog.domain.terms import Terms

ROUNDS = 6
"""Counters on a pair while nobody changes its order: three a side. Who is not agreed by then had better call."""
STANDS_FOR = dt.timedelta(days=2)
"""How long the other side has to answer, as for a hold."""

CounterStatus = Literal["open", "answered", "accepted", "declined", "withdrawn", "expired"]
"""`answered` by a counter of the other side."""
Closing = Literal["answered", "accepted", "declined", "withdrawn"]


class OutOfTurnError(Exception):
    """A side counters again before the other has answered."""


class RoundsOverError(Exception):
    """All rounds are used up."""


@dataclass(frozen=True, kw_only=True)
class Counter:
    """One counter-offer, in contract integers; `price` is at the door, `transport` what lies between it and the gate.

    `offer_terms` and `demand_terms` are fingerprints (`fit.fingerprint`): it holds for these terms of both orders alone.
    """

    id: UUID
    sequence: int
    version: int = 1
    status: CounterStatus = "open"
    match_id: UUID
    offer_id: UUID
    demand_id: UUID
    offer_terms: str
    demand_terms: str
    round: int
    side: Side
    quantity: int
    price: int
    transport: int
    legs: tuple[Leg, ...] = ()
    expires_at: dt.datetime
    created_at: dt.datetime
    updated_at: dt.datetime

    @property
    def terms(self) -> Terms:
        """What it offers."""
        return Terms(self.quantity, self.price)

    @property
    def pair(self) -> tuple[str, str]:
        """The terms of both orders that it was made of."""
        return self.offer_terms, self.demand_terms

    def status_at(self, now: dt.datetime) -> CounterStatus:
        """Its status by the time: an open one ends by itself."""
        return "expired" if self.status == "open" and now >= self.expires_at else self.status

    def close(self, by: Side, closing: Closing, now: dt.datetime) -> Self:
        """Ended by one of the sides. ValueError when it is no longer open, or that side may not end it so."""
        own = closing == "withdrawn"
        if self.status_at(now) != "open" or (by == self.side) != own:
            raise ValueError(
                f"counter {self.id} is {self.status_at(now)}, of {self.side}: no {closing} by {by}"
            )
        return replace(self, status=closing, version=self.version + 1, updated_at=now)

    def proposal(self, offer_version: int, demand_version: int, deadline: dt.datetime) -> Proposal:
        """What its side has proposed by it, on the orders as they stand."""
        return Proposal(
            match_id=self.match_id,
            offer_id=self.offer_id,
            demand_id=self.demand_id,
            offer_version=offer_version,
            demand_version=demand_version,
            quantity=self.quantity,
            price=self.price,
            farm_gate_price=self.price - self.transport,
            legs=self.legs,
            side=self.side,
            deadline=deadline,
        )


def follow(
    earlier: list[Counter],
    made: Proposal,
    pair: tuple[str, str],
    identity: UUID,
    sequence: int,
    now: dt.datetime,
) -> Counter:
    """The next counter on a match after `earlier` ones, oldest first; `made` says who offers what, `identity` is its id.

    Raises
    ------
    OutOfTurnError, RoundsOverError
        When the last one is open and of the same side, or `ROUNDS` were made of the same terms of both orders.
    """
    if earlier and earlier[-1].status_at(now) == "open" and earlier[-1].side == made.side:
        raise OutOfTurnError
    used = sum(each.pair == pair for each in earlier)
    if used >= ROUNDS:
        raise RoundsOverError
    return Counter(
        id=identity,
        sequence=sequence,
        match_id=made.match_id,
        offer_id=made.offer_id,
        demand_id=made.demand_id,
        offer_terms=pair[0],
        demand_terms=pair[1],
        round=used + 1,
        side=made.side,
        quantity=made.quantity,
        price=made.price,
        transport=made.price - made.farm_gate_price,
        legs=made.legs,
        expires_at=now + STANDS_FOR,
        created_at=now,
        updated_at=now,
    )
