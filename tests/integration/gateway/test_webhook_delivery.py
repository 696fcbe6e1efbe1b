"""Webhooks from the log to real receivers: what is delivered, to whom, in which order."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
from uuid import uuid4

import pytest
from duijie_gateway.domain.access import Scope
from duijie_gateway.domain.changes import SUBJECTS, FeedFilter, change_item
from duijie_gateway.projection import Projection
from duijie_gateway.repository.changes import ChangeReader
from duijie_gateway.tables import KeyRow
from gateway_records import NOW, Log, a_match, an_id, an_order
from sqlalchemy import update
from sqlmodel import col
from standardwebhooks.webhooks import Webhook
from webhook_receiver import receiver
from webhook_sending import PostOffers, RunSending, Sending, events, sequences

pytestmark = pytest.mark.database


def test_an_offer_arrives_signed_as_the_item_of_the_feed(
    run_sending: RunSending, post_offers: PostOffers
) -> None:
    """A CloudEvent with the very item that a poll gives, under a signature that the receivers' library takes."""
    post_offers(1)

    async def test(on: Sending) -> None:
        on.clock.now = dt.datetime.now(dt.UTC)
        with receiver() as target:
            endpoint, secret = await on.endpoint(target.url)
            await on.sender().settle()
        (request,) = target.received
        event = Webhook(secret).verify(request.body, request.headers)
        wanted = FeedFilter(frozenset(SUBJECTS))
        stretch = await ChangeReader(on.engine).read(Scope(), wanted, after=0, limit=10)
        ((change, verdict),) = stretch.told
        assert event["data"] == change_item(change, verdict, exact=True)
        assert event["id"] == request.headers["webhook-id"]
        assert (event["type"], event["subject"]) == ("duijie.feed.offer.v1", str(an_id("offer", 1)))
        (logged,) = await on.log.page(endpoint.id, before=None, limit=10)
        assert (logged["status"], logged["error"], logged["attempt"]) == (204, None, 1)
        row = await on.row(endpoint)
        assert (row.pending, row.position, row.failures) == (0, stretch.reached, 0)

    run_sending(test)


def test_everything_arrives_once_and_in_order(run_sending: RunSending, post_offers: PostOffers) -> None:
    """More than a turn's messages; what comes later comes later; what was sent is not sent again."""
    post_offers(*range(70))

    async def test(on: Sending) -> None:
        with receiver() as target:
            await on.endpoint(target.url)
            sender = on.sender()
            await sender.settle()
            assert sequences(target) == list(range(1, 71))
            post_offers("later")
            await sender.settle()
            await sender.settle()
            assert sequences(target) == list(range(1, 72))
            assert len({event["id"] for event in events(target)}) == 71

    run_sending(test)


def test_two_senders_share_the_work_and_send_nothing_twice(
    run_sending: RunSending, post_offers: PostOffers
) -> None:
    """Both over ten endpoints at once: each gets all once, in order."""
    post_offers(*range(30))

    async def test(on: Sending) -> None:
        with receiver() as target:
            for number in range(10):
                await on.endpoint(f"{target.url}/{number}")
            await asyncio.gather(on.sender().settle(), on.sender().settle())
            await on.sender().settle()
        by_path: dict[str, list[int]] = {}
        for request in target.received:
            by_path.setdefault(request.path, []).append(json.loads(request.body)["data"]["sequence"])
        assert by_path == {f"/hook/{number}": list(range(1, 31)) for number in range(10)}

    run_sending(test)


def test_a_paused_webhook_gets_what_it_missed_when_it_is_resumed(
    run_sending: RunSending, post_offers: PostOffers
) -> None:
    """The log is its queue."""
    post_offers(1)

    async def test(on: Sending) -> None:
        with receiver() as target:
            endpoint, _ = await on.endpoint(target.url)
            sender = on.sender()
            await sender.settle()
            await on.store.change(endpoint.owner, endpoint.id, {"status": "paused"}, on.clock())
            post_offers(2, 3)
            await sender.settle()
            assert sequences(target) == [1]
            await on.store.change(endpoint.owner, endpoint.id, {"status": "active"}, on.clock())
            await sender.settle()
            assert sequences(target) == [1, 2, 3]

    run_sending(test)


