"""Webhooks as their owners keep them: made, shown without secrets, changed, tested, rotated, replayed, logged."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
from typing import Any
from uuid import uuid4

import httpx
import pytest
from duijie_gateway.projection import Projection
from duijie_gateway.webhooks.secrets import Seal
from duijie_shared.events.parties import PartySnapshot
from gateway_description import description, validate
from gateway_records import Log, an_id, an_order
from gateway_served import Gateway, Key
from standardwebhooks.webhooks import Webhook, WebhookVerificationError
from webhook_receiver import Receiver, receiver, status
from webhook_sending import sending

pytestmark = pytest.mark.database

PARTY = an_id("producer")
KEY = "a webhook key of some length"


def deliver(database_url: str, *, later: dt.timedelta = dt.timedelta()) -> None:
    """What a sender does until nothing is due, at the system's time and `later`."""

    async def go() -> None:
        async with sending(database_url) as on:
            on.seal = Seal(KEY)
            on.clock.now = dt.datetime.now(dt.UTC) + later
            await on.sender().settle()

    asyncio.run(go())


def made(client: httpx.Client, target: Receiver, **more: Any) -> dict[str, Any]:
    """A webhook that was made."""
    answer = client.post("/v1/webhooks", json={"url": target.url, "events": ["offer"], **more})
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


@pytest.fixture
def key(gateway: Gateway) -> Key:
    """A producer's key."""
    return gateway.key("producer", PARTY)


def test_a_webhook_lives_from_its_making_to_its_end(
    gateway: Gateway, key: Key, embedded_postgres: str
) -> None:
    """Its secret is shown once and stored sealed; what changes after it was made arrives under that secret."""
    gateway.project(an_order("offer", "before"))
    with gateway.client(key) as client, receiver() as target:
        webhook = made(client, target, label="仓储")
        assert webhook["secret"].startswith("whsec_")
        for answer in (client.get("/v1/webhooks"), client.get(f"/v1/webhooks/{webhook['id']}")):
            assert answer.status_code == 200
            assert "whsec_" not in answer.text
        with gateway.engine.connect() as connection:
            stored = str(connection.exec_driver_sql("SELECT * FROM webhook_endpoints").all())
        assert webhook["secret"].removeprefix("whsec_") not in stored
        gateway.project(an_order("offer", "after"))
        deliver(embedded_postgres)
        (request,) = target.received
        event = Webhook(webhook["secret"]).verify(request.body, request.headers)
        assert event["subject"] == str(an_id("offer", "after"))
        assert client.delete(f"/v1/webhooks/{webhook['id']}").status_code == 204
        gateway.project(an_order("offer", "later"))
        deliver(embedded_postgres)
        assert len(target.received) == 1
        assert client.get(f"/v1/webhooks/{webhook['id']}").status_code == 404
        assert client.get("/v1/webhooks").json() == {"items": [], "next": None}


def test_it_can_begin_with_all_that_stands(gateway: Gateway, key: Key, embedded_postgres: str) -> None:
    """`after: 0`, or behind any sequence that is kept, and no other."""
    gateway.project(an_order("offer", 1), an_order("offer", 2))
    with gateway.client(key) as client, receiver() as target, receiver() as second:
        made(client, target, after=0)
        made(client, second, after=1)
        deliver(embedded_postgres)
        assert [json.loads(r.body)["data"]["sequence"] for r in target.received] == [1, 2]
        assert [json.loads(r.body)["data"]["sequence"] for r in second.received] == [2]
        refused = client.post("/v1/webhooks", json={"url": target.url, "events": ["offer"], "after": 3})
        assert refused.status_code == 422
        assert [error["code"] for error in refused.json()["errors"]] == ["unknown-place"]


REFUSED: tuple[tuple[dict[str, Any], str], ...] = (
    ({"url": None}, "url"),
    ({"url": "nonsense"}, "url"),
    ({"url": "http://127.0.0.2/"}, "url"),
    ({"url": "https://10.0.0.1/"}, "url"),
    ({"url": "https://user@hooks.example.com/"}, "url"),
    ({"url": "https://[::1]/"}, "url"),
    ({"url": "ftp://127.0.0.1/"}, "url"),
    ({"url": "https://127.0.0.1/" + "x" * 3000}, "url"),
    ({"events": []}, "events"),
    ({"events": ["secret"]}, "events.0"),
    ({"feed": str(uuid4())}, "feed"),
    ({"feed": "x"}, "feed"),
    ({"after": -1}, "after"),
    ({"label": "x" * 201}, "label"),
    ({"secret": "whsec_mine"}, "secret"),
)


