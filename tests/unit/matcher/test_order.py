"""An order within the bounds that the arithmetic holds exactly."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from duijie_matcher.domain.order import LARGEST_PRICE, LARGEST_QUANTITY, order_of
from duijie_shared.events.orders import OrderSnapshot
from market_orders import DAY, a_demand, an_offer


@pytest.mark.parametrize(
    "beyond",
    [
        {"remaining": LARGEST_QUANTITY + 1},
        {"min_lot": LARGEST_QUANTITY + 1},
        {"pack_multiple": LARGEST_QUANTITY + 1},
        {"price": LARGEST_PRICE + 1},
    ],
)
def test_quantities_and_prices_are_held_to_what_posting_accepts(beyond: dict[str, Any]) -> None:
    """A million tonnes and a million CNY are accepted, one unit more is refused."""
    largest = an_offer(remaining=LARGEST_QUANTITY, min_lot=LARGEST_QUANTITY, price=LARGEST_PRICE)
    assert (largest.remaining, largest.price) == (10**12, 10**12)
    with pytest.raises(ValueError, match="not within"):
        an_offer(**beyond)


def test_a_window_may_be_one_day_but_not_reversed() -> None:
    """First and last day may be the same; the last may not come before the first."""
    assert a_demand(window_from=DAY, window_to=DAY).window_to == DAY
    with pytest.raises(ValueError, match="window"):
        a_demand(window_from=DAY, window_to=DAY - dt.timedelta(1))


def test_an_order_keeps_what_its_snapshot_says() -> None:
    """Every field of the order is the snapshot's."""
    made = an_offer(
        harvest_date=DAY,
        temperature="chilled",
        certificates=("gi",),
        designations=("cn-832",),
        evidence="inspected",
        pack_multiple=5,
    )
    fields = {name: getattr(made, name) for name in made.__slots__}
    assert order_of(OrderSnapshot(status="open", quantity=made.remaining, **fields)) == made
