"""Webhooks from the log to real receivers: what is delivered, in which order, and what failures lead to."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import uuid4

import pytest
from duijie_gateway.domain.access import Scope
from duijie_gateway.domain.changes import SUBJECTS, FeedFilter, change_item
from duijie_gateway.domain.retries import DELAYS
from duijie_gateway.projection import Projection
from duijie_gateway.repository.changes import ChangeReader
from duijie_gateway.tables import KeyRow
from duijie_gateway.webhooks.queue import HOLDS, LEASE
from duijie_gateway.webhooks.sender import Places
from gateway_records import NOW, Log, a_match, an_id, an_order
from sqlalchemy import Engine, update
from sqlmodel import col
from standardwebhooks.webhooks import Webhook
from webhook_receiver import Received, Receiver, receiver, status
from webhook_sending import Sending, sending

pytestmark = pytest.mark.database

Test = Callable[[Sending], Awaitable[None]]


@pytest.fixture
def run(engine: Engine, embedded_postgres: str) -> Callable[[Test], None]:
    """Runs a coroutine over a migrated database."""

    def go(test: Test) -> None:
        async def main() -> None:
            async with sending(embedded_postgres) as found:
                await test(found)

        asyncio.run(main())

    return go


@pytest.fixture
def offers(projection: Projection) -> Callable[..., None]:
    """Posts offers by name: a change of the log each."""
    log = Log()

    def post(*names: object, **changes: Any) -> None:
        for name in names:
            events = [log.add(an_order("offer", name, **changes))]
            projection.apply(events, log.reached, now=NOW)

    return post


def events(target: Receiver) -> list[dict[str, Any]]:
    """What a receiver was sent, in order."""
    return [json.loads(request.body) for request in target.received]


def sequences(target: Receiver) -> list[int]:
    """The sequences that a receiver was sent, in order."""
    return [event["data"]["sequence"] for event in events(target)]


async def until(condition: Callable[[], bool], seconds: float = 25.0) -> None:
    """Wait for a condition, with a deadline."""
    for _ in range(int(seconds * 50)):
        if condition():
            return
        await asyncio.sleep(0.02)
    raise AssertionError("it did not come true")


def failing(*_: object) -> bytes:
    """A receiver that has a bad day."""
    return status(500, body=b"no")


def test_an_offer_arrives_signed_as_the_item_of_the_feed(
    run: Callable[[Test], None], offers: Callable[..., None]
) -> None:
    """A CloudEvent with the very item that a poll gives, under a signature that the receivers' library takes."""
    offers(1)

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

    run(test)


def test_everything_arrives_once_and_in_order(
    run: Callable[[Test], None], offers: Callable[..., None]
) -> None:
    """More than a turn's messages; what comes later comes later; what was sent is not sent again."""
    offers(*range(70))

    async def test(on: Sending) -> None:
        with receiver() as target:
            await on.endpoint(target.url)
            sender = on.sender()
            await sender.settle()
            assert sequences(target) == list(range(1, 71))
            offers("later")
            await sender.settle()
            await sender.settle()
            assert sequences(target) == list(range(1, 72))
            assert len({event["id"] for event in events(target)}) == 71

    run(test)


def test_a_receiver_that_was_down_gets_the_message_on_schedule_under_the_same_id(
    run: Callable[[Test], None], offers: Callable[..., None]
) -> None:
    """Down for 24 hours: at 0 s, 5 s, 5 min, 30 min, 2 h, 5 h, 10 h; then it is up, with a timestamp of that attempt."""
    offers(1)

    async def test(on: Sending) -> None:
        with receiver(failing) as target:
            endpoint, _ = await on.endpoint(target.url)
            sender, begun, tried = on.sender(), on.clock.now, []
            for delay in DELAYS[:-1]:
                await sender.settle()
                tried.append(on.clock.now)
                before = len(target.received)
                on.clock.now = tried[-1] + delay - dt.timedelta(seconds=1)
                await sender.settle()
                assert len(target.received) == before, "a second too early"
                on.clock.now = tried[-1] + delay
            target.reply = lambda _: status(204)
            await sender.settle()
            tried.append(on.clock.now)
        assert tried == [begun + sum(DELAYS[:n], dt.timedelta()) for n in range(len(DELAYS))]
        assert {request.headers["webhook-id"] for request in target.received} == {
            target.received[0].headers["webhook-id"]
        }
        assert [int(request.headers["webhook-timestamp"]) for request in target.received] == [
            int(at.timestamp()) for at in tried
        ]
        logged = await on.log.page(endpoint.id, before=None, limit=50)
        assert [line["attempt"] for line in logged] == list(range(len(DELAYS), 0, -1))
        assert [line["next_attempt_at"] for line in reversed(logged)] == [*tried[1:], None]
        row = await on.row(endpoint)
        assert (row.pending, row.failures, row.failing_since, row.status) == (0, 0, None, "active")

    run(test)


