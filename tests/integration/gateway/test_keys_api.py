"""Keys and browser sessions: made, shown once, revoked at once."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from gateway_served import ADMIN_KEY, Gateway, read_events

pytestmark = pytest.mark.database


def test_a_key_lives_from_its_making_to_its_revocation(whole_gateway: Gateway) -> None:
    """It is shown once, works until revoked, and its digest alone is stored."""
    with whole_gateway.client() as admin:
        admin.post("/v1/parties", json={"row_key": "first", "name": "合作社", "kind": "producer"})
        made = admin.post("/v1/keys", json={"role": "producer", "party": "first", "label": "phone"})
        assert made.status_code == 201, made.text
        key = made.json()
        assert key["key"].startswith("dj_")
        listed = admin.get("/v1/keys")
        assert key["key"] not in listed.text
        assert [found["label"] for found in listed.json()["items"]] == ["phone", "bootstrap"]
        with whole_gateway.engine.connect() as connection:
            assert key["key"] not in str(connection.exec_driver_sql("SELECT * FROM api_keys").all())
        bearer = {"Authorization": f"Bearer {key['key']}"}
        session = httpx.get(f"{whole_gateway.url}/v1/session", headers=bearer).json()
        assert (session["role"], session["party_id"]) == ("producer", key["party_id"])
        assert admin.delete(f"/v1/keys/{key['id']}").status_code == 204
        assert httpx.get(f"{whole_gateway.url}/v1/session", headers=bearer).status_code == 401
        assert admin.delete(f"/v1/keys/{key['id']}").status_code == 404
        assert admin.get("/v1/keys").json()["items"][0]["revoked_at"] is not None


REFUSED: tuple[tuple[dict[str, Any], str], ...] = (
    ({}, "role"),
    ({"role": "king"}, "role"),
    ({"role": "producer"}, "party"),
    ({"role": "producer", "party": "nobody"}, "party"),
    ({"role": "staff", "party": "first"}, "party"),
    ({"role": "staff", "county": "999999"}, "county"),
    ({"role": "staff", "county": "53"}, "county"),
    ({"role": "staff", "county": ""}, "county"),
    ({"role": "staff", "secret": "mine"}, "secret"),
    ({"role": "staff", "label": "x" * 201}, "label"),
)


def test_a_key_for_nobody_is_refused_by_name(whole_gateway: Gateway) -> None:
    """A party role needs a party that catalog knows, the others take none."""
    with whole_gateway.client() as admin:
        for body, field in REFUSED:
            refused = admin.post("/v1/keys", json=body)
            assert refused.status_code == 422, body
            assert [error["field"] for error in refused.json()["errors"]] == [field]
        assert len(admin.get("/v1/keys").json()["items"]) == 1
        for area in ("530000", "532500", "532523"):
            assert admin.post("/v1/keys", json={"role": "staff", "county": area}).status_code == 201


def test_a_session_reads_and_changes_nothing(gateway: Gateway) -> None:
    """Its cookie is sent by the browser unasked, so it may not post; it ends with log-out for good."""
    with gateway.client(None) as browser:
        begun = browser.post("/v1/session", json={"key": ADMIN_KEY.secret})
        assert begun.status_code == 201
        cookie = begun.headers["set-cookie"].lower()
        assert "httponly" in cookie
        assert "samesite=strict" in cookie
        assert ADMIN_KEY.secret.lower() not in cookie
        assert browser.get("/v1/session").json()["role"] == "admin"
        assert browser.get("/v1/matches").status_code == 200
        assert browser.post("/v1/keys", json={"role": "staff"}).status_code == 401
        assert browser.delete(f"/v1/keys/{ADMIN_KEY.id}").status_code == 401
        kept = dict(browser.cookies)
        assert browser.delete("/v1/session").status_code == 204
        assert not browser.cookies
    again = httpx.get(f"{gateway.url}/v1/session", cookies=kept)
    assert again.status_code == 401


def test_a_session_ends_with_its_key(gateway: Gateway) -> None:
    """Whoever revokes a key need not look for its sessions."""
    key = gateway.key("staff")
    with gateway.client(None) as browser, gateway.client() as admin:
        browser.post("/v1/session", json={"key": key.secret})
        assert browser.get("/v1/session").status_code == 200
        admin.delete(f"/v1/keys/{key.id}")
        assert browser.get("/v1/session").status_code == 401


def test_no_log_in_without_a_live_key_or_from_another_site(gateway: Gateway) -> None:
    """And no answer repeats what was sent."""
    with gateway.client(None) as browser:
        unknown = "dj_" + "A" * 43
        refused = browser.post("/v1/session", json={"key": unknown})
        assert refused.status_code == 401
        mistyped = browser.post("/v1/session", json={"key": [ADMIN_KEY.secret], ADMIN_KEY.secret: 1})
        assert mistyped.status_code == 422
        foreign = browser.post(
            "/v1/session", json={"key": ADMIN_KEY.secret}, headers={"Sec-Fetch-Site": "cross-site"}
        )
        assert foreign.status_code == 403
        for response in (refused, foreign):
            assert unknown not in response.text
            assert ADMIN_KEY.secret not in response.text
        assert not browser.cookies


def test_a_rotated_key_holds_for_its_overlap_and_no_longer(gateway: Gateway) -> None:
    """Old and new work side by side with the same rights; an overlap of nothing ends the old one now."""
    old = gateway.key("staff", county="530000")
    with gateway.client() as admin:
        made = admin.post(f"/v1/keys/{old.id}/rotate", json={"overlap_hours": 1})
        assert made.status_code == 201, made.text
        new = {"Authorization": f"Bearer {made.json()['key']}"}
        for headers in (old.headers, new):
            shown = httpx.get(f"{gateway.url}/v1/session", headers=headers).json()
            assert (shown["role"], shown["county"]) == ("staff", "530000")
        (row,) = [item for item in admin.get("/v1/keys").json()["items"] if item["id"] == str(old.id)]
        assert row["expires_at"] is not None
        with gateway.engine.begin() as connection:
            connection.exec_driver_sql(
                "UPDATE api_keys SET expires_at = now() - interval '1 s' WHERE expires_at > now()"
            )
        assert httpx.get(f"{gateway.url}/v1/session", headers=old.headers).status_code == 401
        assert httpx.get(f"{gateway.url}/v1/session", headers=new).status_code == 200
        assert admin.post(f"/v1/keys/{old.id}/rotate", json={}).status_code == 404
        again = admin.post(f"/v1/keys/{made.json()['id']}/rotate", json={"overlap_hours": 0})
        assert again.status_code == 201
        assert httpx.get(f"{gateway.url}/v1/session", headers=new).status_code == 401
        for wrong in ({"overlap_hours": -1}, {"overlap_hours": 721}, {"overlap_hours": True}, {"x": 1}):
            assert admin.post(f"/v1/keys/{again.json()['id']}/rotate", json=wrong).status_code == 422


def test_rotation_ends_the_old_keys_open_streams_and_sessions(gateway: Gateway) -> None:
    """At once with an overlap of nothing, as a revocation does."""
    old = gateway.key("staff")
    with gateway.client(old) as reader, gateway.client(None) as browser, gateway.client() as admin:
        browser.post("/v1/session", json={"key": old.secret})
        with reader.stream("GET", "/v1/matches/stream") as response:
            events = read_events(response)
            admin.post(f"/v1/keys/{old.id}/rotate", json={"overlap_hours": 0})
            ended = next(events)
        assert (ended.name, ended.data) == ("end", {"reason": "revoked"})
        assert browser.get("/v1/session").status_code == 401
