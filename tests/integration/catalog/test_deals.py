"""From one side's accept to a deal: what is set aside, what is judged again, who is told what."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest
from deal_market import TONNE, DealMarket
from duijie_catalog.trading import deal_clock
from duijie_shared.events.deals import DealRecord
from duijie_shared.events.orders import OrderSnapshot
from sqlalchemy import exc, text

pytestmark = pytest.mark.database


@pytest.fixture
def market(catalog: Any) -> DealMarket:
    """A catalog with nobody in it yet."""
    return DealMarket(catalog)


def test_an_accept_holds_quantity_on_both_sides_and_the_second_deals_it(market: DealMarket) -> None:
    """5 of 30 t: held, then dealt; every step is published with what remains."""
    offer, demand = market.offer(), market.demand(quantity=5)
    market.catalog.clear_outbox()
    hold = market.held(offer, demand)
    assert (hold["status"], hold["quantity"], hold["price"], hold["side"]) == ("held", 5000, 2.5, "demand")
    assert market.quantities() == [
        (25 * TONNE, 5 * TONNE, 30 * TONNE),
        (0, 5 * TONNE, 5 * TONNE),
    ]
    dealt = market.accept("seller", hold["id"])
    assert (dealt.status_code, dealt.json()["status"], dealt.json()["version"]) == (200, "dealt", 2)
    assert market.quantities() == [(25 * TONNE, 0, 30 * TONNE), (0, 0, 5 * TONNE)]
    told = [body for _, body, _ in market.catalog.outbox()]
    orders = [(body.side, body.status, body.remaining) for body in told if isinstance(body, OrderSnapshot)]
    assert orders == [
        ("offer", "open", 25 * TONNE),
        ("demand", "reserved", 0),
        ("offer", "partly_filled", 25 * TONNE),
        ("demand", "closed", 0),
    ]
    records = [body for body in told if isinstance(body, DealRecord)]
    assert [(body.status, body.version, body.offer_after, body.demand_after) for body in records] == [
        ("held", 1, 2, 2),
        ("dealt", 2, 3, 3),
    ]


def test_an_accept_that_is_repeated_changes_nothing(market: DealMarket) -> None:
    """The first one while it is held and once it is dealt, the second one too."""
    offer, demand = market.offer(), market.demand()
    body = market.proposal(offer, demand)
    first = market.hold("buyer", body)
    again = market.hold("buyer", body)
    assert (again.status_code, again.json()["id"], again.json()["version"]) == (201, first.json()["id"], 1)
    id_ = first.json()["id"]
    assert [market.accept("seller", id_).json()["version"] for _ in range(2)] == [2, 2]
    assert market.hold("buyer", body).json()["status"] == "dealt"
    assert market.quantities()[0] == (25 * TONNE, 0, 30 * TONNE)


def test_nobody_accepts_for_the_other_side(market: DealMarket) -> None:
    """Neither the holder a second time, nor a third party, nor staff; another's order is as good as absent."""
    offer, demand = market.offer(), market.demand()
    assert market.hold("seller", market.proposal(offer, demand)).status_code == 404
    assert market.hold("stranger", market.proposal(offer, demand)).status_code == 404
    hold = market.held(offer, demand)
    own = market.accept("buyer", hold["id"])
    assert (own.status_code, own.json()["code"]) == (409, "own-accept")
    assert market.accept("stranger", hold["id"]).status_code == 404
    staff = market.catalog.client.post(
        f"/holds/{hold['id']}/accept", json={}, headers=market.catalog.as_operator()
    )
    assert staff.status_code == 403
    assert market.hold("seller", market.proposal(offer, demand, side="offer")).json()["code"] == "held"
    assert market.quantities()[0] == (25 * TONNE, 5 * TONNE, 30 * TONNE)