def test_after_an_outage_all_that_waited_comes_at_once_and_in_order(
    run: Callable[[Test], None], offers: Callable[..., None]
) -> None:
    """Whoever comes back after hours does not wait for each message's own next hour."""
    offers(*range(5))

    async def test(on: Sending) -> None:
        with receiver(failing) as target:
            endpoint, _ = await on.endpoint(target.url)
            sender = on.sender()
            for _ in range(20):
                await sender.settle()
                on.clock.pass_(minutes=6)
            assert len(target.received) <= 21, "a target that is down is left alone in between"
            target.reply = lambda _: status(204)
            target.received.clear()
            for _ in range(200):
                if target.received:
                    break
                on.clock.pass_(minutes=6)
                await sender.settle()
            assert sorted(sequences(target)) == [1, 2, 3, 4, 5]
            assert sequences(target)[1:] == sorted(sequences(target)[1:])
            assert (await on.row(endpoint)).pending == 0

    run(test)


def test_a_message_that_is_refused_for_a_day_is_given_up_and_the_others_go_on(
    run: Callable[[Test], None], offers: Callable[..., None]
) -> None:
    """One that the receiver cannot take holds the rest up for moments, and can be replayed."""
    offers(*range(3))

    async def test(on: Sending) -> None:
        def choosy(request: Received) -> bytes:
            return status(500 if json.loads(request.body)["data"]["sequence"] == 1 else 204)

        with receiver(choosy) as target:
            endpoint, _ = await on.endpoint(target.url)
            sender, start = on.sender(), on.clock.now
            taken: dict[int, dt.datetime] = {}
            for _ in range(90):
                await sender.settle()
                for sequence in set(sequences(target)) - {1}:
                    taken.setdefault(sequence, on.clock.now)
                waiting = on.clock.now - start < dt.timedelta(minutes=1)
                on.clock.pass_(seconds=5 if waiting else 1800)
            assert max(taken.values()) - start <= sum(HOLDS[:2], HOLDS[0])
            assert sequences(target).count(1) == len(DELAYS) + 1
            assert (await on.row(endpoint)).pending == 0
            target.reply = lambda _: status(204)
            target.received.clear()
            assert await on.store.replay(endpoint.owner, endpoint.id, 1, 1) == "begun"
            await sender.settle()
            assert sequences(target) == [1]

    run(test)


def test_gone_disables_and_no_other_endpoint_notices(
    run: Callable[[Test], None], offers: Callable[..., None]
) -> None:
    """410 once: nothing more until its owner resumes it, and then nothing is missing."""
    offers(1, 2)

    async def test(on: Sending) -> None:
        with receiver(lambda _: status(410)) as gone, receiver() as well:
            endpoint, _ = await on.endpoint(gone.url)
            await on.endpoint(well.url)
            sender = on.sender()
            await sender.settle()
            on.clock.pass_(days=1)
            await sender.settle()
            assert len(gone.received) == 1
            assert sequences(well) == [1, 2]
            row = await on.row(endpoint)
            assert (row.status, row.disabled_reason, row.disabled_at) == ("disabled", "gone", NOW)
            gone.reply = lambda _: status(204)
            gone.received.clear()
            assert await on.store.change(endpoint.owner, endpoint.id, {"status": "active"}, on.clock())
            await sender.settle()
            assert sequences(gone) == [1, 2]

    run(test)


def test_five_days_of_failure_disable(run: Callable[[Test], None], offers: Callable[..., None]) -> None:
    """Not before; the log keeps every attempt."""
    offers(*range(20))

    async def test(on: Sending) -> None:
        with receiver(failing) as target:
            endpoint, _ = await on.endpoint(target.url)
            sender, start = on.sender(), on.clock.now
            while (row := await on.row(endpoint)).status == "active":
                assert on.clock.now - start < dt.timedelta(days=6)
                await sender.settle()
                on.clock.pass_(hours=3)
            assert row.disabled_reason == "failing"
            assert row.disabled_at is not None
            assert dt.timedelta(days=5) <= row.disabled_at - start < dt.timedelta(days=5, hours=4)
            logged = await on.log.page(endpoint.id, before=None, limit=10_000)
            assert len(logged) == len(target.received)

    run(test)


def test_a_receiver_that_asks_for_time_gets_it_for_all_its_messages(
    run: Callable[[Test], None], offers: Callable[..., None]
) -> None:
    """429 with Retry-After: not the next message either, until then."""
    offers(1, 2)

    async def test(on: Sending) -> None:
        with receiver(lambda _: status(429, "Retry-After: 600")) as target:
            await on.endpoint(target.url)
            sender = on.sender()
            await sender.settle()
            on.clock.pass_(seconds=599)
            await sender.settle()
            assert len(target.received) == 1
            target.reply = lambda _: status(204)
            on.clock.pass_(seconds=1)
            await sender.settle()
            assert sequences(target) == [1, 1, 2]

    run(test)


