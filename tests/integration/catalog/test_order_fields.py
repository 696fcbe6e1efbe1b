"""Every field of an order through the API: what is posted is answered, in the same JSON types, and private stays private."""

from __future__ import annotations

from typing import Any

import pytest

pytestmark = pytest.mark.database

OFFER: dict[str, object] = {
    "product": "apple", "grade_scheme": None, "grade": 3, "measurements": {"diameter_mm": 82},
    "quantity": 30.5, "unit": "t", "min_lot": 2, "pack_multiple": 0.5, "catch_weight": 0.03,
    "ask_price": 6100.25, "price_breaks": {"10": 6000, "20.5": 5900.5}, "reserve_price": 5500,
    "publish_price": True, "county": "520526", "latitude": 26.8559, "longitude": 104.2785,
    "available_from": "2026-11-25", "available_to": "2027-01-20", "harvest_date": "2026-10-20",
    "temperature": "chilled", "certificates": ["gi", "green"], "evidence": "self_declared", "area": 20.5,
    "note": "自提",
}  # fmt: skip
DEMAND: dict[str, object] = {
    "product": "apple", "grade_scheme": None, "min_grade": 3, "quantity": 40, "unit": "t", "min_lot": 5,
    "pack_multiple": 1, "catch_weight": 0.02, "bid_price": 7000, "reserve_price": 7400, "publish_price": False,
    "county": "310115", "latitude": 31.2, "longitude": 121.5, "needed_from": "2026-11-25",
    "needed_to": "2027-01-20", "temperature": "ambient", "certificates": ["green"], "evidence": "laboratory",
    "origin_counties": ["520526", "610822"], "note": "送到冷库",
}  # fmt: skip
PRIVATE = {"reserve_price", "area", "note", "latitude", "longitude"}

BOTH = pytest.mark.parametrize(
    ("url", "body"), [("/orders/offers", OFFER), ("/orders/demands", DEMAND)], ids=["offer", "demand"]
)


def of_fields(answer: dict[str, Any], body: dict[str, object]) -> dict[str, Any]:
    """The answer's values of the fields that were posted."""
    return {name: answer[name] for name in body}


@BOTH
def test_every_field_is_read_back_as_it_was_posted(catalog: Any, url: str, body: dict[str, object]) -> None:
    """Values and JSON types: whole numbers stay integers, flags stay flags, pairs stay objects."""
    headers = catalog.as_party("p1")
    posted = catalog.client.post(url, json=body, headers=headers)
    assert posted.status_code == 201, posted.text
    read = catalog.client.get(posted.headers["location"], headers=headers).json()
    for answer in (posted.json(), read):
        assert of_fields(answer, body) == body
        assert {name: type(answer[name]) for name in body} == {
            name: type(value) for name, value in body.items()
        }


@BOTH
def test_what_was_answered_may_be_sent_back(catalog: Any, url: str, body: dict[str, object]) -> None:
    """An amendment with all fields as read changes nothing; one with another value changes that value alone."""
    headers = catalog.as_party("p1", **{"If-Match": '"1"'})
    posted = catalog.client.post(url, json=body, headers=headers)
    address = posted.headers["location"]
    same = catalog.client.patch(address, json=of_fields(posted.json(), body), headers=headers)
    assert (same.status_code, same.json()) == (200, posted.json())
    changes: dict[str, object] = {
        "pack_multiple": 2, "catch_weight": None, "publish_price": True, "evidence": "self_declared",
        "reserve_price": None,
    }  # fmt: skip
    amended = catalog.client.patch(address, json=changes, headers=headers)
    assert of_fields(amended.json(), body) == body | changes


@BOTH
def test_what_is_private_is_shown_to_the_poster_alone(
    catalog: Any, url: str, body: dict[str, object]
) -> None:
    """Staff see the order without its reserve price, area, note and exact place, in the list too; nor do topics."""
    headers = catalog.as_party("p1")
    posted = catalog.client.post(url, json=body, headers=headers)
    own = [posted.json(), *catalog.client.get(url, headers=headers).json()["items"]]
    assert all(answer.keys() >= PRIVATE & body.keys() for answer in own)
    staff = catalog.as_operator()
    shown = [
        catalog.client.get(posted.headers["location"], headers=staff).json(),
        *catalog.client.get(url, headers=staff).json()["items"],
    ]
    assert len(shown) == 2
    for answer in shown:
        assert answer.keys() & PRIVATE == set()
        assert answer.keys() >= body.keys() - PRIVATE
    assert not any("reserve" in (row.value or "") for row, _, _ in catalog.outbox())


def test_a_measured_offer_needs_no_grade_and_a_better_one_than_measured_is_refused(catalog: Any) -> None:
    """The class follows from the measurement, here the middle one; the next better one is refused by the field."""
    headers = catalog.as_party("p1")
    measured = OFFER | {
        "grade": None,
        "measurements": {"diameter_mm": 80, "brix": 13, "defect_pct": 8, "decay_pct": 0},
    }
    posted = catalog.client.post("/orders/offers", json=measured, headers=headers)
    assert (posted.status_code, posted.json()["grade"]) == (201, None)
    ((_, body, _),) = [each for each in catalog.outbox() if each[0].topic == "orders-v1"]
    assert 1 <= body.grade < 5
    refused = catalog.client.post(
        "/orders/offers", json=measured | {"grade": body.grade + 1}, headers=headers
    )
    assert [error["code"] for error in refused.json()["errors"]] == ["better-than-measured"]
    named = catalog.client.post("/orders/offers", json=measured | {"grade": body.grade}, headers=headers)
    assert (named.status_code, named.json()["grade"]) == (201, body.grade)
