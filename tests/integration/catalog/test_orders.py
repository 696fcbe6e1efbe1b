"""Orders through the API, on a real database."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest

pytestmark = pytest.mark.database

Body = Callable[..., dict[str, object]]
OFFERS = "/orders/offers"


def test_a_posted_order_is_read_as_it_was_answered(catalog: Any, an_offer: Body) -> None:
    """201 with its place and version; the same body at GET; one record in the outbox with the request's id."""
    headers = catalog.as_party("p1", **{"X-Correlation-Id": "follow-me"})
    catalog.clear_outbox()
    posted = catalog.client.post(OFFERS, json=an_offer(), headers=headers)
    assert (posted.status_code, posted.headers["etag"]) == (201, '"1"')
    assert posted.headers["x-correlation-id"] == "follow-me"
    read = catalog.client.get(posted.headers["location"], headers=headers)
    assert read.json() == posted.json()
    ((row, body, envelope),) = catalog.outbox()
    assert (str(body.order_id), body.version, row.topic) == (posted.json()["id"], 1, "orders-v1")
    assert envelope.correlation_id == "follow-me"


def test_every_refused_field_is_named_and_nothing_is_stored(catalog: Any, an_offer: Body) -> None:
    """422 with one error a field in both languages; neither order nor record."""
    headers = catalog.as_party("p1")
    catalog.clear_outbox()
    bad = an_offer(product="appl", quantity=-1, available_to="2026-11-22", colour="red")
    refused = catalog.client.post(OFFERS, json=bad, headers=headers)
    assert refused.status_code == 422
    assert refused.headers["content-type"] == "application/problem+json"
    errors = {error["field"]: error for error in refused.json()["errors"]}
    assert errors.keys() == {"product", "quantity", "available_to", "colour"}
    assert all(error["zh"] and error["en"] and error["code"] for error in errors.values())
    assert catalog.rows("SELECT count(*) FROM orders") == [(0,)]
    assert catalog.outbox() == []


def test_a_window_that_ends_today_is_taken_and_yesterdays_is_not(catalog: Any, an_offer: Body) -> None:
    """Today is Shanghai's: on its 23rd at noon the 23rd is good and the 22nd is over."""
    headers = catalog.as_party("p1")
    dates = {"available_from": "2026-11-01"}
    today = an_offer(**dates, available_to="2026-11-23")
    assert catalog.client.post(OFFERS, json=today, headers=headers).status_code == 201
    over = an_offer(**dates, available_to="2026-11-22")
    refused = catalog.client.post(OFFERS, json=over, headers=headers)
    assert [error["code"] for error in refused.json()["errors"]] == ["window-over"]


def test_amending_needs_the_version_that_stands(catalog: Any, an_offer: Body) -> None:
    """428 without If-Match, 412 with another version and the right one in the answer, 200 with it."""
    headers = catalog.as_party("p1")
    url = catalog.client.post(OFFERS, json=an_offer(), headers=headers).headers["location"]
    assert catalog.client.patch(url, json={"quantity": 20}, headers=headers).status_code == 428
    stale = catalog.client.patch(url, json={"quantity": 20}, headers=headers | {"If-Match": '"2"'})
    assert (stale.status_code, stale.headers["etag"]) == (412, '"1"')
    amended = catalog.client.patch(url, json={"quantity": 20}, headers=headers | {"If-Match": '"1"'})
    assert (amended.status_code, amended.headers["etag"]) == (200, '"2"')
    assert (amended.json()["quantity"], amended.json()["remaining"], amended.json()["version"]) == (20, 20, 2)
    assert [body.version for row, body, _ in catalog.outbox() if row.topic == "orders-v1"] == [1, 2]


def test_an_amendment_is_judged_whole(catalog: Any, an_offer: Body) -> None:
    """A window that would end before it begins is refused; a null clears a field; the rest stays."""
    headers = catalog.as_party("p1")
    first = catalog.client.post(OFFERS, json=an_offer(), headers=headers)
    url, match = first.headers["location"], {"If-Match": '"1"'}
    refused = catalog.client.patch(url, json={"available_to": "2026-01-01"}, headers=headers | match)
    assert [error["field"] for error in refused.json()["errors"]] == ["available_to"]
    cleared = catalog.client.patch(
        url, json={"min_lot": None, "ask_price": None}, headers=headers | match
    ).json()
    changed = {"version": 2, "min_lot": None, "ask_price": None}
    assert cleared == first.json() | changed


