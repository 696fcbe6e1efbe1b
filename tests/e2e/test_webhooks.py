"""Webhooks of the running stack: an offer that is posted reaches a receiver, also when the sender is killed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from local_stack import RunningStack, eventually
from standardwebhooks.webhooks import Webhook
from webhook_receiver import Received, receiver, status

pytestmark = pytest.mark.stack

PARTY = {"row_key": "first", "name": "威宁示例合作社", "kind": "producer"}
OFFER = {
    "product": "土豆",
    "grade": "4",
    "quantity": 30,
    "unit": "t",
    "ask_price": 1800,
    "county": "520526",
    "available_from": "2090-01-10",
    "available_to": "2090-03-20",
}


@pytest.fixture(autouse=True)
def loopback_is_allowed() -> Iterator[None]:
    """As a self-hoster opens its own network to webhooks."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("DUIJIE_WEBHOOK_ALLOW", "127.0.0.1")
        yield


def subjects(received: list[Received]) -> set[str]:
    """What the messages are about."""
    return {json.loads(request.body)["subject"] for request in received}


def test_an_offer_arrives_at_a_receiver_signed_and_again_after_a_kill(
    loopback_is_allowed: None, own_stack: RunningStack
) -> None:
    """Posted, matched by nobody, told: verified by the library. A receiver that fails and a sender that is killed delay it,
    and lose nothing.
    """
    stack = own_stack
    admin = stack.client()
    admin.post("/v1/parties", json=PARTY).raise_for_status()
    producer = stack.client(stack.key("producer", "first"))

    def post(**changes: Any) -> str:
        answer = producer.post("/v1/offers", json=OFFER | changes)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    with receiver() as target:
        made = admin.post("/v1/webhooks", json={"url": target.url, "events": ["offer"]})
        assert made.status_code == 201, made.text
        first = post()
        eventually(lambda: first in subjects(target.received))
        request = target.received[0]
        event = Webhook(made.json()["secret"]).verify(request.body, request.headers)
        assert event["data"]["item"]["id"] == first
        assert event["data"]["state"] == "present"

        target.reply = lambda _: status(500)
        before = len(target.received)
        second = post(quantity=20)
        eventually(lambda: len(target.received) > before)
        old = stack.kill("gateway-sender")
        third = post(quantity=10)
        stack.wait_for_restart("gateway-sender", old)
        target.received.clear()
        target.reply = lambda _: status(204)
        eventually(lambda: {second, third} <= subjects(target.received), 90)
        eventually(lambda: stack.status()["webhook_backlog"] == 0)
        log = admin.get(f"/v1/webhooks/{made.json()['id']}/deliveries").json()["items"]
        assert {(item["delivered"], item["status"]) for item in log} == {(True, 204), (False, 500)}
