"""What failures of receivers and of senders lead to."""

from __future__ import annotations

import asyncio
import datetime as dt
import json

import pytest
from duijie_gateway.domain.retries import DELAYS
from duijie_gateway.webhooks.queue import HOLDS, LEASE
from duijie_gateway.webhooks.sender import Places
from gateway_records import NOW
from webhook_receiver import Received, receiver, status
from webhook_sending import PostOffers, RunSending, Sending, failing, sequences, until

pytestmark = pytest.mark.database


def test_a_receiver_that_was_down_gets_the_message_on_schedule_under_the_same_id(
    run_sending: RunSending, post_offers: PostOffers
) -> None:
    """Down for 24 hours: at 0 s, 5 s, 5 min, 30 min, 2 h, 5 h, 10 h; then it is up, with a timestamp of that attempt."""
    post_offers(1)

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

    run_sending(test)


def test_after_an_outage_all_that_waited_comes_at_once_and_in_order(
    run_sending: RunSending, post_offers: PostOffers
) -> None:
    """Whoever comes back after hours does not wait for each message's own next hour."""
    post_offers(*range(5))

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

    run_sending(test)


def test_a_message_that_is_refused_for_a_day_is_given_up_and_the_others_go_on(
    run_sending: RunSending, post_offers: PostOffers
) -> None:
    """One that the receiver cannot take holds the rest up for moments, and can be replayed."""
    post_offers(*range(3))

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

    run_sending(test)


def test_gone_disables_and_no_other_endpoint_notices(
    run_sending: RunSending, post_offers: PostOffers
) -> None:
    """410 once: nothing more until its owner resumes it, and then nothing is missing."""
    post_offers(1, 2)

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

    run_sending(test)


def test_five_days_of_failure_disable(run_sending: RunSending, post_offers: PostOffers) -> None:
    """Not before; the log keeps every attempt."""
    post_offers(*range(20))

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

    run_sending(test)


def test_a_receiver_that_asks_for_time_gets_it_for_all_its_messages(
    run_sending: RunSending, post_offers: PostOffers
) -> None:
    """429 with Retry-After: not the next message either, until then."""
    post_offers(1, 2)

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

    run_sending(test)


def test_targets_that_hang_delay_no_other(run_sending: RunSending, post_offers: PostOffers) -> None:
    """More of them than both lanes have places, and a healthy one that is asked for last still gets everything."""
    post_offers(1)

    async def test(on: Sending) -> None:
        with receiver(lambda _: None) as hung, receiver() as well:
            for _ in range(12):
                await on.endpoint(hung.url)
            await on.endpoint(well.url)
            sender = on.sender(seconds=30, places=Places(healthy=4, troubled=2, most=40))
            stop = asyncio.Event()
            running = asyncio.create_task(sender.run(stop))
            await until(lambda: len(well.received) == 1)
            post_offers(*range(2, 6))
            await until(lambda: len(well.received) == 5)
            assert sequences(well) == [1, 2, 3, 4, 5]
            assert hung.connections >= 12 - 2, "they were asked too"
            running.cancel()
            for task in asyncio.all_tasks() - {asyncio.current_task()}:
                task.cancel()
            await asyncio.gather(running, return_exceptions=True)

    run_sending(test)


def test_what_a_killed_sender_had_sent_is_sent_again_under_the_same_id(
    run_sending: RunSending, post_offers: PostOffers
) -> None:
    """Killed after the receiver took it and before that was stored: its lease ends, the next sender repeats it."""
    post_offers(1, 2)

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

    run_sending(test)


def test_a_webhook_whose_secret_cannot_be_opened_waits_as_one_that_fails(
    run_sending: RunSending, post_offers: PostOffers
) -> None:
    """The operator lost the key: nothing unsigned goes out, the log says why."""
    post_offers(1)

    async def test(on: Sending) -> None:
        with receiver() as target:
            endpoint, _ = await on.endpoint(target.url, secret="sealed by somebody else")
            await on.sender().settle()
            assert target.connections == 0
        (logged,) = await on.log.page(endpoint.id, before=None, limit=10)
        assert (logged["error"], logged["status"]) == ("unsigned", None)

    run_sending(test)


async def _dies(*_: object) -> None:
    raise RuntimeError("killed")
