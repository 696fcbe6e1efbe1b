"""Shipments: whatever the sides say, in whatever parts, the sums stay within the deal."""

from __future__ import annotations

import datetime as dt
from typing import Literal
from uuid import UUID

import pytest
from duijie_catalog.domain.fulfilment import SAYS, BeyondDealError, Fulfilment, Outcome, Shipment
from hypothesis import given
from hypothesis import strategies as st

NOW = dt.datetime(2026, 11, 23, 4, tzinfo=dt.UTC)
SAID: list[tuple[Literal["offer", "demand"], Outcome]] = [
    (side, outcome) for side, outcomes in SAYS.items() for outcome in sorted(outcomes)
]


@given(st.integers(1, 50), st.lists(st.tuples(st.sampled_from(SAID), st.integers(1, 30)), max_size=20))
def test_sums_never_pass_the_deal_and_end_at_it(
    quantity: int, said: list[tuple[tuple[Literal["offer", "demand"], Outcome], int]]
) -> None:
    """What would pass is refused with what is left; it is fulfilled exactly when the buyer's words reach the quantity."""
    kept: list[Shipment] = []
    for (side, outcome), amount in said:
        now = Fulfilment.of(quantity, kept)
        if amount > now.left(side):
            with pytest.raises(BeyondDealError) as refused:
                now.must_take(side, amount)
            assert refused.value.left == now.left(side)
            continue
        now.must_take(side, amount)
        kept.append(
            Shipment(
                id=UUID(int=1), deal_id=UUID(int=2), sequence=len(kept), side=side, outcome=outcome, quantity=amount,
                reason=None, day=NOW.date(), created_at=NOW,
            )
        )  # fmt: skip
    end = Fulfilment.of(quantity, kept)
    assert end.sent <= quantity
    assert end.delivered + end.short + end.rejected <= quantity
    assert end.fulfilled == (end.delivered + end.short + end.rejected == quantity)