def test_what_cannot_be_kept_is_refused_by_name(gateway: Gateway, key: Key) -> None:
    """And the target's address is judged before anything is stored."""
    with gateway.client(key) as client:
        for changes, field in REFUSED:
            body = {"url": "http://127.0.0.1:9/", "events": ["offer"]} | changes
            refused = client.post("/v1/webhooks", json={k: v for k, v in body.items() if v is not None})
            assert refused.status_code == 422, changes
            assert [error["field"] for error in refused.json()["errors"]] == [field], changes
            assert all(error["zh"] and error["en"] for error in refused.json()["errors"])
        assert client.get("/v1/webhooks").json()["items"] == []


def test_an_owner_has_a_bounded_number(gateway: Gateway, key: Key) -> None:
    """The limit is one owner's, not everybody's."""
    body = {"url": "http://127.0.0.1:9/", "events": ["offer"]}
    most = gateway.services.webhooks.most
    with gateway.client(key) as client:
        assert [client.post("/v1/webhooks", json=body).status_code for _ in range(most)] == [201] * most
        refused = client.post("/v1/webhooks", json=body)
        assert (refused.status_code, refused.json()["code"]) == (409, "too-many-webhooks")
    with gateway.client(gateway.key("buyer")) as other:
        assert other.post("/v1/webhooks", json=body).status_code == 201


def test_another_owners_webhook_is_not_there(gateway: Gateway, key: Key) -> None:
    """On every route; not for staff either, who would read a party's log."""
    with gateway.client(key) as client, receiver() as target:
        at = f"/v1/webhooks/{made(client, target)['id']}"
    for role in ("producer", "staff", "admin"):
        with gateway.client(gateway.key(role)) as other:
            for method, path, body in (
                ("GET", at, None),
                ("PATCH", at, {"status": "paused"}),
                ("DELETE", at, None),
                ("POST", f"{at}/test", None),
                ("POST", f"{at}/rotate", {}),
                ("POST", f"{at}/replay", {"from": 1, "to": 1}),
                ("GET", f"{at}/deliveries", None),
            ):
                assert other.request(method, path, json=body).status_code == 404, (role, method, path)
            assert other.get("/v1/webhooks").json()["items"] == []
    with gateway.client(gateway.key("producer", PARTY)) as colleague:
        assert colleague.get(at).status_code == 200


def test_pause_change_and_resume(gateway: Gateway, key: Key, embedded_postgres: str) -> None:
    """Nothing while it is paused; resumed at another address it gets what it missed."""
    with gateway.client(key) as client, receiver() as first, receiver() as second:
        webhook = made(client, first)
        at = f"/v1/webhooks/{webhook['id']}"
        assert client.patch(at, json={"status": "paused", "label": "x"}).json()["status"] == "paused"
        gateway.project(an_order("offer", 1))
        deliver(embedded_postgres)
        assert client.post(f"{at}/test").json()["code"] == "not-active"
        moved = client.patch(at, json={"status": "active", "url": second.url, "events": ["offer", "deal"]})
        assert (moved.json()["url"], moved.json()["events"]) == (second.url, ["deal", "offer"])
        deliver(embedded_postgres)
        assert (len(first.received), len(second.received)) == (0, 1)
        refused: tuple[dict[str, Any], ...] = (
            {"url": "https://10.0.0.1/"},
            {"status": "disabled"},
            {"events": []},
            {"secret": "x"},
        )
        for body in refused:
            assert client.patch(at, json=body).status_code == 422, body
        assert client.patch(at, json={}).json() == client.get(at).json()


def test_a_disabled_webhook_says_why_and_begins_again(
    gateway: Gateway, key: Key, embedded_postgres: str
) -> None:
    """In both languages, with the moment; the test message that met the 410 arrives after all."""
    with gateway.client(key) as client, receiver(lambda _: status(410)) as target:
        webhook = made(client, target)
        at = f"/v1/webhooks/{webhook['id']}"
        sent = client.post(f"{at}/test")
        assert sent.status_code == 202
        deliver(embedded_postgres)
        shown = client.get(at).json()
        assert shown["status"] == "disabled"
        assert shown["disabled"]["reason"] == "gone"
        assert shown["disabled"]["zh"]
        target.reply = lambda _: status(200)
        assert client.patch(at, json={"status": "active"}).json()["disabled"] is None
        deliver(embedded_postgres)
        assert [r.headers["webhook-id"] for r in target.received] == [sent.json()["id"]] * 2
        event = Webhook(webhook["secret"]).verify(target.received[-1].body, target.received[-1].headers)
        assert event["type"] == "duijie.webhook.test.v1"