def test_withdrawing_is_idempotent(catalog: Any, an_offer: Body) -> None:
    """The second DELETE answers as the first and publishes nothing more; amending is 409 from then on."""
    headers = catalog.as_party("p1", **{"If-Match": '"1"'})
    url = catalog.client.post(OFFERS, json=an_offer(), headers=headers).headers["location"]
    assert catalog.client.delete(url, headers=catalog.as_party("p1")).status_code == 428
    gone = catalog.client.delete(url, headers=headers)
    assert (gone.status_code, gone.json()["status"], gone.json()["version"]) == (200, "withdrawn", 2)
    published = len(catalog.outbox())
    again = catalog.client.delete(url, headers=headers)
    assert (again.status_code, again.json()) == (200, gone.json())
    assert len(catalog.outbox()) == published
    late = catalog.client.patch(url, json={"quantity": 20}, headers=headers | {"If-Match": '"2"'})
    assert (late.status_code, late.json()["code"]) == (409, "closed")


def test_another_partys_orders_do_not_exist(catalog: Any, an_offer: Body) -> None:
    """Every verb on them answers what it answers on an id that was never given."""
    owner, stranger = catalog.as_party("p1"), catalog.as_party("p2", **{"If-Match": '"1"'})
    url = catalog.client.post(OFFERS, json=an_offer(), headers=owner).headers["location"]
    nowhere = f"{OFFERS}/{uuid4()}"
    for method, body in (("GET", None), ("PATCH", {"quantity": 1}), ("DELETE", None)):
        answers = [catalog.client.request(method, at, json=body, headers=stranger) for at in (url, nowhere)]
        assert [answer.status_code for answer in answers] == [404, 404]
        assert answers[0].json() == answers[1].json()
    assert catalog.client.get(OFFERS, headers=stranger).json() == {"items": [], "next": None}
    assert catalog.client.get(url, headers=catalog.as_operator()).status_code == 200
    assert catalog.client.get(f"{OFFERS}/not-an-id", headers=stranger).status_code == 404
    assert catalog.client.get(url.replace("offers", "demands"), headers=owner).status_code == 404


def test_only_a_known_party_posts(catalog: Any, an_offer: Body) -> None:
    """The operator has no orders of its own, and neither has a party that was never entered."""
    for headers in (catalog.as_operator(), catalog.as_operator(**{"X-Party-Id": str(uuid4())})):
        assert catalog.client.post(OFFERS, json=an_offer(), headers=headers).status_code == 403


def test_without_the_token_there_is_no_answer(catalog: Any) -> None:
    """401 for none and for a wrong one, also where nothing is asked for; probes are open."""
    for headers in ({}, {"Authorization": "Bearer wrong"}):
        assert catalog.client.get(OFFERS, headers=headers).status_code == 401
    assert catalog.client.get("/healthz").status_code == 200
    assert catalog.client.get("/readyz").json()["ready"] is True
    assert "duijie_catalog_request_seconds" in catalog.client.get("/metrics").text


def test_a_walk_through_the_pages_meets_each_order_once(catalog: Any, an_offer: Body) -> None:
    """In posting order, also when more are posted on the way; by status only those."""
    headers = catalog.as_party("p1")
    posted = [catalog.client.post(OFFERS, json=an_offer(), headers=headers).json()["id"] for _ in range(5)]
    seen: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        answer = catalog.client.get(OFFERS, params={"limit": "2"} | cursor, headers=headers).json()
        seen += [item["id"] for item in answer["items"]]
        if len(seen) == 2:
            posted.append(catalog.client.post(OFFERS, json=an_offer(), headers=headers).json()["id"])
        if answer["next"] is None:
            break
        cursor = {"cursor": answer["next"]}
    assert seen == posted
    catalog.client.delete(f"{OFFERS}/{posted[2]}", headers=headers | {"If-Match": '"1"'})
    withdrawn = catalog.client.get(OFFERS, params={"status": "withdrawn"}, headers=headers).json()
    assert [item["id"] for item in withdrawn["items"]] == [posted[2]]


@pytest.mark.parametrize(
    "params", [{"limit": "0"}, {"limit": "201"}, {"cursor": "forged"}, {"status": "gone"}], ids=str
)
def test_a_list_refuses_what_it_cannot_give(catalog: Any, params: dict[str, str]) -> None:
    """422 for limits outside 1 to 200, cursors of no page, words that are no status."""
    assert catalog.client.get(OFFERS, params=params, headers=catalog.as_operator()).status_code == 422


def test_the_same_request_fifty_times_at_once_stores_once(catalog: Any, an_offer: Body) -> None:
    """Each is answered 201 with the one order or 409 while it is in flight; afterwards the answer is kept."""
    headers = catalog.as_party("p1", **{"Idempotency-Key": "k-1"})

    def post(_: int) -> Any:
        return catalog.client.post(OFFERS, json=an_offer(), headers=headers)

    with ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(post, range(50)))
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert catalog.rows("SELECT count(*) FROM orders") == [(1,)]
    again = post(0)
    assert (again.status_code, again.headers["idempotency-replayed"]) == (201, "true")
    assert {answer.text for answer in answers if answer.status_code == 201} == {again.text}
    assert again.headers["location"].endswith(again.json()["id"])


