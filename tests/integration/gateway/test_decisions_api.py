"""Decisions at the public door: two accepts make a deal, a decline keeps a pair apart, and of a race one wins."""

from __future__ import annotations

import datetime as dt
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from decision_market import DEMAND, Market
from duijie_shared.events.matches import RouteLeg
from gateway_description import description, validate
from gateway_records import an_id
from gateway_served import Gateway

pytestmark = pytest.mark.database

RACERS = 100


@pytest.fixture
def market(whole_gateway: Gateway) -> Market:
    """A seller, a buyer, a stranger and staff."""
    return Market.of(whole_gateway)


def test_two_accepts_make_a_deal_and_answers_are_as_described(market: Market) -> None:
    """The first holds, repeated it changes nothing; the second deals; the deal is there at once for both."""
    match = market.match()
    first = market.decide("buyer", match, "accept", quantity=3000, price=3.31)
    again = market.decide("buyer", match, "accept", quantity=3000)
    assert (first.status_code, first.json()["status"]) == (201, "held"), first.text
    assert again.json() == first.json()
    assert (first.json()["deal"]["quantity"], first.json()["deal"]["price"]) == (3000, 3.31)
    second = market.decide("seller", match, "accept", quantity=3000)
    assert (second.status_code, second.json()["status"]) == (201, "dealt"), second.text
    deal = second.json()["deal"]
    assert (deal["price"], deal["farm_gate_price"]) == (3.313096, 1.786903)
    with market.gateway.client(market.keys["buyer"]) as client:
        assert client.get(f"/v1/deals/{deal['id']}").json()["counterparty"]["contact"] == "电话 seller"
        assert client.get(f"/v1/demands/{market.orders['buyer']}").json()["status"] == "partly_filled"
    document = description(market.gateway)
    described = document["paths"]["/v1/matches/{id}/decisions"]["post"]["responses"]
    for answer in (first, second, market.decide("buyer", match, "decline", quantity=1)):
        (content,) = described[str(answer.status_code)]["content"].values()
        validate(document, content["schema"], answer.json(), "decisions")


def test_nobody_agrees_to_terms_that_were_not_shown(market: Market) -> None:
    """Another price is 409; so is the accept of all that is shown where the other side holds less, with the hold."""
    match = market.match()
    differs = market.decide("buyer", match, "accept", price=3.33)
    assert (differs.status_code, differs.json()["code"]) == (409, "price-differs")
    assert differs.json()["present"] == {"quantity": 5000, "price": 3.31}
    held = market.decide("buyer", match, "accept", quantity=3000).json()["deal"]
    other = market.decide("seller", match, "accept")
    assert (other.status_code, other.json()["code"]) == (409, "held")
    assert other.json()["present"]["deal"]["id"] == held["id"]
    assert market.decide("buyer", match, "accept").json()["code"] == "own-accept"


def test_a_decline_gives_back_what_is_held_and_keeps_the_pair_apart(market: Market) -> None:
    """All remains again, the reason is in the deal, and neither side can hold the pair until it is taken back."""
    match = market.match()
    market.decide("buyer", match, "accept")
    no = market.decide("seller", match, "decline", reason="price").json()
    assert (no["status"], no["deal"]["status"], no["deal"]["reason"]) == ("declined", "released", "price")
    with market.gateway.client(market.keys["seller"]) as client:
        offer = client.get(f"/v1/offers/{market.orders['seller']}").json()
    assert (offer["status"], offer["remaining"], offer["version"]) == ("open", 5, 3)
    market.match(versions=(3, 3))
    refused = market.decide("buyer", match, "accept")
    assert (refused.status_code, refused.json()["code"]) == (409, "declined")
    assert market.decide("seller", match, "withdraw").json()["decline"]["status"] == "ended"
    assert market.decide("buyer", match, "accept").json()["status"] == "held"


