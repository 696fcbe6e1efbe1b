"""Deals and calendars at the public door: each party its own, staff those of their area."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import httpx
import pypdfium2
import pytest
from gateway_description import description, validate
from gateway_served import CATALOG_TOKEN, Gateway, Key

pytestmark = pytest.mark.database

OFFER = {
    "product": "potato", "grade": 4, "quantity": 30, "unit": "t", "ask_price": 1600, "county": "532523",
    "latitude": 23.123456, "longitude": 103.654321, "available_from": "2090-01-10", "available_to": "2090-03-31",
}  # fmt: skip
DEMAND = {
    "product": "potato", "quantity": 30, "unit": "t", "bid_price": 2900, "county": "310115",
    "needed_from": "2090-01-10", "needed_to": "2090-03-31",
}  # fmt: skip
STORE = {
    "activity": "cold_storage", "throughput_per_day": 40000, "unit": "斤", "fee": 0.05, "county": "532523",
    "available_from": "2090-01-10", "available_to": "2090-03-31",
}  # fmt: skip


@dataclass
class Trade:
    """Two parties with a hold between them that uses a cold store, and what answers it."""

    gateway: Gateway
    catalog: str
    keys: dict[str, Key]
    parties: dict[str, UUID]
    capacity: str
    id: str

    def get(self, who: str, path: str, **params: str) -> httpx.Response:
        """A read by one of the keys."""
        with self.gateway.client(self.keys[who]) as client:
            return client.get(path, params=params)

    def accept(self) -> None:
        """The seller's accept, at catalog's own door."""
        command(self.catalog, f"/holds/{self.id}/accept", self.parties["seller"], {})


def command(catalog: str, path: str, party: UUID, body: dict[str, Any]) -> dict[str, Any]:
    """A command at catalog's door, as the gateway sends it."""
    headers = {"Authorization": f"Bearer {CATALOG_TOKEN}", "X-Party-Id": str(party), "X-Role": "buyer"}
    answer = httpx.post(f"{catalog}{path}", json=body, headers=headers, trust_env=False)
    assert answer.status_code in {200, 201}, answer.text
    return dict(answer.json())


@pytest.fixture
def trade(whole_gateway: Gateway, catalog: str) -> Trade:
    """5 t held by the buyer, with three days in a cold store."""
    keys, parties, posted = {}, {}, {}
    for name, role, kind, body in (
        ("seller", "producer", "offers", OFFER),
        ("buyer", "buyer", "demands", DEMAND),
        ("store", "storage", "capacities", STORE),
    ):
        entry = {"row_key": name, "name": f"企业 {name}", "kind": role, "contact": f"电话 {name}"}
        with whole_gateway.client() as admin:
            parties[name] = UUID(admin.post("/v1/parties", json=entry).json()["id"])
        keys[name] = whole_gateway.key(role, parties[name])
        with whole_gateway.client(keys[name]) as client:
            answer = client.post(f"/v1/{kind}", json=body)
            assert answer.status_code == 201, answer.text
            posted[kind] = answer.json()["id"]
    keys |= {
        "stranger": whole_gateway.key("producer"),
        "staff": whole_gateway.key("staff"),
        "yunnan": whole_gateway.key("staff", county="530000"),
        "shanghai": whole_gateway.key("staff", county="310115"),
        "hebei": whole_gateway.key("staff", county="130000"),
    }
    deadline = dt.datetime.now(dt.UTC) + dt.timedelta(days=1)
    leg = {
        "capacity_id": posted["capacities"],
        "first": "2090-01-12",
        "last": "2090-01-14",
        "quantity": 5_000_000,
    }
    body = {
        "match_id": str(uuid4()), "offer_id": posted["offers"], "demand_id": posted["demands"], "offer_version": 1,
        "demand_version": 1, "quantity": 5_000_000, "price": 2_653_219, "farm_gate_price": 1_604_871, "legs": [leg],
        "side": "demand", "deadline": deadline.isoformat(),
    }  # fmt: skip
    held = command(catalog, "/holds", parties["buyer"], body)
    return Trade(whole_gateway, catalog, keys, parties, posted["capacities"], held["id"])


def test_each_sees_its_own_deals_and_staff_those_of_their_area(trade: Trade) -> None:
    """In the list and by id; to anyone else it is not there."""
    for who in ("seller", "buyer", "staff", "yunnan", "shanghai"):
        assert [item["id"] for item in trade.get(who, "/v1/deals").json()["items"]] == [trade.id], who
        assert trade.get(who, f"/v1/deals/{trade.id}").status_code == 200, who
    for who in ("stranger", "store", "hebei"):
        assert trade.get(who, "/v1/deals").json() == {"items": [], "next": None}, who
        assert trade.get(who, f"/v1/deals/{trade.id}").status_code == 404, who
    assert trade.get("seller", "/v1/deals", status="dealt").json()["items"] == []
    assert trade.get("seller", "/v1/deals", status="nonsense").status_code == 422