def test_a_replay_sends_a_range_again_under_the_same_ids(
    run_sending: RunSending, post_offers: PostOffers
) -> None:
    """And nothing beside it."""
    post_offers(*range(6))

    async def test(on: Sending) -> None:
        with receiver() as target:
            endpoint, _ = await on.endpoint(target.url)
            sender = on.sender()
            await sender.settle()
            first = [request.headers["webhook-id"] for request in target.received]
            target.received.clear()
            assert await on.store.replay(endpoint.owner, endpoint.id, 2, 4) == "begun"
            assert await on.store.replay(endpoint.owner, endpoint.id, 2, 4) == "busy"
            await sender.settle()
            assert sequences(target) == [2, 3, 4]
            assert [request.headers["webhook-id"] for request in target.received] == first[1:4]
            assert await on.store.replay(endpoint.owner, endpoint.id, 1, 1) == "begun"

    run_sending(test)


def test_replaying_the_topics_sends_nothing(run_sending: RunSending, projection: Projection) -> None:
    """The read model is rebuilt, and the sender has no news."""
    log = Log()
    for body in (an_order("offer"), an_order("demand"), a_match()):
        projection.apply([log.add(body)], log.reached, now=NOW)

    async def test(on: Sending) -> None:
        with receiver() as target:
            await on.endpoint(target.url)
            sender = on.sender()
            await sender.settle()
            assert len(target.received) == 3
            projection.rewind()
            projection.apply(log.events, log.reached, now=NOW, news=False)
            await sender.settle()
            assert len(target.received) == 3

    run_sending(test)


def test_a_party_hears_of_its_own_matches_coarsely_and_staff_of_all_exactly(
    run_sending: RunSending, projection: Projection
) -> None:
    """Whose webhook it is decides what is in it, as on every other way."""
    log = Log()
    others = a_match(2, offer_party=an_id("x"), demand_party=an_id("y"))
    for body in (an_order("offer"), an_order("demand"), a_match(1), others):
        projection.apply([log.add(body)], log.reached, now=NOW)

    async def test(on: Sending) -> None:
        with receiver() as seller, receiver() as staff, receiver() as offers_only:
            await on.endpoint(seller.url, party=an_id("producer"), events=["match"])
            await on.endpoint(staff.url, events=["match"])
            await on.endpoint(offers_only.url, party=uuid4(), events=["offer", "match"])
            await on.sender().settle()
        own, every = events(seller), events(staff)
        assert [event["subject"] for event in own] == [str(an_id("match", 1))]
        assert [event["subject"] for event in every] == [str(an_id("match", 1)), str(an_id("match", 2))]
        assert own[0]["data"]["item"] != every[0]["data"]["item"]
        assert own[0]["data"]["sequence"] == every[0]["data"]["sequence"]
        assert [event["type"] for event in events(offers_only)] == ["duijie.feed.offer.v1"]

    run_sending(test)


def test_a_webhook_ends_with_the_key_of_its_operator_or_the_last_key_of_its_party(
    run_sending: RunSending, post_offers: PostOffers
) -> None:
    """Whoever left hears nothing more."""
    post_offers(1)

    async def test(on: Sending) -> None:
        with receiver() as target, receiver() as partys:
            endpoint, _ = await on.endpoint(target.url)
            other, _ = await on.endpoint(partys.url, party=an_id("producer"))
            second, _ = await on.endpoint(partys.url, party=an_id("producer"))
            async with on.engine.begin() as connection:
                gone = col(KeyRow.id).in_([endpoint.key_id, other.key_id])
                await connection.execute(update(KeyRow).where(gone).values(revoked_at=NOW))
            await on.sender().settle()
            assert (len(target.received), len(partys.received)) == (0, 2)
            post_offers(2)
            async with on.engine.begin() as connection:
                last = col(KeyRow.id) == second.key_id
                await connection.execute(update(KeyRow).where(last).values(revoked_at=NOW))
            await on.sender().settle()
            assert (len(target.received), len(partys.received)) == (0, 2)

    run_sending(test)