def test_an_accept_books_the_capacities_of_the_route_for_its_share(market: Market) -> None:
    """A cold store that takes 5 t on each of two days for all of the match takes 3 t of them for 3 t of it."""
    store = {"activity": "cold_storage", "throughput_per_day": 20, "unit": "t", "fee": 80, "county": "532523",
             "available_from": "2090-01-10", "available_to": "2090-03-31"}  # fmt: skip
    market.party("store", "storage", "capacities", store)
    leg = RouteLeg(
        activity="cold_storage", capacity_id=market.orders["store"], product="potato", from_county="532523",
        to_county="532523", temperature="chilled", first=dt.date(2090, 1, 12), last=dt.date(2090, 1, 13),
        taken=5_000_000, given=5_000_000, per_day=5_000_000, cost=80_000,
    )  # fmt: skip
    match = market.match(route=(leg,))
    held = market.decide("buyer", match, "accept", quantity=3000)
    assert held.status_code == 201, held.text
    with market.gateway.client(market.keys["store"]) as client:
        path = f"/v1/capacities/{market.orders['store']}/calendar?from=2090-01-11&to=2090-01-14"
        assert [day["booked"] for day in client.get(path).json()["days"]] == [0, 3, 3, 0]
        assert market.decide("seller", match, "decline").json()["deal"]["status"] == "released"
        assert [day["booked"] for day in client.get(path).json()["days"]] == [0, 0, 0, 0]


def test_counters_go_to_and_fro_and_an_accept_takes_the_last(market: Market) -> None:
    """Neither side counters twice in a row or beyond its own limit; what is taken is dealt at the countered terms."""
    match = market.match()
    first = market.decide("buyer", match, "counter", price=3.2)
    assert (first.status_code, first.json()["status"], first.json()["counter"]["round"]) == (
        201,
        "countered",
        1,
    )
    assert market.decide("buyer", match, "counter", price=3.25).json()["code"] == "own-counter"
    # The farm gate would get 1.587 of 3.113193; it asks 1.6, which is 3.126193 at the door.
    assert market.decide("seller", match, "counter", price=3.113193).json()["obstacles"] == ["PRICE"]
    second = market.decide("seller", match, "counter", price=3.27, quantity=4000).json()["counter"]
    assert (second["round"], second["price"], second["quantity"]) == (2, 3.27, 4000)
    other = market.decide("buyer", match, "accept", price=3.2)
    assert (other.status_code, other.json()["code"]) == (409, "countered")
    taken = market.decide("buyer", match, "accept")
    assert (taken.status_code, taken.json()["status"]) == (201, "dealt"), taken.text
    deal = taken.json()["deal"]
    assert (deal["price"], deal["quantity"], deal["accepted_by"]) == (3.27, 4000, "offer")
    with market.gateway.client(market.keys["seller"]) as client:
        listed = client.get(f"/v1/matches/{match}/counters").json()["items"]
        assert client.get(f"/v1/offers/{market.orders['seller']}").json()["remaining"] == 1
    assert [each["status"] for each in listed] == ["answered", "accepted"]
    document = description(market.gateway)
    described = document["paths"]["/v1/matches/{id}/decisions"]["post"]["responses"]["201"]
    validate(document, described["content"]["application/json"]["schema"], first.json(), "counter")


def test_a_counter_on_a_hold_leaves_it_and_its_accept_replaces_it(market: Market) -> None:
    """Held 5 t at the price shown; countered with 3 t and taken, 3 t are dealt and 2 t are free again."""
    match = market.match()
    market.decide("buyer", match, "accept")
    assert market.decide("seller", match, "counter", quantity=3000).json()["status"] == "countered"
    with market.gateway.client(market.keys["seller"]) as client:
        path = f"/v1/offers/{market.orders['seller']}"
        assert client.get(path).json()["remaining"] == 0
        assert market.decide("buyer", match, "accept").json()["status"] == "dealt"
        assert client.get(path).json()["remaining"] == 2
        deals = client.get("/v1/deals").json()["items"]
    assert [(deal["status"], deal["quantity"]) for deal in deals] == [("released", 5000), ("dealt", 3000)]


