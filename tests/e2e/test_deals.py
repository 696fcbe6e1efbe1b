"""A match becomes a deal, from outside: held and dealt reach every reader, and what is left is matched anew."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from journeys import day, listening

pytestmark = pytest.mark.stack


def command(stack: Any, path: str, party: str, body: dict[str, Any]) -> dict[str, Any]:
    """A command at catalog's own door."""
    headers = {
        "Authorization": f"Bearer {stack.addresses.internal_token}",
        "X-Party-Id": party,
        "X-Role": "buyer",
    }
    answer = httpx.post(
        f"{stack.addresses.catalog}{path}", json=body, headers=headers, timeout=30, trust_env=False
    )
    assert answer.status_code in {200, 201}, answer.text
    return dict(answer.json())


def test_a_match_is_held_dealt_and_its_rest_is_matched_anew(
    stack: Any, tmp_path: Any, eventually: Callable[..., Any]
) -> None:
    """5 of 20 t: both sides hear that it is held, read the deal with each other's contact, and of the other 15 t."""
    parties = tmp_path / "parties.csv"
    parties.write_text(
        "row_key,name,kind,contact\nd-p1,合作社,producer,电话 13800000000\nd-b1,电商,buyer,电话 13900000000\n",
        "utf-8",
    )
    stack.import_file(parties, "parties")
    staff = stack.client(stack.key("staff"))
    producer, buyer = (
        stack.client(stack.key("producer", party="d-p1")),
        stack.client(stack.key("buyer", party="d-b1")),
    )
    ids = {
        key: staff.get("/v1/parties", params={"row_key": key}).json()["items"][0]["id"]
        for key in ("d-p1", "d-b1")
    }
    with listening(stack.gateway, stack.key("producer", party="d-p1")) as stream:
        offer = {"product": "lotus_root", "grade": 4, "quantity": 20, "unit": "t", "ask_price": 4000, "county": "320981",
                 "available_from": day(0), "available_to": day(50)}  # fmt: skip
        demand = {"product": "lotus_root", "min_grade": 3, "quantity": 20, "unit": "t", "bid_price": 6000,
                  "county": "310115", "needed_from": day(1), "needed_to": day(60)}  # fmt: skip
        posted = producer.post("/v1/offers", json=offer)
        assert posted.status_code == 201, posted.text
        posted = buyer.post("/v1/demands", json=demand)
        assert posted.status_code == 201, posted.text
        match = stream.wait_for(lambda item: item["status"] == "proposed" and item["product"] == "lotus_root")
        exact = staff.get(f"/v1/matches/{match['id']}").json()
        deadline = dt.datetime.now(dt.UTC) + dt.timedelta(days=1)
        hold = {
            "match_id": match["id"], "offer_id": match["offer"], "demand_id": match["demand"],
            "offer_version": match["version"]["offer"], "demand_version": match["version"]["demand"],
            "quantity": 5_000_000, "price": round(exact["suggested_price"] * 1_000_000),
            "farm_gate_price": round(exact["farm_gate_price"] * 1_000_000), "side": "demand",
            "deadline": deadline.isoformat(),
        }  # fmt: skip
        held = command(stack, "/holds", ids["d-b1"], hold)
        shown = stream.wait_for(lambda item: item["id"] == match["id"] and item["status"] == "held")
        assert shown["quantity"] == 5000
        command(stack, f"/holds/{held['id']}/accept", ids["d-p1"], {})
        rest = stream.wait_for(
            lambda item: (
                item["id"] == match["id"] and item["status"] == "proposed" and item["quantity"] == 15000
            )
        )
        assert rest["version"]["offer"] == match["version"]["offer"] + 2
    deal = buyer.get(f"/v1/deals/{held['id']}").json()
    assert (deal["status"], deal["counterparty"]["contact"]) == ("dealt", "电话 13800000000")
    assert producer.get(f"/v1/offers/{match['offer']}").json()["status"] == "partly_filled"
    eventually(lambda: producer.get(f"/v1/matches/{match['id']}").json()["quantity"] == 15000)