@pytest.mark.parametrize("party", ["seller", "buyer"])
def test_a_released_hold_gives_everything_back(market: DealMarket, party: str) -> None:
    """By either side: the quantity, the days, at once on the topic; the reason is kept. A second decline is no change."""
    offer, demand = market.offer(), market.demand(quantity=5)
    store = market.capacity()
    leg = {"capacity_id": store["id"], "first": "2026-11-26", "last": "2026-11-28", "quantity": 5 * TONNE}
    hold = market.held(offer, demand, legs=[leg])
    assert market.days() == [(f"2026-11-{day}", 5 * TONNE, 15 * TONNE) for day in (26, 27, 28)]
    market.catalog.clear_outbox()
    ended = market.release(party, hold["id"])
    reason = "price" if party == "seller" else "withdrawn"
    assert (ended.status_code, ended.json()["status"], ended.json()["reason"]) == (200, "released", reason)
    assert market.quantities() == [(30 * TONNE, 0, 30 * TONNE), (5 * TONNE, 0, 5 * TONNE)]
    assert market.days() == []
    topics = sorted({row.topic for row, _, _ in market.catalog.outbox()})
    assert topics == ["capacities-v1", "deals-v1", "orders-v1"]
    assert market.release(party, hold["id"]).json()["version"] == 2
    late = market.accept("seller", hold["id"])
    assert (late.status_code, late.json()["code"]) == (409, "released")


def test_a_hold_lapses_at_its_deadline_and_not_before(market: DealMarket) -> None:
    """By the clock; whoever answers at the deadline is too late even before the clock has cleared it away."""
    hold = market.held(market.offer(), market.demand())
    deadline = dt.datetime.fromisoformat(hold["deadline"])
    assert deal_clock.lapse_due(market.catalog.engine, deadline - dt.timedelta(seconds=1), "c") == 0
    market.catalog.now = deadline
    assert market.accept("seller", hold["id"]).json()["code"] == "lapsed"
    assert deal_clock.lapse_due(market.catalog.engine, deadline, "c") == 1
    assert deal_clock.lapse_due(market.catalog.engine, deadline, "c") == 0
    assert market.get("buyer", f"/deals/{hold['id']}").json()["status"] == "lapsed"
    assert market.quantities()[0] == (30 * TONNE, 0, 30 * TONNE)


def test_the_worker_and_the_tick_end_what_is_due(market: DealMarket) -> None:
    """The worker between its imports, the operator's tick for everything up to its time."""
    offer, demand = market.offer(), market.demand()
    market.held(offer, demand)
    worker = market.catalog.worker()
    worker.step()
    market.catalog.now += dt.timedelta(days=2)
    worker.step()
    assert market.catalog.rows("SELECT status FROM deals") == [("lapsed",)]
    offer = market.now_of("orders/offers", "seller", offer)
    demand = market.now_of("orders/demands", "buyer", demand)
    market.held(offer, demand)
    as_of = (market.catalog.now + dt.timedelta(days=3)).isoformat()
    headers = market.catalog.as_operator()
    market.catalog.client.post("/ticks", json={"as_of": as_of}, headers=headers)
    assert market.catalog.rows("SELECT status FROM deals WHERE status = 'held'") == []


def test_a_hold_on_an_order_that_ended_is_released(market: DealMarket) -> None:
    """Its poster withdrew it: no deal any more, and the other side has its quantity back at the next step."""
    offer, demand = market.offer(), market.demand()
    hold = market.held(offer, demand)
    market.withdraw("orders/offers", "seller", offer)
    refused = market.accept("seller", hold["id"])
    assert (refused.status_code, refused.json()["obstacles"]) == (409, ["CLOSED"])
    assert deal_clock.lapse_due(market.catalog.engine, market.catalog.now, "c") == 1
    assert market.get("buyer", f"/deals/{hold['id']}").json()["reason"] == "order-ended"
    assert market.now_of("orders/demands", "buyer", demand)["remaining"] == 30
    assert market.now_of("orders/offers", "seller", offer)["status"] == "withdrawn"


def test_a_match_of_older_versions_is_refused_with_what_stands_now(market: DealMarket) -> None:
    """On either side; what remains is told as what the two could trade."""
    offer, demand = market.offer(), market.demand(quantity=12)
    market.amend("orders/offers", "seller", offer, ask_price=1700)
    refused = market.hold("buyer", market.proposal(offer, demand))
    assert (refused.status_code, refused.json()["obstacles"]) == (409, ["VERSION"])
    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.json()["present"] == {
        "offer": {"id": offer["id"], "version": 2, "status": "open"},
        "demand": {"id": demand["id"], "version": 1, "status": "open"},
        "available": 12000,
        "unit": "kg",
    }
    assert market.hold("buyer", market.proposal(offer | {"version": 2}, demand)).status_code == 201


