"""A party's way into the market through the public door, and what attests it."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

import httpx
import pytest
from gateway_served import Gateway

pytestmark = pytest.mark.database

APPLICATION = {
    "row_key": "p-0001", "name": "云上马铃薯专业合作社", "kind": "producer", "county": "532523", "contact": "13800001111",
}  # fmt: skip
OFFER = {
    "product": "potato", "grade": 4, "quantity": 30, "unit": "t", "ask_price": 1600, "county": "532523",
    "available_from": "2090-01-10", "available_to": "2090-03-31",
}  # fmt: skip
YEAR = dt.timedelta(days=365)


def step(client: httpx.Client, party: str, action: str, **more: object) -> httpx.Response:
    """One step on the version that the client has just read."""
    seen = client.get(f"/v1/parties/{party}")
    return client.post(
        f"/v1/parties/{party}/verification",
        json={"action": action, **more},
        headers={"If-Match": seen.headers["etag"]},
    )


def recommended(gateway: Gateway, **changes: object) -> str:
    """A party that its county has entered and recommended; its id."""
    with gateway.client(gateway.key("staff", county="532500")) as county:
        applied = county.post("/v1/parties/applications", json=APPLICATION | changes)
        assert (applied.status_code, applied.json()["status"]) == (201, "applied"), applied.text
        party = str(applied.json()["id"])
        assert step(county, party, "recommend").status_code == 200
    return party


def test_the_county_recommends_the_platform_approves_the_party_trades(whole_gateway: Gateway) -> None:
    """With keys alone: the key's area and label reach the history; a party reads it without the label."""
    party = recommended(whole_gateway)
    with (
        whole_gateway.client(whole_gateway.key("producer", UUID(party))) as own,
        whole_gateway.client(whole_gateway.key("staff", county="532500")) as county,
        whole_gateway.client(whole_gateway.key("staff")) as platform,
    ):
        early = own.post("/v1/offers", json=OFFER)
        assert (early.status_code, early.json()["code"]) == (403, "party-not-approved")
        for client, action in ((county, "approve"), (own, "approve")):
            refused = step(client, party, action)
            assert (refused.status_code, refused.json()["code"]) == (403, "platform-only")
        assert step(platform, party, "approve").json()["status"] == "approved"
        assert own.post("/v1/offers", json=OFFER).status_code == 201
        mine, staffs = (
            client.get(f"/v1/parties/{party}/history").json()["items"] for client in (own, platform)
        )
        assert [line["to"] for line in mine] == ["applied", "recommended", "approved"]
        assert mine[1]["actor"] == {"role": "staff", "county": "532500"}
        assert staffs[1]["actor"]["label"] == "staff"
        assert own.get(f"/v1/parties/{party}").json()["evidence"] == "county_recommended"
        waiting = platform.get("/v1/parties", params={"status": "recommended"}).json()["items"]
        assert waiting == []


def test_staff_elsewhere_have_no_say(whole_gateway: Gateway) -> None:
    """Neither in an application of another area nor in what is attested there."""
    party = recommended(whole_gateway)
    with whole_gateway.client(whole_gateway.key("staff", county="370000")) as elsewhere:
        answers = [
            elsewhere.post("/v1/parties/applications", json=APPLICATION | {"row_key": "p-0002"}),
            step(elsewhere, party, "return", reasons=["duplicate"]),
            elsewhere.post("/v1/parties", json=APPLICATION | {"row_key": "p-0003"}),
            elsewhere.post(f"/v1/parties/{party}/certificates", json=a_certificate()),
        ]
    assert [answer.status_code for answer in answers] == [403] * 4
    assert all(answer.json()["zh"] and answer.json()["en"] for answer in answers)


def a_certificate(**changes: object) -> dict[str, object]:
    """A certificate that holds today."""
    today = dt.datetime.now(dt.UTC).date()
    return {
        "kind": "green", "number": "LB-1", "issuer": "中国绿色食品发展中心", "document_sha256": "a" * 64,
        "issued_on": (today - YEAR).isoformat(), "expires_on": (today + YEAR).isoformat(),
    } | changes  # fmt: skip


def test_records_are_entered_read_and_revoked(whole_gateway: Gateway) -> None:
    """By staff; the party reads them and nobody else does; a wrong one is refused by name."""
    with whole_gateway.client() as admin:
        party = admin.post("/v1/parties", json=APPLICATION).json()["id"]
        for of, body in (
            ("certificates", a_certificate()),
            (
                "evidence",
                {k: v for k, v in a_certificate(level="inspected").items() if k not in {"kind", "number"}},
            ),
        ):
            url = f"/v1/parties/{party}/{of}"
            refused = admin.post(url, json=body | {"document_sha256": "x"})
            assert [error["field"] for error in refused.json()["errors"]] == ["document_sha256"]
            again = {"Idempotency-Key": of}
            made, same = (admin.post(url, json=body, headers=again) for _ in range(2))
            assert made.status_code == 201, made.text
            assert made.json() == same.json()
            with whole_gateway.client(whole_gateway.key("producer", UUID(party))) as own:
                assert own.get(url).json()["items"] == [made.json()]
                assert own.post(url, json=body).status_code == 403
            with whole_gateway.client(whole_gateway.key("producer")) as stranger:
                assert stranger.get(url).status_code == 404
            gone = admin.delete(f"{url}/{made.json()['id']}")
            assert (gone.status_code, gone.json()["revoked_at"] is None) == (200, False)
            assert admin.delete(f"{url}/nonsense").status_code == 404


def test_a_site_posts_for_a_producer_that_let_it(whole_gateway: Gateway) -> None:
    """The consent is the producer's to give; either side sees it, and the site may give it up."""
    with whole_gateway.client() as admin:
        ids = {
            kind: admin.post("/v1/parties", json=APPLICATION | {"row_key": kind, "kind": kind}).json()["id"]
            for kind in ("producer", "site")
        }
    today = dt.datetime.now(dt.UTC).date()
    consent: dict[str, Any] = {
        "site": ids["site"], "scope": ["post", "withdraw"], "document_sha256": "b" * 64,
        "valid_from": (today - YEAR).isoformat(), "valid_to": (today + YEAR).isoformat(),
    }  # fmt: skip
    behalf = OFFER | {"on_behalf_of": ids["producer"]}
    url = f"/v1/parties/{ids['producer']}/consents"
    with (
        whole_gateway.client(whole_gateway.key("producer", UUID(ids["producer"]))) as producer,
        whole_gateway.client(whole_gateway.key("site", UUID(ids["site"]))) as site,
    ):
        assert site.post("/v1/offers", json=behalf).json()["code"] == "no-consent"
        assert site.post(url, json=consent).status_code == 403
        given = producer.post(url, json=consent)
        assert given.status_code == 201, given.text
        posted = site.post("/v1/offers", json=behalf)
        assert (posted.status_code, posted.json()["party"]) == (201, ids["producer"])
        seen = {"If-Match": posted.headers["etag"]}
        address = posted.headers["location"]
        assert site.patch(address, json={"quantity": 1}, headers=seen).status_code == 403
        assert site.delete(address, headers=seen).status_code == 200
        mine = f"/v1/parties/{ids['site']}/consents"
        assert site.get(mine).json() == producer.get(url).json()
        assert site.delete(f"{mine}/{given.json()['id']}").status_code == 200
        assert site.post("/v1/offers", json=behalf).status_code == 403
