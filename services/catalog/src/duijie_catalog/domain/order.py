"""Offers and demands."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, Self

from duijie_shared.events.orders import OrderSnapshot
from duijie_shared.geography import designations
from duijie_shared.posting import OrderTerms

from duijie_catalog.domain.errors import ClosedError, below_consumed, market_changed
from duijie_catalog.domain.posting import Posting


@dataclass(frozen=True, kw_only=True)
class Order(Posting[OrderTerms]):
    """One divisible order. `remaining`, in contract units, is what no deal has taken; never negative."""

    remaining: int

    @classmethod
    def _opening(cls, terms: OrderTerms) -> dict[str, Any]:
        return {"remaining": terms.quantity}

    def amend(self, terms: OrderTerms, now: dt.datetime) -> Self:
        """The order with other terms; the same terms change nothing. A filled order opens again with more quantity.

        Raises
        ------
        ClosedError
            When it is withdrawn or expired.
        PostingError
            When the market would change, or the quantity fall below what is taken already.
        """
        if terms == self.terms:
            return self
        if self.status in {"withdrawn", "expired"}:
            raise ClosedError(self.status)
        if terms.market != self.terms.market:
            raise market_changed(self.terms.market, terms.market)
        consumed = self.terms.quantity - self.remaining
        if terms.quantity < consumed:
            in_unit = consumed * terms.posted_quantity / terms.quantity
            raise below_consumed(f"{in_unit.normalize():f}", terms.unit)
        remaining = terms.quantity - consumed
        return self._next(
            now,
            terms=terms,
            remaining=remaining,
            status="open" if remaining else "filled",
            closed_at=None if remaining else now,
        )

    def snapshot(self) -> OrderSnapshot:
        """What the topic carries: no note, no row key, nothing personal."""
        terms = self.terms
        return OrderSnapshot(
            order_id=self.id,
            version=self.version,
            side=terms.side,
            status=self.status,
            sequence=self.sequence,
            party_id=self.party_id,
            market=terms.market,
            product=terms.product,
            grade=terms.grade,
            quantity=terms.quantity,
            remaining=self.remaining,
            min_lot=terms.min_lot,
            price=terms.price,
            county=terms.county,
            designations=designations().of(terms.county) if terms.county else (),
            latitude_e7=terms.latitude_e7,
            longitude_e7=terms.longitude_e7,
            window_from=terms.window_from,
            window_to=terms.window_to,
            harvest_date=terms.harvest_date,
            temperature=terms.temperature,
            certificates=terms.certificates,
            origin_counties=terms.origin_counties,
        )
