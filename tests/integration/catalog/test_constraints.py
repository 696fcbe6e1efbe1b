"""Pins, forbids and limits by staff, declines by parties: what is published, and what ends them."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import uuid4

import httpx
import pytest
from deal_market import DealMarket
from duijie_catalog import clockwork
from duijie_shared.events.constraints import ConstraintRecord

pytestmark = pytest.mark.database

DECISION = {"decision": "decline", "reason": "price"}


@pytest.fixture
def market(catalog: Any) -> DealMarket:
    """A catalog with nobody in it yet."""
    return DealMarket(catalog)


def ask(market: DealMarket, method: str, path: str, body: object = None, **headers: str) -> httpx.Response:
    """A request by staff."""
    as_staff = market.catalog.as_operator(**({"X-Role": "staff", "X-Key-Id": str(uuid4())} | headers))
    return market.catalog.client.request(method, path, json=body, headers=as_staff)  # type: ignore[no-any-return]


def declined(market: DealMarket, offer: dict[str, Any], demand: dict[str, Any], party: str = "buyer") -> Any:
    """A decline of the pair that succeeds."""
    answer = market.decide(party, offer, demand, DECISION)
    assert answer.status_code == 201, answer.text
    assert answer.json()["status"] == "declined"
    return answer.json()["decline"]


def published(market: DealMarket) -> list[tuple[int, ConstraintRecord | None]]:
    """(version, record) of what waits for `constraints-v1`."""
    return [
        (row.aggregate_version, body)
        for row, body, _ in market.catalog.outbox()
        if row.topic == "constraints-v1"
    ]


def statuses(market: DealMarket) -> list[tuple[str, str | None]]:
    """(status, why it ended) of all constraints, oldest first."""
    found = market.catalog.rows("SELECT status, end_reason FROM trade_constraints ORDER BY sequence")
    return [tuple(row) for row in found]


def test_a_pin_is_set_published_listed_and_ended_with_who_did_it(market: DealMarket) -> None:
    """Its record carries codes and ids, never the note; ended twice it stays ended once."""
    offer, demand = market.offer(), market.demand()
    body = {"kind": "pin", "offer": offer["id"], "demand": demand["id"], "quantity": 5000, "reason": "agreement",
            "note": "电话约定"}  # fmt: skip
    made = ask(market, "POST", "/constraints", body, **{"X-County": "520000"})
    assert made.status_code == 201, made.text
    id_ = made.json()["id"]
    ended = [ask(market, "DELETE", f"/constraints/{id_}") for _ in range(2)]
    assert [answer.json()["status"] for answer in ended] == ["ended", "ended"]
    (first, pin), (second, gone) = published(market)
    assert (first, second) == (1, 2)
    assert pin is not None
    assert gone is not None
    assert (pin.kind, pin.quantity, pin.market, pin.set_by) == ("pin", 5_000_000, "potato", "staff")
    assert (gone.status, gone.since) == ("ended", pin.since)
    assert "电话" not in pin.model_dump_json()
    (listed,) = ask(market, "GET", "/constraints", None).json()["items"]
    assert (listed["note"], listed["end_reason"]) == ("电话约定", "ended-by-staff")
    assert (listed["by"]["county"], listed["ended_by"]["role"]) == ("520000", "staff")


def test_one_word_of_staff_stands_on_a_pair_and_one_limit_of_a_kind_on_a_party(market: DealMarket) -> None:
    """A forbid beside a pin, a second maximum, a minimum above the maximum: 409; equal to it is taken."""
    offer, demand = market.offer(), market.demand()
    pair = {"offer": offer["id"], "demand": demand["id"], "reason": "other"}
    party = {"party": str(market.catalog.parties["seller"]), "reason": "fair-share"}
    for body, status in (
        (pair | {"kind": "pin"}, 201),
        (pair | {"kind": "forbid"}, 409),
        (party | {"kind": "maximum", "quantity": 20}, 201),
        (party | {"kind": "maximum", "quantity": 30}, 409),
        (party | {"kind": "minimum", "quantity": 20.001}, 409),
        (party | {"kind": "minimum", "quantity": 20}, 201),
    ):
        assert ask(market, "POST", "/constraints", body).status_code == status, body


def test_fields_that_do_not_belong_are_refused_by_name(market: DealMarket) -> None:
    """A limit names no pair, a forbid no quantity, an id is a UUID, a reason one of the list."""
    for body, fields in (
        ({}, {"kind", "reason"}),
        ({"kind": "pin", "reason": "other"}, {"offer", "demand"}),
        ({"kind": "maximum", "reason": "other", "party": "x", "offer": "y"}, {"party", "offer", "quantity"}),
        ({"kind": "forbid", "reason": "whim", "offer": str(uuid4()), "demand": str(uuid4())}, {"reason"}),
    ):
        answer = ask(market, "POST", "/constraints", body)
        assert answer.status_code == 422
        assert fields <= {error["field"] for error in answer.json()["errors"]}
    unknown = {"kind": "forbid", "reason": "other", "offer": str(uuid4()), "demand": str(uuid4())}
    assert ask(market, "POST", "/constraints", unknown).status_code == 404


def test_staff_of_another_area_neither_set_nor_end_it_and_parties_not_at_all(market: DealMarket) -> None:
    """404 where neither side is of their counties; a party has nothing to ask here."""
    offer, demand = market.offer(), market.demand()
    body = {"kind": "forbid", "offer": offer["id"], "demand": demand["id"], "reason": "dispute"}
    hebei, shanghai = {"X-County": "130000"}, {"X-County": "310115"}
    assert ask(market, "POST", "/constraints", body, **hebei).status_code == 404
    made = ask(market, "POST", "/constraints", body, **shanghai).json()
    assert ask(market, "GET", f"/constraints/{made['id']}", **hebei).status_code == 404
    assert ask(market, "DELETE", f"/constraints/{made['id']}", **hebei).status_code == 404
    assert ask(market, "GET", "/constraints?area=13").json()["items"] == []
    assert len(ask(market, "GET", "/constraints?area=3101").json()["items"]) == 1
    assert market.get("seller", "/constraints").status_code == 403


def test_a_decline_is_published_once_and_taken_back_by_its_party_alone(market: DealMarket) -> None:
    """Said twice it is one; the other side's withdraw and staff leave it; its own ends it."""
    offer, demand = market.offer(), market.demand()
    no = declined(market, offer, demand)
    assert declined(market, offer, demand) == no
    other = market.decide("seller", offer, demand, {"decision": "withdraw"}).json()
    assert (other["status"], other["decline"]) == ("proposed", None)
    assert ask(market, "DELETE", f"/constraints/{no['id']}").json()["code"] == "partys-own"
    back = market.decide("buyer", offer, demand, {"decision": "withdraw"}).json()
    assert (back["status"], back["decline"]["status"]) == ("proposed", "ended")
    records = [body for _, body in published(market) if body is not None]
    assert [(body.kind, body.set_by, body.reason, body.status) for body in records] == [
        ("decline", "demand", "price", "active"),
        ("decline", "demand", "price", "ended"),
    ]
    assert statuses(market) == [("ended", "taken-back")]