def test_a_key_belongs_to_one_request_of_one_party(catalog: Any, an_offer: Body) -> None:
    """Another body is 422; another party's same key is its own; a refused request frees the key."""
    key = {"Idempotency-Key": "k-1"}
    first = catalog.as_party("p1", **key)
    assert catalog.client.post(OFFERS, json=an_offer(quantity=-1), headers=first).status_code == 422
    assert catalog.client.post(OFFERS, json=an_offer(), headers=first).status_code == 201
    reused = catalog.client.post(OFFERS, json=an_offer(quantity=31), headers=first)
    assert (reused.status_code, reused.json()["code"]) == (422, "idempotency-reused")
    other = catalog.client.post(OFFERS, json=an_offer(), headers=catalog.as_party("p2", **key))
    assert (other.status_code, "idempotency-replayed" in other.headers) == (201, False)
    for bad in ("", "x" * 256):
        refused = catalog.client.post(OFFERS, json=an_offer(), headers=first | {"Idempotency-Key": bad})
        assert refused.status_code == 422


def test_of_many_amendments_of_one_version_one_wins(catalog: Any, an_offer: Body) -> None:
    """The others are told that their version is stale."""
    headers = catalog.as_party("p1", **{"If-Match": '"1"'})
    url = catalog.client.post(OFFERS, json=an_offer(), headers=headers).headers["location"]

    def amend(tonnes: int) -> int:
        status: int = catalog.client.patch(url, json={"quantity": tonnes}, headers=headers).status_code
        return status

    with ThreadPoolExecutor(16) as pool:
        statuses = Counter(pool.map(amend, range(10, 26)))
    assert statuses == {200: 1, 412: 15}
    versions = [body.version for row, body, _ in catalog.outbox() if row.topic == "orders-v1"]
    assert versions == [1, 2]


def test_a_body_may_not_be_endless(catalog: Any) -> None:
    """413 past 64 KB, however it is sent."""
    headers = catalog.as_party("p1")
    assert catalog.client.post(OFFERS, content=b" " * 65_537, headers=headers).status_code == 413
    chunks = (b" " * 4096 for _ in range(17))
    assert catalog.client.post(OFFERS, content=chunks, headers=headers).status_code == 413


def test_capacities_live_as_orders_do(catalog: Any) -> None:
    """Posted, listed, amended, withdrawn, each time on their topic."""
    headers = catalog.as_party("p1")
    body = {
        "activity": "processing", "product_in": "tomato", "product_out": "tomato", "yield": 0.35,
        "throughput_per_day": 8, "unit": "t", "fee": 120, "county": "610822",
        "available_from": "2026-11-25", "available_to": "2027-01-20",
    }  # fmt: skip
    posted = catalog.client.post("/capacities", json=body, headers=headers)
    assert posted.status_code == 201, posted.text
    url = posted.headers["location"]
    fee = catalog.client.patch(url, json={"fee": 130}, headers=headers | {"If-Match": '"1"'})
    assert (fee.json()["fee"], fee.json()["yield"], fee.json()["version"]) == (130, 0.35, 2)
    listed = catalog.client.get("/capacities", headers=headers).json()["items"]
    assert [item["id"] for item in listed] == [posted.json()["id"]]
    gone = catalog.client.delete(url, headers=headers | {"If-Match": '"2"'})
    assert gone.json()["status"] == "withdrawn"
    records = [body for row, body, _ in catalog.outbox() if row.topic == "capacities-v1"]
    assert [(record.version, record.fee) for record in records] == [(1, 120_000), (2, 130_000), (3, 130_000)]


def test_parties_are_entered_once_and_see_themselves(catalog: Any) -> None:
    """The row key is unique; a party finds itself by it and nobody else; the contact is in no topic."""
    mine, other = catalog.as_party("p1"), catalog.as_party("p2")
    taken = catalog.client.post(
        "/parties", json={"row_key": "p1", "name": "X", "kind": "buyer"}, headers=catalog.as_operator()
    )
    assert (taken.status_code, taken.json()["code"]) == (409, "row-key-taken")
    by_key = catalog.client.get("/parties", params={"row_key": "p1"}, headers=mine).json()["items"]
    assert [(item["row_key"], item["contact"]) for item in by_key] == [("p1", "13800000000")]
    assert catalog.client.get("/parties", params={"row_key": "p1"}, headers=other).json()["items"] == []
    assert catalog.client.get(f"/parties/{by_key[0]['id']}", headers=other).status_code == 404
    everyone = catalog.client.get("/parties", headers=catalog.as_operator())
    assert [item["row_key"] for item in everyone.json()["items"]] == ["p1", "p2"]
    assert "138" not in everyone.text
    assert not any("138" in (row.value or "") for row, _, _ in catalog.outbox())
    assert catalog.client.post("/parties", json={}, headers=mine).status_code == 403
