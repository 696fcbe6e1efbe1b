"""Standing demands: what may be posted, and what follows from its terms."""

from __future__ import annotations

from typing import Any

import pytest
from standing_market import WEEKLY, change, instances, on, post, refused

pytestmark = pytest.mark.database


def test_versions_and_keys_are_those_of_any_posting(catalog: Any) -> None:
    """428 without a version, 412 for an old one, the first answer for a repeated key, 404 for another party."""
    headers = catalog.as_party("buyer", **{"Idempotency-Key": "once"})
    first, second = (catalog.client.post("/standing-demands", json=WEEKLY, headers=headers) for _ in range(2))
    assert first.json() == second.json()
    assert first.headers["location"] == f"/standing-demands/{first.json()['id']}"
    made = first.json()
    address = f"/standing-demands/{made['id']}"
    unseen = catalog.client.patch(address, json={"quantity": 5}, headers=catalog.as_party("buyer"))
    assert unseen.status_code == 428
    change(catalog, "PATCH", made, quantity=5)
    assert change(catalog, "PATCH", made, quantity=6).status_code == 412
    for path in (address, f"{address}/instances"):
        assert catalog.client.get(path, headers=catalog.as_party("other")).status_code == 404
    listed = catalog.client.get("/standing-demands", headers=catalog.as_party("buyer")).json()
    assert [item["id"] for item in listed["items"]] == [made["id"]]
    staff = catalog.client.get(address, headers=catalog.as_operator()).json()
    assert "note" not in staff


def test_every_field_is_refused_by_its_name(catalog: Any) -> None:
    """Those of the demand and those of its days, all at once; nothing is stored."""
    assert refused(catalog, product="no such thing", quantity=0, weekdays=[8], colour="green") == {
        ("product", "unknown-product"), ("quantity", "too-small"), ("weekdays", "not-an-option"), ("colour", "unknown"),
    }  # fmt: skip
    assert refused(catalog, needed_from="2026-12-01") == {("needed_from", "unknown")}
    assert refused(catalog, repeats="daily") == {("repeats", "not-an-option")}
    assert refused(catalog, repeats=..., starts_on=...) == {
        ("repeats", "required"),
        ("starts_on", "required"),
    }
    assert refused(catalog, weekdays=..., needed_days=...) == {
        ("weekdays", "required"), ("needed_days", "required"),
    }  # fmt: skip
    assert refused(catalog, season_from="09-15") == {("season_from", "other-pattern")}
    season = {"repeats": "seasonal", "weekdays": ..., "needed_days": ...}
    assert refused(catalog, **season, season_from="02-30", season_to="9-1") == {
        ("season_from", "not-a-month-day"), ("season_to", "not-a-month-day"),
    }  # fmt: skip
    assert refused(catalog, ends_on="2026-11-30") == {("ends_on", "window-reversed")}
    assert refused(catalog, starts_on="2026-01-01", ends_on="2026-11-22") == {("ends_on", "window-over")}
    assert refused(catalog, starts_on="2026-12-01", ends_on="2026-12-02") == {("repeats", "never-comes")}
    assert refused(catalog, ends_on="2047-01-01") == {("ends_on", "out-of-range")}
    assert refused(catalog, lead_days=181, needed_days=0, every_weeks=1.5) == {
        ("lead_days", "out-of-range"), ("needed_days", "out-of-range"), ("every_weeks", "out-of-range"),
    }  # fmt: skip
    assert refused(catalog, suppliers=["nobody"]) == {("suppliers", "not-an-id")}
    assert refused(catalog, suppliers=["00000000-0000-4000-8000-000000000000"]) == {
        ("suppliers", "unknown-party")
    }
    assert refused(catalog, yearly_adjustment=21) == {("yearly_adjustment", "out-of-range")}
    assert refused(catalog, yearly_adjustment=1, bid_price=...) == {
        ("yearly_adjustment", "adjustment-without-price")
    }
    assert catalog.rows("SELECT count(*) FROM standing_demands") == [(0,)]


@pytest.mark.parametrize(
    ("ends_on", "named", "long"),
    [
        ("2028-11-28", "suppliers", False),
        ("2028-11-29", "suppliers", True),
        ("2028-11-29", "origin_counties", True),
        ("2028-11-29", None, False),
        (..., "suppliers", False),
    ],
)
def test_a_long_contract_binds_somebody_for_two_years(
    catalog: Any, ends_on: object, named: str | None, long: bool
) -> None:
    """730 days with both ends, not 729; a supplier or a county must be named."""
    catalog.as_party("farm")
    named_as = {"suppliers": [str(catalog.parties["farm"])], "origin_counties": ["520526"]}
    changes = {named: named_as[named]} if named else {}
    made = post(catalog, starts_on="2026-12-01", ends_on=ends_on, **changes)
    assert made["long_contract"] is long
    assert catalog.rows("SELECT long_contract FROM standing_demands") == [(long,)]


def test_prices_are_adjusted_when_a_year_is_over(catalog: Any) -> None:
    """Exactly, by the year that the window begins in; the reserve price with the bid."""
    made = post(
        catalog, yearly_adjustment=2.5, reserve_price=3000, starts_on="2026-12-07", ends_on="2028-12-31",
        weekdays=[1], needed_days=1, lead_days=0,
    )  # fmt: skip
    for day in ("2027-12-06", "2027-12-13", "2028-12-11"):
        on(catalog, day)
    found = [(item["needed_from"], item["bid_price"]) for item in instances(catalog, made)["items"]]
    assert found == [("2027-12-06", 2900), ("2027-12-13", 2972.5), ("2028-12-11", 3046.8125)]
    assert catalog.rows("SELECT max(posted_reserve_price) FROM orders")[0][0] * 10**4 == 31518750


def test_an_adjustment_that_leads_nowhere_is_refused_at_posting(catalog: Any) -> None:
    """What the last year's price would be refused for is said before the first."""
    changes = {"bid_price": 900_000_000, "unit": "t", "yearly_adjustment": 20, "ends_on": "2036-12-31"}
    assert refused(catalog, **changes) == {("yearly_adjustment", "out-of-range")}


def test_a_preview_stores_nothing(catalog: Any) -> None:
    """It says what would be open now, what comes next, and when that opens."""
    answer = catalog.client.post(
        "/standing-demands/preview", json=WEEKLY | {"lead_days": 12}, headers=catalog.as_party("buyer")
    ).json()
    assert [window["needed_from"] for window in answer["due"]] == ["2026-12-03"]
    assert answer["upcoming"][0] == {
        "needed_from": "2026-12-07", "needed_to": "2026-12-08", "opens_on": "2026-11-25",
    }  # fmt: skip
    assert (len(answer["upcoming"]), answer["long_contract"]) == (10, False)
    assert catalog.rows("SELECT count(*) FROM standing_demands") == [(0,)]


def test_exact_numbers_stay_exact(catalog: Any) -> None:
    """Digits that a binary number would lose come back, in the answer's number and in the order's row."""
    made = post(catalog, quantity=0.123456, unit="t", starts_on="2026-11-23")
    assert made["quantity"] == 0.123456
    assert catalog.rows("SELECT DISTINCT quantity, posted_quantity::text FROM orders") == [
        (123456, "0.123456")
    ]
