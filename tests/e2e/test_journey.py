"""The whole journey from outside: posted through the API, matched, read, streamed, amended, withdrawn."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from journeys import day, listening

pytestmark = pytest.mark.stack


Sides = tuple[httpx.Client, httpx.Client, httpx.Client]


@pytest.fixture(scope="module")
def sides(stack: Any, tmp_path_factory: pytest.TempPathFactory) -> Sides:
    """Clients of a producer, a buyer, and staff."""
    parties = tmp_path_factory.mktemp("sides") / "parties.csv"
    parties.write_text(
        "row_key,name,kind,contact\nj-p1,合作社,producer,秘密电话 13800000000\n"
        "j-p2,另一家,producer,\nj-b1,电商,buyer,\n",
        "utf-8",
    )
    stack.import_file(parties, "parties")
    return (
        stack.client(stack.key("producer", party="j-p1")),
        stack.client(stack.key("buyer", party="j-b1")),
        stack.client(stack.key("staff")),
    )


@pytest.fixture(scope="module")
def stranger(stack: Any, sides: Sides) -> httpx.Client:
    """A client of another producer, who never posts anything that is accepted."""
    client: httpx.Client = stack.client(stack.key("producer", party="j-p2"))
    return client


def an_offer(**changes: object) -> dict[str, object]:
    """Chestnuts: no other suite posts any, so the market is this test's own."""
    return {
        "product": "chestnut", "grade": 4, "quantity": 30, "unit": "t", "ask_price": 9000, "county": "520526",
        "temperature": "ambient",
        "available_from": day(0), "available_to": day(50),
    } | changes  # fmt: skip


def a_demand(**changes: object) -> dict[str, object]:
    return {
        "product": "板栗", "min_grade": 3, "quantity": 40000, "unit": "斤", "bid_price": 7.2, "county": "310115",
        "needed_from": day(3), "needed_to": day(60),
    } | changes  # fmt: skip


def test_an_offer_meets_a_demand_and_both_sides_read_and_hear_of_it(
    stack: Any, sides: Sides, eventually: Callable[..., Any]
) -> None:
    """Posting, matching, reading, streaming, amending and withdrawing agree everywhere."""
    producer, buyer, staff = sides
    with listening(stack.gateway, stack.key("staff")) as stream:
        demand = buyer.post("/v1/demands", json=a_demand())
        assert demand.status_code == 201, demand.text
        offer = producer.post("/v1/offers", json=an_offer())
        assert offer.status_code == 201, offer.text
        assert offer.json()["remaining"] == 30
        assert offer.json()["unit"] == "t"
        item = stream.wait_for(lambda i: i["offer"] == offer.json()["id"] and i["status"] == "proposed")
        assert (item["demand"], item["quantity"], item["unit"]) == (demand.json()["id"], 20000, "kg")
        assert item["landed_cost"] == pytest.approx(9 + 1746.52 * 1.3 * 0.0006, abs=0.001)
        assert sum(part["points"] for part in item["parts"]) == pytest.approx(item["score"], abs=1e-9)

        listed = producer.get("/v1/matches", params={"offer": offer.json()["id"]}).json()["items"]
        assert [match["id"] for match in listed] == [item["id"]]
        one = buyer.get(f"/v1/matches/{item['id']}").json()
        assert one["distance_km"] == 1745, "before a deal a side sees the distance to 5 km"
        assert "138" not in producer.get(f"/v1/matches/{item['id']}").text

        etag = f'"{offer.json()["version"]}"'
        amended = producer.patch(
            f"/v1/offers/{offer.json()['id']}", json={"quantity": 8}, headers={"If-Match": etag}
        )
        assert amended.status_code == 200, amended.text
        stream.wait_for(lambda i: i["id"] == item["id"] and i["quantity"] == 8000)

        gone = producer.delete(
            f"/v1/offers/{offer.json()['id']}", headers={"If-Match": f'"{amended.json()["version"]}"'}
        )
        assert gone.status_code in {200, 204}, gone.text
        stream.wait_for(lambda i: i["id"] == item["id"] and i["status"] == "withdrawn")
        eventually(
            lambda: staff.get("/v1/matches", params={"offer": offer.json()["id"]}).json()["items"] == []
        )
        assert stream.ids == sorted(set(stream.ids)), "sequence numbers neither repeat nor go back"


def test_one_partys_orders_and_matches_are_404_to_another(sides: Sides, stranger: httpx.Client) -> None:
    """Neither a read nor a change tells a stranger that an order exists."""
    producer, _, _ = sides
    offer = producer.post("/v1/offers", json=an_offer()).json()
    match = {"If-Match": '"1"'}
    assert stranger.get(f"/v1/offers/{offer['id']}").status_code == 404
    assert stranger.patch(f"/v1/offers/{offer['id']}", json={"quantity": 1}, headers=match).status_code == 404
    assert stranger.delete(f"/v1/offers/{offer['id']}", headers=match).status_code == 404
    assert producer.get(f"/v1/offers/{offer['id']}").json() == offer


def test_the_same_request_twice_stores_once(sides: Sides) -> None:
    """The same Idempotency-Key with the same body answers the same; with another body it is refused."""
    producer, _, _ = sides
    key = {"Idempotency-Key": uuid.uuid4().hex}
    first = producer.post("/v1/offers", json=an_offer(), headers=key)
    again = producer.post("/v1/offers", json=an_offer(), headers=key)
    assert (again.status_code, again.json()) == (first.status_code, first.json())
    assert producer.post("/v1/offers", json=an_offer(quantity=31), headers=key).status_code == 422


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("quantity", -1), ("quantity", 0), ("quantity", True), ("quantity", "30"), ("quantity", 1e-30),
        ("quantity", 2e6), ("unit", "furlong"), ("product", "水果"), ("product", "no such thing"), ("grade", "9"),
        ("county", "999999"), ("available_to", day(-1)), ("status", "dealt"), ("party", "x"),
    ],
)  # fmt: skip
def test_a_refused_field_is_named_in_both_languages(
    stranger: httpx.Client, field: str, value: object
) -> None:
    """422, problem+json, the field, a code, a zh and an en sentence; nothing is stored."""
    response = stranger.post("/v1/offers", json=an_offer(**{field: value}))
    assert response.status_code == 422, response.text
    assert response.headers["content-type"].startswith("application/problem+json")
    (error,) = [error for error in response.json()["errors"] if error["field"] == field]
    assert error["code"]
    assert any("\u4e00" <= char <= "\u9fff" for char in error["zh"])
    assert error["en"].isascii() or value == "水果"
    assert stranger.get("/v1/offers").json()["items"] == []