def test_a_rotation_overlaps_for_as_long_as_asked(gateway: Gateway, key: Key, embedded_postgres: str) -> None:
    """Both secrets sign until then, the new one alone after; at most a week."""
    with gateway.client(key) as client, receiver() as target:
        webhook = made(client, target)
        at = f"/v1/webhooks/{webhook['id']}"
        rotated = client.post(f"{at}/rotate", json={"overlap_hours": 1}).json()
        assert rotated["secret"] != webhook["secret"]
        assert client.get(at).json()["previous_secret_until"] is not None
        client.post(f"{at}/test")
        deliver(embedded_postgres)
        both = target.received.pop()
        for secret in (webhook["secret"], rotated["secret"]):
            Webhook(secret).verify(both.body, both.headers)
        now = client.post(f"{at}/rotate", json={"overlap_hours": 0}).json()
        client.post(f"{at}/test")
        deliver(embedded_postgres)
        after = target.received.pop()
        Webhook(now["secret"]).verify(after.body, after.headers)
        for secret in (webhook["secret"], rotated["secret"]):
            with pytest.raises(WebhookVerificationError):
                Webhook(secret).verify(after.body, after.headers)
        for hours in (-1, 169, "x"):
            assert client.post(f"{at}/rotate", json={"overlap_hours": hours}).status_code == 422


def test_the_delivery_log_tells_each_attempt_and_pages(
    gateway: Gateway, key: Key, embedded_postgres: str
) -> None:
    """Newest first: what, when, how it ended, how the answer began, when it is tried again; cursors are its owner's."""
    with gateway.client(key) as client, receiver(lambda _: status(500, body="坏了".encode())) as target:
        webhook = made(client, target)
        at = f"/v1/webhooks/{webhook['id']}"
        gateway.project(an_order("offer", 1))
        deliver(embedded_postgres)
        deliver(embedded_postgres, later=dt.timedelta(seconds=6))
        target.reply = lambda _: status(204)
        deliver(embedded_postgres, later=dt.timedelta(minutes=10))
        pages, cursor = [], None
        while True:
            answer = client.get(
                f"{at}/deliveries", params={"limit": 2} | ({"cursor": cursor} if cursor else {})
            )
            pages.append(answer.json()["items"])
            cursor = answer.json()["next"]
            if cursor is None:
                break
            with gateway.client(gateway.key("staff")) as other:
                assert other.get(f"{at}/deliveries", params={"cursor": cursor}).status_code == 404
            assert client.get(f"{at}/deliveries", params={"cursor": cursor + "x"}).status_code == 422
        assert [len(page) for page in pages] == [2, 1]
        third, second, first = [item for page in pages for item in page]
        assert [item["attempt"] for item in (first, second, third)] == [1, 2, 3]
        assert (third["delivered"], third["status"], third["error"]) == (True, 204, None)
        assert (first["status"], first["error"]["code"], first["answer"]) == (500, "refused", "坏了")
        assert first["error"]["zh"]
        assert first["next_attempt_at"] is not None
        assert third["next_attempt_at"] is None
        assert len({item["message"] for item in (first, second, third)}) == 1


def test_a_replay_by_range(gateway: Gateway, key: Key, embedded_postgres: str) -> None:
    """Under the ids that they had; what was never there or is not kept is refused by name."""
    with gateway.client(key) as client, receiver() as target:
        at = f"/v1/webhooks/{made(client, target, after=0)['id']}"
        gateway.project(*(an_order("offer", n) for n in range(4)))
        deliver(embedded_postgres)
        ids = [request.headers["webhook-id"] for request in target.received]
        target.received.clear()
        assert client.post(f"{at}/replay", json={"from": 2, "to": 3}).json() == {"from": 2, "to": 3}
        assert client.get(at).json()["replaying"] is True
        assert client.post(f"{at}/replay", json={"from": 1, "to": 1}).json()["code"] == "replaying"
        deliver(embedded_postgres)
        assert [request.headers["webhook-id"] for request in target.received] == ids[1:3]
        assert client.get(at).json()["replaying"] is False
        for body in ({}, {"from": 1}, {"from": 3, "to": 2}, {"from": 1, "to": 99}, {"from": 0, "to": 1}):
            assert client.post(f"{at}/replay", json=body).status_code == 422, body