def test_what_the_other_side_accepts_must_be_what_was_held(market: DealMarket) -> None:
    """A worse grade since the hold is refused; a new hold elsewhere on the same order, or more of it, is not."""
    offer, demand, other = market.offer(), market.demand(), market.demand("rival")
    hold = market.held(offer, demand)
    offer = market.now_of("orders/offers", "seller", offer)
    assert market.hold("rival", market.proposal(offer, other)).status_code == 201
    market.amend("orders/offers", "seller", offer, quantity=40)
    market.amend("orders/offers", "seller", offer, grade=3)
    refused = market.accept("seller", hold["id"])
    assert (refused.status_code, refused.json()["obstacles"]) == (409, ["VERSION"])
    market.amend("orders/offers", "seller", offer, grade=4)
    assert market.accept("seller", hold["id"]).status_code == 200


@pytest.mark.parametrize(
    ("offer", "demand", "proposal", "obstacle"),
    [
        ({"ask_price": 1700.001}, {}, {}, "PRICE"),
        ({}, {"bid_price": 2499.999}, {}, "PRICE"),
        ({"ask_price": 2400, "reserve_price": 1700.001}, {}, {}, "PRICE"),
        ({}, {"bid_price": 2000, "reserve_price": 2499.999}, {}, "PRICE"),
        ({"ask_price": 1900, "price_breaks": {"5.001": 1700}}, {}, {}, "PRICE"),
        ({}, {"min_lot": 5.001}, {}, "MIN_LOT"),
        ({"pack_multiple": 2}, {}, {}, "PACK"),
        ({"quantity": 4.999}, {}, {}, "QUANTITY"),
        ({"available_from": "2027-01-19"}, {"needed_to": "2027-01-19"}, {}, "WINDOW"),
        ({}, {"product": "苹果"}, {}, "PRODUCT"),
    ],
)
def test_what_does_not_fit_is_refused_by_its_code(
    market: DealMarket,
    offer: dict[str, Any],
    demand: dict[str, Any],
    proposal: dict[str, object],
    obstacle: str,
) -> None:
    """Each limit just missed; nothing is held."""
    refused = market.hold(
        "buyer", market.proposal(market.offer(**offer), market.demand(**demand), **proposal)
    )
    assert (refused.status_code, refused.json()["obstacles"]) == (409, [obstacle])
    assert market.catalog.rows("SELECT count(*) FROM deals") == [(0,)]


@pytest.mark.parametrize(
    ("offer", "demand"),
    [
        ({"ask_price": 1700}, {}),
        ({}, {"bid_price": 2500}),
        ({"ask_price": 2400, "reserve_price": 1700}, {}),
        ({}, {"bid_price": 2000, "reserve_price": 2500}),
        ({"ask_price": None, "reserve_price": 1700}, {"bid_price": None}),
        ({"ask_price": 1900, "price_breaks": {"5": 1700}}, {}),
        ({"min_lot": 5, "pack_multiple": 2.5}, {"min_lot": 5}),
        ({"quantity": 5}, {"quantity": 5}),
    ],
)
def test_what_just_fits_is_held(market: DealMarket, offer: dict[str, Any], demand: dict[str, Any]) -> None:
    """The same limits, just met."""
    answer = market.hold("buyer", market.proposal(market.offer(**offer), market.demand(**demand)))
    assert answer.status_code == 201, answer.text


def test_a_refusal_tells_nothing_of_a_private_reserve(market: DealMarket) -> None:
    """Missing it by a cent or by a yuan reads the same, and no number of it is in the answer."""
    offer = market.offer(ask_price=2400, reserve_price=2013.57)
    demand = market.demand()
    texts = {
        json.dumps(market.hold("buyer", market.proposal(offer, demand, farm_gate_price=price)).json())
        for price in (2_013_569, 1_000_000, 1)
    }
    (text,) = texts
    assert "2013" not in text
    assert "reserve" not in text


def test_one_party_cannot_deal_with_itself(market: DealMarket) -> None:
    """Whatever the two orders are."""
    refused = market.hold("both", market.proposal(market.offer("both"), market.demand("both")))
    assert refused.json()["obstacles"] == ["OWN_PARTY"]


