"""What becomes of a deal, at the public door: shipments by both sides, ratings, and the parties' records."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from decision_market import Market
from gateway_description import description, validate

if TYPE_CHECKING:
    import httpx
    from gateway_served import Gateway

pytestmark = pytest.mark.database


@pytest.fixture
def market(whole_gateway: Gateway) -> Market:
    """A seller, a buyer, a stranger and staff."""
    return Market.of(whole_gateway)


def dealt(market: Market) -> str:
    """A deal of 5 t."""
    match = market.match()
    market.decide("buyer", match, "accept")
    return str(market.decide("seller", match, "accept").json()["deal"]["id"])


def post(market: Market, who: str, path: str, **body: Any) -> httpx.Response:
    """A post by one of the keys."""
    with market.gateway.client(market.keys[who]) as client:
        return client.post(path, json=body)


def get(market: Market, who: str, path: str) -> httpx.Response:
    """A read by one of the keys."""
    with market.gateway.client(market.keys[who]) as client:
        return client.get(path)


def test_a_deal_is_fulfilled_in_parts_rated_and_counted(market: Market) -> None:
    """Each side says its own part, never more than the deal; then each rates the other once, and it is on record."""
    deal = dealt(market)
    path, rating = f"/v1/deals/{deal}/shipments", f"/v1/deals/{deal}/ratings"
    sent = post(market, "seller", path, outcome="sent", quantity=5000)
    assert (sent.status_code, sent.json()["deal"]["sent"]) == (201, 5000), sent.text
    beyond = post(market, "seller", path, outcome="sent", quantity=0.001)
    assert (beyond.status_code, beyond.json()["code"]) == (409, "beyond-deal")
    assert post(market, "buyer", path, outcome="sent", quantity=1).json()["code"] == "other-sides-word"
    assert post(market, "seller", path, outcome="delivered", quantity=1).status_code == 403
    no_reason = post(market, "buyer", path, outcome="rejected", quantity=1)
    assert [error["field"] for error in no_reason.json()["errors"]] == ["reason"]
    for outcome, quantity, reason in (("delivered", 4300, {}), ("short", 200, {"reason": "quantity"})):
        assert post(market, "buyer", path, outcome=outcome, quantity=quantity, **reason).status_code == 201
    assert post(market, "buyer", path, outcome="delivered", quantity=501).json()["code"] == "beyond-deal"
    assert post(market, "buyer", rating, stars=4).json()["code"] == "not-fulfilled"
    last = post(market, "buyer", path, outcome="rejected", quantity=500, reason="quality").json()["deal"]
    assert (last["fulfilled"], last["open"]) == (True, 0)
    assert [post(market, "buyer", rating, stars=stars).status_code for stars in (0, 6, True, 4, 4, 5)] == [
        422, 422, 422, 201, 201, 409,
    ]  # fmt: skip
    assert post(market, "seller", rating, stars=5).status_code == 201
    for who, stars in (("seller", 4), ("buyer", 5)):
        record = get(market, who, f"/v1/parties/{market.parties[who]}/record")
        assert record.json() == {
            "deals": 1, "fulfilled": 1, "with_shortage": 1, "with_rejection": 1, "ratings": 1, "stars": stars,
        }  # fmt: skip
    document = description(market.gateway)
    listed = get(market, "seller", path)
    assert [each["outcome"] for each in listed.json()["items"]] == ["sent", "delivered", "short", "rejected"]
    for template, method, answer in (
        ("/v1/deals/{id}/shipments", "post", sent),
        ("/v1/deals/{id}/shipments", "get", listed),
        ("/v1/parties/{id}/record", "get", record),
    ):
        described = document["paths"][template][method]["responses"][str(answer.status_code)]
        validate(document, described["content"]["application/json"]["schema"], answer.json(), template)


def test_a_hold_is_no_deal_and_a_strangers_is_not_there(market: Market) -> None:
    """409 before both have accepted; another party sees nothing of it and staff enter nothing."""
    held = market.decide("buyer", market.match(), "accept").json()["deal"]["id"]
    path = f"/v1/deals/{held}/shipments"
    assert post(market, "seller", path, outcome="sent", quantity=1).json()["code"] == "not-dealt"
    assert post(market, "stranger", path, outcome="delivered", quantity=1).status_code == 404
    assert get(market, "stranger", path).status_code == 404
    assert post(market, "staff", path, outcome="sent", quantity=1).status_code == 403
    assert get(market, "staff", path).status_code == 200
