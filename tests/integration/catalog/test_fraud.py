"""What the demo market, which holds no fraud, raises, and what is found of fraud that is sown into it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from duijie_catalog.oversight.screening import Screener
from duijie_local.demo.market import write_demo_market
from duijie_shared.taxonomy.yields import highest_yield

pytestmark = pytest.mark.database

LEVELS = """
SELECT product, side, percentile_disc(0.5) WITHIN GROUP (ORDER BY price) / 1e6 AS level
FROM orders WHERE price IS NOT NULL GROUP BY product, side HAVING count(DISTINCT party_id) >= 10
"""
WINDOW = {"offer": ("available_from", "available_to"), "demand": ("needed_from", "needed_to")}


@pytest.fixture
def demo(catalog: Any, tmp_path: Path) -> Any:
    """A catalog with the orders of the demo market, looked over."""
    made = write_demo_market(tmp_path, as_of=catalog.now.date(), seed=20261123)
    for kind, path in (("parties", made.parties), ("offers", made.offers), ("demands", made.demands)):
        catalog.import_(kind, path.read_bytes())
    worker = catalog.worker()
    while worker.step():
        pass
    return catalog


def test_honest_orders_are_hardly_ever_flagged_and_sown_fraud_is(demo: Any) -> None:
    """At most one honest order in two hundred; of prices in another unit, bait, volumes and reposts nine in ten."""
    orders = demo.rows("SELECT count(*) FROM orders")[0][0]
    honest = demo.rows("SELECT count(DISTINCT order_id) FROM flags")[0][0]
    assert orders > 2_000
    assert honest <= orders / 200
    sown = [
        (post(demo, product, side, price), code)
        for product, side, level in demo.rows(LEVELS)
        for code, price in (
            ("unit-slip", float(level)),
            ("bait-price", float(level) * 1_000 * (0.1 if side == "offer" else 8)),
        )
    ]
    for product, side, _ in demo.rows(LEVELS):
        most = highest_yield(product)
        if side == "offer" and most is not None:
            sown.append((post(demo, product, side, None, area=5, quantity=5 * most * 2 / 1_000), "volume"))
    first = post(demo, "potato", "offer", None)
    withdrawn = demo.as_party("fraud", **{"If-Match": '"1"'})
    assert demo.client.delete(f"/orders/offers/{first}", headers=withdrawn).status_code == 200
    demo.now += dt.timedelta(hours=1)
    sown.append((post(demo, "potato", "offer", None), "repost"))
    screener = Screener(demo.engine, lambda: demo.now)
    while screener.step():
        pass
    flagged = {(str(order), code) for order, code in demo.rows("SELECT order_id, code FROM flags")}
    missed = [each for each in sown if each not in flagged]
    assert {code for _, code in sown} == {"unit-slip", "bait-price", "volume", "repost"}
    assert len(missed) <= len(sown) / 10


def post(catalog: Any, product: str, side: str, price: float | None, **changes: object) -> str:
    """Post an order per tonne as a party of its own, and return its id."""
    first, last = WINDOW[side]
    offer = side == "offer"
    body: dict[str, object] = {
        "product": product, "grade" if offer else "min_grade": 3, "quantity": 10, "unit": "t",
        "ask_price" if offer else "bid_price": None if price is None else round(price, 6),
        "county": "520526", first: "2026-11-25", last: "2027-01-20",
    }  # fmt: skip
    headers = catalog.as_party("fraud")
    posted = catalog.client.post(f"/orders/{side}s", json=body | changes, headers=headers)
    assert posted.status_code == 201, posted.text
    return str(posted.json()["id"])