def test_contact_and_place_appear_in_the_deal_and_not_before(market: DealMarket) -> None:
    """To each side the other's; every reading is noted. Staff see the deal, not the contact."""
    hold = market.held(market.offer(), market.demand())
    path = f"/deals/{hold['id']}"
    before = [market.get(party, path).text for party in ("seller", "buyer")]
    listed = market.get("seller", "/deals").text
    accepted = market.accept("seller", hold["id"]).text
    assert market.catalog.rows("SELECT count(*) FROM reveals") == [(0,)]
    for told in (*before, listed, accepted):
        assert "13800000000" not in told
        assert "latitude" not in told
    seen = market.get("seller", path).json()["counterparty"]
    assert (seen["contact"], seen["latitude"], seen["longitude"]) == ("13800000000", 31.2, 121.5)
    assert market.get("buyer", path).json()["counterparty"]["latitude"] == 26.87
    noted = market.catalog.rows("SELECT to_party, fields, object_id::text FROM reveals ORDER BY id")
    parties = market.catalog.parties
    assert [tuple(row) for row in noted] == [
        (parties[name], ["contact", "latitude", "longitude"], hold["id"]) for name in ("seller", "buyer")
    ]
    staff = market.catalog.client.get(path, headers=market.catalog.as_operator())
    assert (staff.status_code, staff.json()["counterparty"]) == (200, None)
    assert market.get("stranger", path).status_code == 404


def test_each_party_lists_its_own_deals(market: DealMarket) -> None:
    """In the order they were held, by page, by status, by order; nobody else's."""
    offer, demands = market.offer(), [market.demand() for _ in range(3)]
    ids = []
    for demand in demands:
        offer = market.now_of("orders/offers", "seller", offer)
        ids.append(market.held(offer, demand)["id"])
    market.release("seller", ids[1])
    first = market.get("seller", "/deals", limit="2").json()
    assert [item["id"] for item in first["items"]] == ids[:2]
    rest = market.get("seller", "/deals", limit="2", cursor=first["next"]).json()
    assert ([item["id"] for item in rest["items"]], rest["next"]) == (ids[2:], None)
    released = market.get("buyer", "/deals", status="released").json()["items"]
    assert [item["id"] for item in released] == [ids[1]]
    of_order = market.get("buyer", "/deals", order=demands[2]["id"]).json()["items"]
    assert [item["id"] for item in of_order] == [ids[2]]
    assert market.get("stranger", "/deals").json()["items"] == []


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"deadline": "2026-11-23T04:00:00+00:00"}, "deadline"),
        ({"deadline": "2026-12-01T04:00:00+00:00"}, "deadline"),
        ({"deadline": "2026-11-24"}, "deadline"),
        ({"quantity": 0}, "quantity"),
        ({"quantity": 5.5}, "quantity"),
        ({"quantity": True}, "quantity"),
        ({"farm_gate_price": 2_500_001}, "farm_gate_price"),
        ({"side": "both"}, "side"),
        ({"more": 1}, "more"),
    ],
)
def test_a_malformed_accept_names_its_field(
    market: DealMarket, changes: dict[str, object], field: str
) -> None:
    """In both languages, and nothing is held."""
    refused = market.hold("buyer", market.proposal(market.offer(), market.demand(), **changes))
    assert refused.status_code == 422, refused.text
    (error,) = refused.json()["errors"]
    assert (error["field"], bool(error["zh"]), bool(error["en"])) == (field, True, True)


def test_an_amended_throughput_keeps_what_is_booked(market: DealMarket) -> None:
    """Below it is refused with the day, down to it is stored for every booked day."""
    store = market.capacity()
    leg = {"capacity_id": store["id"], "first": "2026-11-26", "last": "2026-11-27", "quantity": 5 * TONNE}
    market.held(market.offer(), market.demand(), legs=[leg])
    refused = market.amend("capacities", "store", store, throughput_per_day=4.999)
    (error,) = refused.json()["errors"]
    assert (refused.status_code, error["field"], error["code"]) == (422, "throughput_per_day", "below-booked")
    assert "2026-11-2" in error["zh"]
    assert market.amend("capacities", "store", store, throughput_per_day=5).status_code == 200
    assert market.days() == [("2026-11-26", 5 * TONNE, 0), ("2026-11-27", 5 * TONNE, 0)]
    days = market.get(
        "store", f"/capacities/{store['id']}/calendar", **{"from": "2026-11-26", "to": "2026-11-28"}
    )
    assert [(day["booked"], day["remaining"]) for day in days.json()["days"]] == [(5, 0), (5, 0), (0, 5)]


