"""A match as it was shown to a side, and the terms that it decides on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from duijie_catalog.domain.deal import Leg, Proposal

if TYPE_CHECKING:
    import datetime as dt
    from uuid import UUID

    from duijie_shared.events.base import Side

COARSE_PRICE = 10_000
"""Prices are shown to 0.01 CNY before a deal: two that are shown alike are the same to whoever accepts."""


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A match of the read model in contract integers; `price` None where both sides leave it open.

    `transport` is what a unit costs between farm gate and door; `legs` take in what `quantity` needs.
    `proposed` is False once the matcher has withdrawn it.
    """

    match_id: UUID
    offer_id: UUID
    demand_id: UUID
    offer_version: int
    demand_version: int
    quantity: int
    price: int | None
    transport: int
    legs: tuple[Leg, ...] = ()
    proposed: bool = True

    def proposal(self, terms: Terms, side: Side, deadline: dt.datetime) -> Proposal:
        """What a side proposes by accepting it at these terms."""
        return Proposal(
            match_id=self.match_id,
            offer_id=self.offer_id,
            demand_id=self.demand_id,
            offer_version=self.offer_version,
            demand_version=self.demand_version,
            quantity=terms.quantity,
            price=terms.price,
            farm_gate_price=terms.price - self.transport,
            legs=tuple(replace(leg, quantity=self._share(leg, terms.quantity)) for leg in self.legs),
            side=side,
            deadline=deadline,
        )

    def _share(self, leg: Leg, quantity: int) -> int:
        # Up: a capacity that is booked for a gram too little is no capacity for the lot.
        return -(-leg.quantity * quantity // self.quantity)


@dataclass(frozen=True, slots=True)
class Terms:
    """How much at which price at the door; contract integers."""

    quantity: int
    price: int

    def shown_as(self, other: Terms) -> bool:
        """Whether both read alike to a side: the same quantity, the same price to 0.01 CNY."""
        return self.quantity == other.quantity and _coarse(self.price) == _coarse(other.price)


def _coarse(price: int) -> int:
    return round(price / COARSE_PRICE)
