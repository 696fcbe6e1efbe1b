"""Offers and demands."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, Self
from uuid import UUID

from duijie_shared.events.base import LIVE, OrderStatus
from duijie_shared.events.orders import OrderSnapshot
from duijie_shared.posting import OrderTerms, snapshot_fields

from duijie_catalog.domain.errors import ClosedError, ShortError, below_consumed, market_changed
from duijie_catalog.domain.facts import Facts
from duijie_catalog.domain.posting import Posting


@dataclass(frozen=True, kw_only=True)
class Order(Posting[OrderTerms]):
    """One divisible order, in contract units.

    `remaining` is what neither a hold nor a deal has taken, `held` what holds have; the rest of the quantity is
    dealt. Neither is ever negative. A child of a demand for a category names its parent. `opened_at` is None as
    long as it is a draft, and stays so for a draft that ends as one. `posted_by` is the service site that posted it for
    its party, `standing_id` the standing demand that it is an instance of.
    """

    remaining: int
    held: int = 0
    parent_id: UUID | None = None
    opened_at: dt.datetime | None = None
    posted_by: UUID | None = None
    standing_id: UUID | None = None

    @classmethod
    def _opening(cls, terms: OrderTerms, opened_at: dt.datetime | None) -> dict[str, Any]:
        return {"remaining": terms.quantity, "opened_at": opened_at}

    @property
    def published(self) -> bool:
        """False for a draft, also after it was withdrawn or has expired."""
        return self.opened_at is not None

    @property
    def dealt(self) -> int:
        """What deals have taken."""
        return self.terms.quantity - self.remaining - self.held

    def amend(self, terms: OrderTerms, now: dt.datetime) -> Self:
        """The order with other terms; the same terms change nothing. A closed order opens again with more quantity.

        Raises
        ------
        ClosedError
            When it is withdrawn or expired.
        PostingError
            When the market would change, or the quantity fall below what holds and deals have taken.
        """
        if terms == self.terms:
            return self
        if self.status in {"withdrawn", "expired"}:
            raise ClosedError(self.status)
        if terms.market != self.terms.market and self.published:
            raise market_changed(self.terms.market, terms.market)
        taken = self.dealt + self.held
        if terms.quantity < taken:
            in_unit = taken * terms.posted_quantity / terms.quantity
            raise below_consumed(f"{in_unit.normalize():f}", terms.unit)
        return self._with(now, terms.quantity - taken, self.held, terms)

    def open(self, terms: OrderTerms, sequence: int, now: dt.datetime) -> Self:
        """The draft, open with these terms and as old as `sequence` says; one that is open already, amended.

        Raises
        ------
        ClosedError
            When it is withdrawn or expired, or closed and not given more quantity.
        PostingError
            As `amend`.
        """
        if self.status == "draft":
            return self._next(
                now,
                terms=terms,
                remaining=terms.quantity,
                sequence=sequence,
                status="open",
                opened_at=now,
            )
        amended = self.amend(terms, now)
        amended._must_be_live()  # noqa: SLF001 - the same order at its next version
        return amended

    def hold(self, quantity: int, now: dt.datetime) -> Self:
        """Set `quantity` aside until a deal or a release. ShortError when less remains, ClosedError when not live."""
        self._must_be_live()
        if not 0 < quantity <= self.remaining:
            raise ShortError(self.remaining)
        return self._with(now, self.remaining - quantity, self.held + quantity)

    def release(self, quantity: int, now: dt.datetime) -> Self:
        """Give held quantity back; an order that ended meanwhile stays ended and has nothing to offer again."""
        self._must_hold(quantity)
        return self._with(now, self.remaining + quantity, self.held - quantity)

    def deal(self, quantity: int, now: dt.datetime) -> Self:
        """Turn held quantity into dealt."""
        self._must_hold(quantity)
        return self._with(now, self.remaining, self.held - quantity)

    def snapshot(self, facts: Facts) -> OrderSnapshot:
        """What the topic carries: no note, no row key, nothing personal or private."""
        return OrderSnapshot(
            order_id=self.id,
            version=self.version,
            status="withdrawn" if facts.barred and self.status in LIVE else self.status,
            sequence=self.sequence,
            party_id=self.party_id,
            remaining=self.remaining,
            parent_id=self.parent_id,
            posted_at=self.opened_at,
            **snapshot_fields(self.terms) | facts.told(),
        )

    def _with(self, now: dt.datetime, remaining: int, held: int, terms: OrderTerms | None = None) -> Self:
        terms = terms or self.terms
        status = self.status
        if status not in {"draft", "withdrawn", "expired"}:
            status = status_of(terms.quantity, remaining, held)
        return self._next(
            now,
            terms=terms,
            remaining=remaining,
            held=held,
            status=status,
            closed_at=(self.closed_at or now) if status in {"closed", "withdrawn", "expired"} else None,
        )

    def _must_hold(self, quantity: int) -> None:
        if not 0 < quantity <= self.held:
            raise ValueError(f"order {self.id} holds {self.held}, not {quantity}")


def status_of(quantity: int, remaining: int, held: int) -> OrderStatus:
    """What a live order's numbers say."""
    if remaining:
        return "open" if remaining + held == quantity else "partly_filled"
    return "reserved" if held else "closed"