@pytest.mark.parametrize(("kind", "party"), [("orders/offers", "seller"), ("orders/demands", "buyer")])
def test_an_amendment_of_either_order_ends_a_decline_and_no_pin(
    market: DealMarket, kind: str, party: str
) -> None:
    """In the transaction that amends; a hold on the order, which changes no terms, leaves it."""
    offer, demand = market.offer(), market.demand()
    declined(market, offer, demand)
    pin = {"kind": "pin", "offer": offer["id"], "demand": demand["id"], "reason": "other"}
    assert ask(market, "POST", "/constraints", pin).status_code == 201
    other = market.demand("third") if party == "seller" else market.demand()
    fresh = market.now_of("orders/offers", "seller", offer)
    held = market.proposal(fresh, other)
    assert market.hold("third" if party == "seller" else "buyer", held).status_code == 201
    assert [status for status, _ in statuses(market)] == ["active", "active"]
    posted = offer if party == "seller" else demand
    assert market.amend(kind, party, posted, quantity=31).status_code == 200
    assert statuses(market) == [("ended", "amended"), ("active", None)]


def test_an_order_that_ends_ends_all_that_binds_it(market: DealMarket) -> None:
    """Withdrawn by its poster, or expired by the clock."""
    offer, demand, short = market.offer(), market.demand(), market.demand(needed_to="2026-11-30")
    declined(market, offer, demand)
    declined(market, offer, short, "seller")
    assert market.withdraw("orders/demands", "buyer", demand).status_code == 200
    assert statuses(market) == [("ended", "order-ended"), ("active", None)]
    clockwork.turn(market.catalog.engine, market.catalog.now + dt.timedelta(days=9), "test")
    assert [status for status, _ in statuses(market)] == ["ended", "ended"]


def test_a_record_leaves_the_topic_seven_days_after_its_end(market: DealMarket) -> None:
    """A second before not, a second after once."""
    offer, demand = market.offer(), market.demand()
    declined(market, offer, demand)
    market.decide("buyer", offer, demand, {"decision": "withdraw"})
    week = market.catalog.now + dt.timedelta(days=7)
    for seconds, tombstones in ((-1, 0), (1, 1), (2, 1)):
        clockwork.turn(market.catalog.engine, week + dt.timedelta(seconds=seconds), "test")
        assert sum(body is None for _, body in published(market)) == tombstones


def test_a_pair_that_is_kept_apart_cannot_be_held(market: DealMarket) -> None:
    """The other side's no and staff's forbid refuse an accept; the own no is ended by it."""
    offer, demand = market.offer(), market.demand()
    declined(market, offer, demand)
    body = market.proposal(offer, demand, side="offer")
    refused = market.hold("seller", body)
    assert (refused.status_code, refused.json()["code"]) == (409, "declined")
    assert market.hold("buyer", market.proposal(offer, demand)).status_code == 201
    assert statuses(market) == [("ended", "taken-back")]
    forbid = {"kind": "forbid", "offer": offer["id"], "demand": demand["id"], "reason": "safety"}
    assert ask(market, "POST", "/constraints", forbid).status_code == 201
    deal = market.get("seller", "/deals").json()["items"][0]
    refused = market.accept("seller", deal["id"])
    assert (refused.status_code, refused.json()["code"]) == (409, "forbidden-pair")