def test_before_both_accepted_neither_contact_nor_place_can_be_read_or_reckoned(trade: Trade) -> None:
    """No contact, no coordinate, prices to a cent; afterwards all of it, exactly, each to the other."""
    path = f"/v1/deals/{trade.id}"
    for who in ("seller", "buyer"):
        held = trade.get(who, path)
        assert (held.json()["price"], held.json()["farm_gate_price"]) == (2.65, 1.6)
        for private in ("电话", "23.12", "103.65"):
            assert private not in held.text
    trade.accept()
    seen = trade.get("buyer", path).json()
    assert (seen["status"], seen["price"], seen["farm_gate_price"]) == ("dealt", 2.653219, 1.604871)
    other = seen["counterparty"]
    assert (other["contact"], other["latitude"], other["longitude"]) == ("电话 seller", 23.123456, 103.654321)
    assert trade.get("seller", path).json()["counterparty"]["contact"] == "电话 buyer"
    assert trade.get("staff", path).json()["counterparty"] is None


def test_the_two_sides_are_given_a_sheet_to_sign_once_both_have_accepted(trade: Trade) -> None:
    """A PDF for seller and buyer; staff, who are told no contact, and strangers get none; nobody before the deal."""
    path = f"/v1/deals/{trade.id}/contract.pdf"
    early = trade.get("seller", path)
    assert (early.status_code, early.json()["code"]) == (409, "not-dealt")
    trade.accept()
    for who in ("seller", "buyer"):
        sheet = trade.get(who, path)
        assert (sheet.status_code, sheet.headers["content-type"]) == (200, "application/pdf")
        said = pypdfium2.PdfDocument(sheet.content)[0].get_textpage().get_text_range()
        for words in ("企业 seller", "企业 buyer", "电话 seller", "电话 buyer", "5,000 千克", "2.653219"):
            assert words in said, words
    assert trade.get("staff", path).status_code == 403
    assert trade.get("stranger", path).status_code == 404


def test_a_calendar_shows_what_remains_in_the_posted_unit(trade: Trade) -> None:
    """5 t are 10,000 斤; nothing remains outside the window. Its poster and staff read it, nobody else."""
    path = f"/v1/capacities/{trade.capacity}/calendar"
    days = {"from": "2090-01-09", "to": "2090-01-12"}
    shown = trade.get("store", path, **days).json()
    assert (shown["unit"], shown["version"]) == ("斤", 2)
    assert [(day["day"][-2:], day["booked"], day["remaining"]) for day in shown["days"]] == [
        ("09", 0, 0),
        ("10", 0, 40000),
        ("11", 0, 40000),
        ("12", 10000, 30000),
    ]
    assert trade.get("staff", path, **days).status_code == 200
    assert trade.get("seller", path, **days).status_code == 404
    for wrong in ({"from": "2090-01-12", "to": "2090-01-11"}, {"from": "2090-01-12", "to": "2091-01-13"}):
        refused = trade.get("store", path, **wrong)
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "to")


def test_answers_are_as_described(trade: Trade) -> None:
    """Held and dealt, listed and alone, and the calendar."""
    document = description(trade.gateway)
    days = {"from": "2090-01-10", "to": "2090-01-12"}
    answers = [("/v1/deals/{id}", trade.get("seller", f"/v1/deals/{trade.id}"))]
    trade.accept()
    answers += [
        ("/v1/deals", trade.get("buyer", "/v1/deals")),
        ("/v1/deals/{id}", trade.get("buyer", f"/v1/deals/{trade.id}")),
        ("/v1/deals/{id}", trade.get("stranger", f"/v1/deals/{trade.id}")),
        (
            "/v1/capacities/{id}/calendar",
            trade.get("store", f"/v1/capacities/{trade.capacity}/calendar", **days),
        ),
    ]
    for path, answer in answers:
        described = document["paths"][path]["get"]["responses"][str(answer.status_code)]
        (content,) = described["content"].values()
        validate(document, content["schema"], answer.json(), path)


def test_a_cursor_goes_on_behind_the_page(trade: Trade) -> None:
    """It belongs to its list: another filter does not take it."""
    first = trade.get("seller", "/v1/deals", limit="1").json()
    assert first["next"] is None
    assert trade.get("seller", "/v1/deals", cursor="nonsense").status_code == 422