def test_a_feed_narrows_a_webhook(gateway: Gateway, key: Key, embedded_postgres: str) -> None:
    """One of the owner's feeds; without it again, everything of its events."""
    with gateway.client(key) as client, receiver() as target:
        posting = {"name": "大宗", "filter": {"subjects": ["offer"], "min_quantity": 20_000}, "stream": True}
        feed = client.post("/v1/feeds", json=posting)
        assert feed.status_code == 201, feed.text
        webhook = made(client, target, feed=feed.json()["id"], events=["offer", "demand"])
        gateway.project(
            an_order("offer", "big"), an_order("offer", "small", remaining=1_000_000), an_order("demand", 1)
        )
        deliver(embedded_postgres)
        assert [json.loads(r.body)["subject"] for r in target.received] == [str(an_id("offer", "big"))]
        with gateway.client(gateway.key("producer")) as other:
            refused = other.post(
                "/v1/webhooks", json={"url": target.url, "events": ["offer"], "feed": feed.json()["id"]}
            )
            assert [error["code"] for error in refused.json()["errors"]] == ["unknown-feed"]
        assert client.patch(f"/v1/webhooks/{webhook['id']}", json={"feed": None}).json()["feed"] is None
        gateway.project(an_order("offer", "tiny", remaining=1_000_000))
        deliver(embedded_postgres)
        assert json.loads(target.received[-1].body)["subject"] == str(an_id("offer", "tiny"))


def test_a_feed_with_a_schedule_comes_as_a_digest(gateway: Gateway, key: Key, embedded_postgres: str) -> None:
    """Nothing as it happens; one message at its hour with what changed, and none the day after when nothing did."""
    with gateway.client(key) as client, receiver() as target:
        posting = {
            "name": "每日供应",
            "filter": {"subjects": ["offer"]},
            "schedule": {"every": "day", "hour": 7, "via": "webhook"},
        }
        feed = client.post("/v1/feeds", json=posting).json()["id"]
        webhook = made(client, target, feed=feed)
        gateway.project(an_order("offer", 1), an_order("offer", 2))
        deliver(embedded_postgres)
        assert target.received == []
        for days in (1, 1, 2):
            deliver(embedded_postgres, later=dt.timedelta(days=days))
        (request,) = target.received
        event = json.loads(request.body)
        assert (event["type"], event["subject"]) == ("duijie.feed.digest.v1", feed)
        assert {item["id"] for item in event["data"]["present"]} == {str(an_id("offer", n)) for n in (1, 2)}
        assert client.get(f"/v1/webhooks/{webhook['id']}").json()["pending"] == 0


def test_an_erased_partys_webhooks_end_with_it(gateway: Gateway, key: Key, embedded_postgres: str) -> None:
    """With their log and what waits; others keep theirs."""
    with gateway.client(key) as client, gateway.client(gateway.key("buyer")) as other, receiver() as target:
        made(client, target)
        made(other, target)
        log: Log = gateway.log
        party = PartySnapshot(party_id=PARTY, version=1, name="合作社", kind="producer", county=None)
        Projection(gateway.engine).apply([log.bury(party)], log.reached, now=dt.datetime.now(dt.UTC))
        gateway.project(an_order("offer", 1))
        deliver(embedded_postgres)
        assert len(target.received) == 1
        with gateway.engine.connect() as connection:
            left = connection.exec_driver_sql("SELECT party_id FROM webhook_endpoints").scalars().all()
        assert len(left) == 1
        assert left[0] != PARTY


def test_answers_are_as_described(gateway: Gateway, key: Key, embedded_postgres: str) -> None:
    """Each route once, by the API's own description."""
    document = description(gateway)
    with gateway.client(key) as client, receiver() as target:
        body = {"url": target.url, "events": ["offer"], "after": 0}
        gateway.project(an_order("offer", 1))
        answers = [("post", "/v1/webhooks", client.post("/v1/webhooks", json=body))]
        at, route = f"/v1/webhooks/{answers[0][2].json()['id']}", "/v1/webhooks/{id}"
        deliver(embedded_postgres)
        answers += [
            ("get", "/v1/webhooks", client.get("/v1/webhooks")),
            ("get", route, client.get(at)),
            ("patch", route, client.patch(at, json={"label": "y"})),
            ("post", f"{route}/test", client.post(f"{at}/test")),
            ("post", f"{route}/rotate", client.post(f"{at}/rotate", json={})),
            ("post", f"{route}/replay", client.post(f"{at}/replay", json={"from": 1, "to": 1})),
            ("get", f"{route}/deliveries", client.get(f"{at}/deliveries")),
            ("post", "/v1/webhooks", client.post("/v1/webhooks", json={})),
        ]
    for method, path, response in answers:
        described = document["paths"][path][method]["responses"][str(response.status_code)]
        (content_type,) = described["content"]
        validate(document, described["content"][content_type]["schema"], response.json(), f"{method} {path}")