def test_a_counter_ends_by_withdrawal_decline_or_amendment(market: Market) -> None:
    """Withdrawn by its side, declined by the other; after an amendment it is of other terms and is not dealt."""
    match = market.match()
    market.decide("buyer", match, "counter", price=3.2)
    assert market.decide("buyer", match, "withdraw").json()["counter"]["status"] == "withdrawn"
    market.decide("buyer", match, "counter", price=3.2)
    no = market.decide("seller", match, "decline", reason="price").json()
    assert (no["status"], no["counter"]["status"]) == ("declined", "declined")
    assert market.decide("buyer", match, "counter", price=3.25).json()["code"] == "declined"
    market.decide("seller", match, "withdraw")
    market.decide("buyer", match, "counter", price=3.25)
    with market.gateway.client(market.keys["seller"]) as client:
        path = f"/v1/offers/{market.orders['seller']}"
        client.patch(path, json={"ask_price": 1590}, headers={"If-Match": '"1"'}).raise_for_status()
    refused = market.decide("seller", match, "accept")
    assert (refused.status_code, refused.json()["obstacles"]) == (409, ["VERSION"])


def test_who_may_decide_and_what_no_longer_fits(market: Market) -> None:
    """Staff decide for none (403), another's match is not there (404), an outdated one is 409 with what stands."""
    match = market.match()
    assert market.decide("staff", match, "accept").status_code == 403
    assert market.decide("stranger", match, "accept").status_code == 404
    assert market.decide("buyer", an_id("none"), "accept").status_code == 404
    assert market.decide("buyer", match, "nonsense").json()["errors"][0]["field"] == "decision"
    assert market.decide("buyer", match, "accept", quantity=5001).json()["obstacles"] == ["QUANTITY"]
    with market.gateway.client(market.keys["seller"]) as client:
        path = f"/v1/offers/{market.orders['seller']}"
        client.patch(path, json={"ask_price": 1790}, headers={"If-Match": '"1"'}).raise_for_status()
    refused = market.decide("buyer", match, "accept")
    assert (refused.status_code, refused.json()["obstacles"]) == (409, ["VERSION", "PRICE"])
    assert refused.json()["present"]["offer"]["version"] == 2


def test_a_repeated_request_is_known_by_its_words_though_the_match_has_changed(market: Market) -> None:
    """Under its Idempotency-Key the first answer comes again after the hold has moved both orders on."""
    match, key = market.match(), {"Idempotency-Key": "once"}
    first = market.decide("buyer", match, "accept", key)
    market.match(versions=(2, 2), quantity=1_000_000)
    again = market.decide("buyer", match, "accept", key)
    assert (again.status_code, again.json()) == (201, first.json())
    assert market.decide("buyer", match, "decline", key).json()["code"] == "idempotency-reused"


def test_of_a_hundred_racing_accepts_for_the_last_five_tonnes_one_wins(market: Market) -> None:
    """Through the public door, each by a buyer of its own: one 201, 99 times 409, and nothing is sold twice."""
    for number in range(RACERS):
        market.party(f"racer {number}", "buyer", "demands", DEMAND)
    matches = {name: market.match(name) for name in market.orders if name.startswith("racer")}
    barrier = threading.Barrier(RACERS)

    def race(name: str) -> httpx.Response:
        barrier.wait(60)
        for _ in range(100):
            answer = market.decide(name, matches[name], "accept")
            if answer.status_code != 503:  # on a busy machine: come back, nothing was stored
                break
        return answer

    with ThreadPoolExecutor(RACERS) as pool:
        answers = list(pool.map(race, matches))
    assert Counter(answer.status_code for answer in answers) == {201: 1, 409: RACERS - 1}
    lost = [answer.json() for answer in answers if answer.status_code == 409]
    assert {tuple(each["obstacles"]) for each in lost} == {("VERSION", "QUANTITY")}
    with market.gateway.client(market.keys["seller"]) as client:
        offer = client.get(f"/v1/offers/{market.orders['seller']}").json()
        assert (offer["status"], offer["remaining"]) == ("reserved", 0)
        assert len(client.get("/v1/deals").json()["items"]) == 1