def test_targets_that_hang_delay_no_other(run: Callable[[Test], None], offers: Callable[..., None]) -> None:
    """More of them than both lanes have places, and a healthy one that is asked for last still gets everything."""
    offers(1)

    async def test(on: Sending) -> None:
        with receiver(lambda _: None) as hung, receiver() as well:
            for _ in range(12):
                await on.endpoint(hung.url)
            await on.endpoint(well.url)
            sender = on.sender(seconds=30, places=Places(healthy=4, troubled=2, most=40))
            stop = asyncio.Event()
            running = asyncio.create_task(sender.run(stop))
            await until(lambda: len(well.received) == 1)
            offers(*range(2, 6))
            await until(lambda: len(well.received) == 5)
            assert sequences(well) == [1, 2, 3, 4, 5]
            assert hung.connections >= 12 - 2, "they were asked too"
            running.cancel()
            for task in asyncio.all_tasks() - {asyncio.current_task()}:
                task.cancel()
            await asyncio.gather(running, return_exceptions=True)

    run(test)


def test_two_senders_share_the_work_and_send_nothing_twice(
    run: Callable[[Test], None], offers: Callable[..., None]
) -> None:
    """Both over ten endpoints at once: each gets all once, in order."""
    offers(*range(30))

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

    run(test)


def test_what_a_killed_sender_had_sent_is_sent_again_under_the_same_id(
    run: Callable[[Test], None], offers: Callable[..., None]
) -> None:
    """Killed after the receiver took it and before that was stored: its lease ends, the next sender repeats it."""
    offers(1, 2)

    async def test(on: Sending) -> None:
        with receiver() as target:
            endpoint, _ = await on.endpoint(target.url)
            dying = on.sender()
            dying._queue.record = dying._queue.release = _dies  # type: ignore[method-assign,assignment]
            with pytest.raises(RuntimeError, match="killed"):
                await dying.settle()
            assert sequences(target) == [1]
            await on.sender().settle()
            assert sequences(target) == [1], "its lease still holds"
            on.clock.pass_(seconds=LEASE.total_seconds())
            await on.sender().settle()
            assert sequences(target) == [1, 1, 2]
            assert target.received[0].headers["webhook-id"] == target.received[1].headers["webhook-id"]
            assert (await on.row(endpoint)).pending == 0

    run(test)


async def _dies(*_: object) -> None:
    raise RuntimeError("killed")


def test_a_paused_webhook_gets_what_it_missed_when_it_is_resumed(
    run: Callable[[Test], None], offers: Callable[..., None]
) -> None:
    """The log is its queue."""
    offers(1)

    async def test(on: Sending) -> None:
        with receiver() as target:
            endpoint, _ = await on.endpoint(target.url)
            sender = on.sender()
            await sender.settle()
            await on.store.change(endpoint.owner, endpoint.id, {"status": "paused"}, on.clock())
            offers(2, 3)
            await sender.settle()
            assert sequences(target) == [1]
            await on.store.change(endpoint.owner, endpoint.id, {"status": "active"}, on.clock())
            await sender.settle()
            assert sequences(target) == [1, 2, 3]

    run(test)


def test_a_replay_sends_a_range_again_under_the_same_ids(
    run: Callable[[Test], None], offers: Callable[..., None]
) -> None:
    """And nothing beside it."""
    offers(*range(6))

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

    run(test)


def test_replaying_the_topics_sends_nothing(run: Callable[[Test], None], projection: Projection) -> None:
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

    run(test)


def test_a_party_hears_of_its_own_matches_coarsely_and_staff_of_all_exactly(
    run: Callable[[Test], None], projection: Projection
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

    run(test)


def test_a_webhook_ends_with_the_key_of_its_operator_or_the_last_key_of_its_party(
    run: Callable[[Test], None], offers: Callable[..., None]
) -> None:
    """Whoever left hears nothing more."""
    offers(1)

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
            offers(2)
            async with on.engine.begin() as connection:
                last = col(KeyRow.id) == second.key_id
                await connection.execute(update(KeyRow).where(last).values(revoked_at=NOW))
            await on.sender().settle()
            assert (len(target.received), len(partys.received)) == (0, 2)

    run(test)


def test_a_webhook_whose_secret_cannot_be_opened_waits_as_one_that_fails(
    run: Callable[[Test], None], offers: Callable[..., None]
) -> None:
    """The operator lost the key: nothing unsigned goes out, the log says why."""
    offers(1)

    async def test(on: Sending) -> None:
        with receiver() as target:
            endpoint, _ = await on.endpoint(target.url, secret="sealed by somebody else")
            await on.sender().settle()
            assert target.connections == 0
        (logged,) = await on.log.page(endpoint.id, before=None, limit=10)
        assert (logged["error"], logged["status"]) == ("unsigned", None)

    run(test)