@pytest.mark.parametrize(
    ("leg", "field"),
    [
        ({"activity": "grading", "last": "2026-11-27"}, "legs"),
        ({"last": "2026-11-25"}, "legs"),
        ({"capacity_id": "00000000-0000-0000-0000-000000000001"}, "legs"),
    ],
)
def test_a_leg_that_cannot_be_is_refused(market: DealMarket, leg: dict[str, str], field: str) -> None:
    """A span of an activity that takes one day, one that runs backwards, a capacity that is not there."""
    store = market.capacity(activity=leg.get("activity", "cold_storage"))
    day = {"capacity_id": store["id"], "first": "2026-11-26", "last": "2026-11-26", "quantity": TONNE}
    day |= {name: value for name, value in leg.items() if name != "activity"}
    refused = market.hold("buyer", market.proposal(market.offer(), market.demand(), legs=[day]))
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, field)
    assert market.quantities()[0] == (30 * TONNE, 0, 30 * TONNE)


def test_legs_have_to_follow_each_other_within_the_windows(market: DealMarket) -> None:
    """Before the offer is there, after the demand is over, or a leg before the one in front of it: no route."""
    store = market.capacity()["id"]
    offer, demand = market.offer(available_from="2026-11-26"), market.demand(needed_to="2026-12-31")

    def tried(*days: tuple[str, str]) -> int:
        legs = [
            {"capacity_id": store, "first": first, "last": last, "quantity": TONNE} for first, last in days
        ]
        return market.hold("buyer", market.proposal(offer, demand, legs=legs)).status_code

    assert tried(("2026-11-25", "2026-11-27")) == 409
    assert tried(("2026-12-30", "2027-01-01")) == 409
    assert tried(("2026-11-27", "2026-11-28"), ("2026-11-27", "2026-11-29")) == 409
    assert tried(("2026-11-26", "2026-11-28"), ("2026-11-28", "2026-12-31")) == 201


def test_the_database_itself_refuses_an_overbooked_day(market: DealMarket) -> None:
    """Whoever asks: nothing below zero remains, and no day is booked for nothing."""
    store = market.capacity()
    leg = {"capacity_id": store["id"], "first": "2026-11-26", "last": "2026-11-26", "quantity": TONNE}
    market.held(market.offer(), market.demand(), legs=[leg])
    for column, constraint in (("remaining", "capacity_days_remaining"), ("booked", "capacity_days_booked")):
        with (
            pytest.raises(exc.IntegrityError, match=constraint),
            market.catalog.engine.begin() as connection,
        ):
            connection.execute(text(f"UPDATE capacity_days SET {column} = -1"))  # noqa: S608


def test_a_file_keeps_what_is_booked_too(market: DealMarket) -> None:
    """The row that would leave too little is refused by its column; the rest of the file is stored."""
    market.catalog.as_party("store")
    columns = "row_key,party,activity,throughput_per_day,unit,fee,county,available_from,available_to\n"
    row = "{},store,cold_storage,{},t,80,520526,2026-11-25,2027-03-31\n"
    market.catalog.finished(market.catalog.import_("capacities", columns + row.format("s1", 20)))
    (store,) = market.get("store", "/capacities").json()["items"]
    leg = {"capacity_id": store["id"], "first": "2026-11-26", "last": "2026-11-27", "quantity": 5 * TONNE}
    market.held(market.offer(), market.demand(), legs=[leg])
    again = columns + row.format("s1", 4) + row.format("s2", 4)
    job = market.catalog.finished(market.catalog.import_("capacities", again))
    assert (job["created"], job["amended"], job["refused"]) == (1, 0, 1)
    (error,) = job["errors"]
    assert (error["row"], error["column"], error["code"]) == (2, "throughput_per_day", "below-booked")
    job = market.catalog.finished(market.catalog.import_("capacities", columns + row.format("s1", 5)))
    assert job["amended"] == 1
    assert market.days() == [("2026-11-26", 5 * TONNE, 0), ("2026-11-27", 5 * TONNE, 0)]
