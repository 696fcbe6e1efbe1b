"""Posting through the gateway to the real catalog: passed on as it is, for the caller, and only in good form."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import httpx
import pytest
from duijie_catalog.clock import utc_now
from duijie_catalog.files.import_runner import ImportRunner
from gateway_served import Gateway, Key
from sqlalchemy import create_engine

pytestmark = pytest.mark.database

OFFER: dict[str, Any] = {
    "product": "土豆",
    "grade": 4,
    "quantity": 30.5,
    "unit": "t",
    "min_lot": 5,
    "ask_price": 1600.55,
    "county": "532523",
    "available_from": "2090-01-10",
    "available_to": "2090-03-31",
    "note": "<b>新土豆</b>",
}


def a_party(gateway: Gateway, row_key: str, kind: str = "producer") -> UUID:
    """A party that catalog knows."""
    with gateway.client() as admin:
        posted = admin.post(
            "/v1/parties",
            json={"row_key": row_key, "name": f"合作社 {row_key}", "kind": kind, "contact": "13800001111"},
        )
        assert posted.status_code == 201, posted.text
        return UUID(posted.json()["id"])


def a_key(gateway: Gateway, row_key: str = "first", kind: str = "producer") -> Key:
    """The key of a new party of this kind."""
    return gateway.key(kind, a_party(gateway, row_key, kind))


def test_an_offer_is_posted_read_amended_and_withdrawn(whole_gateway: Gateway) -> None:
    """Answers in the unit that was posted, with the version that the next step must name."""
    with whole_gateway.client(a_key(whole_gateway)) as client:
        posted = client.post("/v1/offers", json=OFFER, headers={"X-Correlation-Id": "journey-0001"})
        assert posted.status_code == 201, posted.text
        offer = posted.json()
        assert posted.headers["location"] == f"/v1/offers/{offer['id']}"
        assert posted.headers["x-correlation-id"] == "journey-0001"
        assert (offer["quantity"], offer["ask_price"], offer["unit"]) == (30.5, 1600.55, "t")
        assert (offer["status"], offer["version"], offer["remaining"]) == ("open", 1, 30.5)
        assert client.get(f"/v1/offers/{offer['id']}").json() == offer
        address, seen = f"/v1/offers/{offer['id']}", {"If-Match": posted.headers["etag"]}
        assert client.patch(address, json={"quantity": 20}).status_code == 428
        amended = client.patch(address, json={"quantity": 20}, headers=seen)
        assert (amended.status_code, amended.json()["version"], amended.json()["quantity"]) == (200, 2, 20)
        stale = client.patch(address, json={"quantity": 10}, headers=seen)
        assert stale.status_code in {409, 412}
        assert stale.json()["zh"]
        withdrawn = client.delete(address, headers={"If-Match": amended.headers["etag"]})
        assert (withdrawn.status_code, withdrawn.json()["status"]) == (200, "withdrawn")


def test_the_same_request_twice_stores_once(whole_gateway: Gateway) -> None:
    """And the same key with another body is refused."""
    with whole_gateway.client(a_key(whole_gateway)) as client:
        again = {"Idempotency-Key": "once"}
        first, second = (client.post("/v1/offers", json=OFFER, headers=again) for _ in range(2))
        assert (first.status_code, second.status_code) == (201, 201)
        assert first.json()["id"] == second.json()["id"]
        assert client.post("/v1/offers", json=OFFER | {"quantity": 1}, headers=again).status_code == 422
        assert len(client.get("/v1/offers").json()["items"]) == 1


@pytest.mark.parametrize("kind", ["offers", "parties"])
def test_what_is_no_sound_json_is_refused_before_catalog_sees_it(gateway: Gateway, kind: str) -> None:
    """Catalog is away in this test: a refusal of the form does not need it."""
    key = gateway.key("producer" if kind == "offers" else "staff")
    bodies: dict[bytes, str] = {
        b'{"quantity": NaN}': "quantity",
        b'{"quantity": 1e999999999999999999999999999999999999999}': "quantity",
        b'{"quantity": -Infinity}': "quantity",
        b'{"quantity": 1, "quantity": 2}': "quantity",
        b'{"note": "\\u202eabc"}': "note",
        b'{"note": "\\u0000"}': "note",
        b"[" * 100_000: "body",
        b"not json": "body",
        b"[1]": "body",
        b"": "body",
    }
    with gateway.client(key) as client:
        for body, field in bodies.items():
            response = client.post(f"/v1/{kind}", content=body, headers={"Content-Type": "application/json"})
            assert response.status_code == 422, body[:40]
            assert [error["field"] for error in response.json()["errors"]] == [field]
        form = client.post(f"/v1/{kind}", data={"quantity": "1"})
        assert form.status_code == 415


def test_numbers_that_are_no_quantities_are_refused_by_catalog_by_name(whole_gateway: Gateway) -> None:
    """As sound JSON they pass the door; what they mean is catalog's to judge. Never stored, never a 500."""
    with whole_gateway.client(a_key(whole_gateway)) as client:
        values: tuple[object, ...] = (0, -1, True, "1e400", 1e-30, 1e15, None, [], {})
        for value in values:
            response = client.post("/v1/offers", json=OFFER | {"quantity": value})
            assert response.status_code == 422, value
            assert "quantity" in {error["field"] for error in response.json()["errors"]}
        exact = client.post(
            "/v1/offers",
            content=b'{"quantity": 1e999, "product": "potato"}',
            headers={"Content-Type": "application/json"},
        )
        assert exact.status_code == 422
        assert client.get("/v1/offers").json()["items"] == []


