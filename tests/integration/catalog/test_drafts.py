"""Drafts: kept for their poster alone until they are opened, and never heard of when they end before that."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

pytestmark = pytest.mark.database

Body = Callable[..., dict[str, object]]
OFFERS = "/orders/offers"


def drafted(catalog: Any, body: dict[str, object], party: str = "p1") -> str:
    """Store a draft and return its address."""
    made = catalog.client.post(OFFERS, json=body | {"status": "draft"}, headers=catalog.as_party(party))
    assert (made.status_code, made.json()["status"], made.json()["version"]) == (201, "draft", 1), made.text
    return str(made.headers["location"])


def patch(catalog: Any, url: str, version: int, **changes: object) -> Any:
    """Amend as p1, who has seen `version`."""
    return catalog.client.patch(
        url, json=changes, headers=catalog.as_party("p1", **{"If-Match": f'"{version}"'})
    )


def records(catalog: Any) -> list[Any]:
    """The bodies on `orders-v1` that are orders, tombstones as None."""
    return [body for row, body, _ in catalog.outbox() if row.topic == "orders-v1" and "tick" not in row.key]


def test_a_draft_is_there_for_its_poster_alone(catalog: Any, an_offer: Body) -> None:
    """Listed and read by the poster; for staff and others it does not exist; no record anywhere."""
    url = drafted(catalog, an_offer())
    mine = catalog.as_party("p1")
    listed = catalog.client.get(OFFERS, params={"status": "draft"}, headers=mine).json()["items"]
    assert [item["id"] for item in listed] == [url.rpartition("/")[2]]
    assert catalog.client.get(url, headers=mine).status_code == 200
    for others in (catalog.as_operator(), catalog.as_party("p2")):
        assert catalog.client.get(url, headers=others).status_code == 404
        for params in ({}, {"status": "draft"}):
            assert catalog.client.get(OFFERS, params=params, headers=others).json()["items"] == []
    assert records(catalog) == []


def test_a_draft_is_valid_or_refused(catalog: Any, an_offer: Body) -> None:
    """A draft may be opened at any time, so it is judged like an order; the status is judged with the fields."""
    headers = catalog.as_party("p1")
    refused = catalog.client.post(OFFERS, json=an_offer(quantity=0, status="draft"), headers=headers)
    assert [error["field"] for error in refused.json()["errors"]] == ["quantity"]
    for status in ("closed", "expired", "", 1, True):
        refused = catalog.client.post(OFFERS, json=an_offer(quantity=0, status=status), headers=headers)
        assert {error["field"] for error in refused.json()["errors"]} == {"status", "quantity"}, status
    assert catalog.client.post(OFFERS, json=an_offer(status="open"), headers=headers).status_code == 201
    assert catalog.client.post(OFFERS, json=an_offer(status=None), headers=headers).status_code == 201


def test_opening_publishes_it_as_young_as_the_day_it_opens(catalog: Any, an_offer: Body) -> None:
    """An order posted between drafting and opening is the older one; the first record is the opened version."""
    url = drafted(catalog, an_offer())
    amended = patch(catalog, url, 1, quantity=20)
    assert (amended.json()["status"], amended.json()["remaining"]) == ("draft", 20)
    between = catalog.client.post(OFFERS, json=an_offer(), headers=catalog.as_party("p2")).json()["id"]
    opened = patch(catalog, url, 2, status="open", ask_price=1700)
    assert (opened.status_code, opened.json()["status"], opened.json()["version"]) == (200, "open", 3)
    older, younger = records(catalog)
    assert (str(older.order_id), str(younger.order_id)) == (between, opened.json()["id"])
    assert older.sequence < younger.sequence
    assert (younger.version, younger.status, younger.remaining, younger.price) == (
        3, "open", 20_000_000, 1_700_000,
    )  # fmt: skip
    assert catalog.client.get(url, headers=catalog.as_operator()).status_code == 200


def test_opening_needs_the_version_and_a_window_that_is_not_over(catalog: Any, an_offer: Body) -> None:
    """412 for another version; 422 for the window on the day after its last; on its last day it opens."""
    url = drafted(catalog, an_offer(available_from="2026-11-23", available_to="2026-11-24"))
    assert patch(catalog, url, 2, status="open").status_code == 412
    catalog.now += dt.timedelta(days=2)
    over = patch(catalog, url, 1, status="open")
    assert [error["code"] for error in over.json()["errors"]] == ["window-over"]
    catalog.now -= dt.timedelta(days=1)
    assert patch(catalog, url, 1, status="open").status_code == 200


def test_a_draft_may_change_its_market_and_an_open_order_not(catalog: Any, an_offer: Body) -> None:
    """Nobody has met it yet."""
    url = drafted(catalog, an_offer())
    assert patch(catalog, url, 1, product="garlic").json()["market"] == "garlic"
    assert patch(catalog, url, 2, status="open").status_code == 200
    assert patch(catalog, url, 3, product="potato").status_code == 422


def test_what_is_open_stays_open(catalog: Any, an_offer: Body) -> None:
    """`open` on an open order is no change, `draft` is refused by name, and on a withdrawn one both are too late."""
    url = catalog.client.post(OFFERS, json=an_offer(), headers=catalog.as_party("p1")).headers["location"]
    assert patch(catalog, url, 1, status="open").json()["version"] == 1
    back = patch(catalog, url, 1, status="draft")
    assert [error["field"] for error in back.json()["errors"]] == ["status"]
    catalog.client.delete(url, headers=catalog.as_party("p1", **{"If-Match": '"1"'}))
    assert patch(catalog, url, 2, status="open").status_code == 409


@pytest.mark.parametrize("end", ["withdrawn", "expired"])
def test_a_draft_ends_unheard(catalog: Any, an_offer: Body, end: str) -> None:
    """Neither its end nor, a week later, a tombstone is published, and it stays its poster's."""
    url = drafted(catalog, an_offer(available_to="2026-12-31"))
    if end == "withdrawn":
        catalog.client.delete(url, headers=catalog.as_party("p1", **{"If-Match": '"1"'}))
    for as_of in ("2027-01-01T00:00:00+08:00", "2027-01-09T00:00:00+08:00"):
        catalog.client.post("/ticks", json={"as_of": as_of}, headers=catalog.as_operator())
    assert records(catalog) == []
    assert catalog.client.get(url, headers=catalog.as_party("p1")).json()["status"] == end
    assert catalog.client.get(url, headers=catalog.as_operator()).status_code == 404
    assert catalog.client.get(OFFERS, headers=catalog.as_operator()).json()["items"] == []


def test_capacities_have_no_drafts(catalog: Any) -> None:
    """The status is refused by name, and only where it is given."""
    body = {
        "activity": "grading", "throughput_per_day": 8, "unit": "t", "fee": 120, "county": "610822",
        "available_from": "2026-11-25", "available_to": "2026-12-31",
    }  # fmt: skip
    headers = catalog.as_party("p1")
    for status in ("draft", "open"):
        refused = catalog.client.post("/capacities", json=body | {"status": status}, headers=headers)
        assert [(error["field"], error["code"]) for error in refused.json()["errors"]] == [
            ("status", "no-drafts")
        ]
    assert catalog.client.post("/capacities", json=body, headers=headers).status_code == 201
