"""Drafts, quotas and flags through the public door, with the real catalog behind it."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest
from duijie_catalog.clock import utc_now
from duijie_catalog.oversight.screening import Screener
from gateway_served import Gateway, Key
from sqlalchemy import create_engine

pytestmark = pytest.mark.database

OFFER: dict[str, Any] = {
    "product": "potato",
    "grade": 4,
    "quantity": 300,
    "unit": "t",
    "ask_price": 1600,
    "reserve_price": 1500,
    "county": "532523",
    "area": 1,
    "available_from": "2090-01-10",
    "available_to": "2090-03-31",
    "note": "联系 13800001111",
}


@pytest.fixture
def producer(whole_gateway: Gateway) -> Key:
    """The key of a producer that catalog knows."""
    with whole_gateway.client() as admin:
        party = {"row_key": "first", "name": "合作社", "kind": "producer"}
        made = admin.post("/v1/parties", json=party)
    return whole_gateway.key("producer", UUID(made.json()["id"]))


def screened(database: str) -> None:
    """Look over what waits, as catalog's worker does."""
    engine = create_engine(database)
    while Screener(engine, utc_now).step():
        pass
    engine.dispose()


def test_a_draft_is_opened_with_its_version(whole_gateway: Gateway, producer: Key) -> None:
    """Its poster lists it by status and opens it; staff see it from then on, without what is private."""
    with whole_gateway.client(producer) as client, whole_gateway.client() as admin:
        draft = client.post("/v1/offers", json=OFFER | {"status": "draft"})
        assert (draft.status_code, draft.json()["status"]) == (201, "draft")
        address = draft.headers["location"]
        listed = client.get("/v1/offers", params={"status": "draft"}).json()["items"]
        assert [item["id"] for item in listed] == [draft.json()["id"]]
        assert admin.get(address).status_code == 404
        assert client.patch(address, json={"status": "open"}).status_code == 428
        opened = client.patch(address, json={"status": "open"}, headers={"If-Match": draft.headers["etag"]})
        assert (opened.status_code, opened.json()["status"]) == (200, "open")
        assert opened.json()["reserve_price"] == 1500
        shown = admin.get(address)
        assert shown.status_code == 200
        for private in ("1500", "13800001111", "reserve_price", "area"):
            assert private not in shown.text


def test_staff_work_flags_off(whole_gateway: Gateway, producer: Key, catalog_url: str) -> None:
    """Listed with their numbers in both languages, by area and filter, decided with a note; pages are signed."""
    with whole_gateway.client(producer) as client:
        offers = [client.post("/v1/offers", json=OFFER | {"area": area}).json()["id"] for area in (1, 2, 3)]
    screened(catalog_url)
    with whole_gateway.client(whole_gateway.key("staff", county="530000")) as staff:
        first = staff.get("/v1/flags", params={"limit": 2, "code": "volume"}).json()
        assert [flag["order"] for flag in first["items"]] == offers[:2]
        rest = staff.get("/v1/flags", params={"limit": 2, "code": "volume", "cursor": first["next"]}).json()
        assert ([flag["order"] for flag in rest["items"]], rest["next"]) == (offers[2:], None)
        assert staff.get("/v1/flags", params={"cursor": first["next"]}).status_code == 422
        flag = first["items"][0]
        assert (flag["facts"]["quantity_kg"], flag["facts"]["area_mu"]) == (300_000, 1)
        assert flag["zh"]
        assert flag["en"]
        decided = staff.post(f"/v1/flags/{flag['id']}", json={"decision": "confirmed", "note": "已核实"})
        assert (decided.status_code, decided.json()["status"]) == (200, "confirmed")
        assert decided.json()["decided_by"]["role"] == "staff"
        assert UUID(decided.json()["decided_by"]["key"])
        open_ones = staff.get("/v1/flags", params={"status": "open", "order": offers[0]}).json()
        assert open_ones["items"] == []
        refused = staff.post(f"/v1/flags/{flag['id']}", json={"decision": "banned"})
        assert [error["field"] for error in refused.json()["errors"]] == ["decision"]
        assert staff.post(f"/v1/flags/{uuid4()}", json={"decision": "open"}).status_code == 404
        assert staff.get("/v1/flags", params={"code": "nonsense"}).status_code == 422
    with whole_gateway.client(whole_gateway.key("staff", county="520000")) as elsewhere:
        assert elsewhere.get("/v1/flags").json()["items"] == []
        assert elsewhere.post(f"/v1/flags/{flag['id']}", json={"decision": "open"}).status_code == 404
    with whole_gateway.client(producer) as client:
        assert client.get("/v1/flags").status_code == 403