def test_fields_that_are_not_the_posters_are_refused(whole_gateway: Gateway) -> None:
    """Neither whose it is, nor its status or score, is said by the body."""
    with whole_gateway.client(a_key(whole_gateway)) as client:
        for field in ("party", "party_id", "status_of", "score", "id", "version", "remaining"):
            response = client.post("/v1/offers", json=OFFER | {field: "x"})
            assert response.status_code == 422, field
            assert field in {error["field"] for error in response.json()["errors"]}


def test_lists_are_read_in_pages_by_their_own_reader(whole_gateway: Gateway) -> None:
    """A cursor of catalog's goes out signed, and comes back from the one it was given to alone."""
    first, second = a_key(whole_gateway), a_key(whole_gateway, "second")
    with whole_gateway.client(first) as one, whole_gateway.client(second) as other:
        posted = [one.post("/v1/offers", json=OFFER).json()["id"] for _ in range(5)]
        found: list[str] = []
        cursor = None
        while True:
            page = one.get("/v1/offers", params={"limit": 2, **({"cursor": cursor} if cursor else {})}).json()
            found += [item["id"] for item in page["items"]]
            if page["next"] is None:
                break
            cursor = page["next"]
        assert sorted(found) == sorted(posted)
        assert other.get("/v1/offers").json() == {"items": [], "next": None}
        for reader, params in (
            (other, {"cursor": cursor}),
            (one, {"cursor": cursor, "status": "withdrawn"}),
            (one, {"cursor": "Mg"}),
        ):
            assert reader.get("/v1/offers", params=params).status_code == 422
        assert one.get("/v1/demands", params={"cursor": cursor}).status_code == 422


def test_staff_read_all_and_staff_of_an_area_read_theirs(whole_gateway: Gateway) -> None:
    """An order elsewhere is not there for them."""
    with whole_gateway.client(a_key(whole_gateway)) as client:
        here = client.post("/v1/offers", json=OFFER).json()["id"]
        there = client.post("/v1/offers", json=OFFER | {"county": "370783"}).json()["id"]
    with whole_gateway.client(whole_gateway.key("staff")) as staff:
        assert {item["id"] for item in staff.get("/v1/offers").json()["items"]} == {here, there}
    with whole_gateway.client(whole_gateway.key("staff", county="532500")) as staff:
        assert {item["id"] for item in staff.get("/v1/offers").json()["items"]} == {here}
        assert staff.get(f"/v1/offers/{here}").status_code == 200
        assert staff.get(f"/v1/offers/{there}").status_code == 404


def test_an_import_goes_through_whole(whole_gateway: Gateway, catalog_url: str) -> None:
    """Larger than any JSON body may be; a file that is none is refused with its reason."""
    rows = "".join(f"p{number},合作社 {number},producer,{'注' * 100}\n" for number in range(3_000))
    with whole_gateway.client(whole_gateway.key("staff")) as staff:
        queued = staff.post(
            "/v1/imports",
            params={"kind": "parties", "filename": "parties.csv"},
            content=f"row_key,name,kind,contact\n{rows}".encode(),
        )
        assert queued.status_code == 202, queued.text
        assert queued.headers["location"] == f"/v1/imports/{queued.json()['id']}"
        engine = create_engine(catalog_url)
        assert ImportRunner(engine, utc_now).step()
        engine.dispose()
        assert staff.get(queued.headers["location"]).json()["rows_total"] == 3_000
        refused = staff.post("/v1/imports", params={"kind": "parties"}, content=b"nothing,known\n1,2\n")
        assert refused.status_code == 422


def test_a_party_reads_itself_with_its_contact_and_staff_without(whole_gateway: Gateway) -> None:
    """A contact is shown to others in a deal, not before."""
    party = a_party(whole_gateway, "first")
    with whole_gateway.client(whole_gateway.key("producer", party)) as own:
        assert own.get(f"/v1/parties/{party}").json()["contact"] == "13800001111"
    with whole_gateway.client() as admin:
        shown = [admin.get(f"/v1/parties/{party}"), admin.get("/v1/parties", params={"row_key": "first"})]
    for response in shown:
        assert response.status_code == 200
        assert "13800001111" not in response.text


def test_the_policy_in_force_is_readable_by_all(whole_gateway: Gateway) -> None:
    """The tilt is published: which list, how much, and which floor."""
    with whole_gateway.client(whole_gateway.key("carrier")) as party:
        policy = party.get("/v1/policy")
        assert policy.json()["tilt"] == {
            "designation": "cn-832",
            "bonus": 0.05,
            "floor": 0.0,
            "floor_of": "quantity",
            "floor_scope": "market",
        }
        assert party.get("/v1/policy", headers={"If-None-Match": policy.headers["etag"]}).status_code == 304


def test_while_catalog_is_away_readers_of_matches_notice_nothing(gateway: Gateway) -> None:
    """Whatever needs catalog says when to come back; the read model answers."""
    with gateway.client(gateway.key("producer")) as party, gateway.client() as admin:
        away: list[httpx.Response] = [
            party.post("/v1/offers", json=OFFER),
            party.get("/v1/offers"),
            party.get("/v1/policy"),
            admin.post("/v1/imports", params={"kind": "offers"}, content=b"row_key\n"),
            admin.post("/v1/keys", json={"role": "producer", "party": "first"}),
        ]
        assert party.get("/v1/matches").status_code == 200
    for response in away:
        assert response.status_code == 503
        assert int(response.headers["retry-after"]) >= 1
        assert response.headers["content-type"] == "application/problem+json"
