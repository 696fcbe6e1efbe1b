"""The engine over a real broker, fed by hand where the consumer would feed it."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from duijie_matcher.stream.clearing import Clearer
from duijie_matcher.stream.engine import Engine, Limits
from duijie_matcher.stream.metrics import Metrics
from duijie_matcher.stream.publisher import Publisher
from duijie_matcher.stream.reader import LoadError, Reader
from duijie_shared.events.policy import Policy
from duijie_shared.events.topics import partition_for
from duijie_shared.kafka.ports import Record
from matchers import DEADLINE_S, Topics, called_for
from order_records import order_record, snapshot
from prometheus_client import CollectorRegistry

pytestmark = pytest.mark.broker

POTATOES = partition_for("potato")


@asynccontextmanager
async def running(bootstrap: str, *, unsettled: int = 1000) -> AsyncIterator[Engine]:
    """An engine that owns the potatoes' partition and clears it."""
    clearer = Clearer(1)
    publisher = Publisher(bootstrap, client_id="test", deadline=DEADLINE_S)
    reader = Reader(bootstrap, client_id="test", deadline=DEADLINE_S)
    await publisher.start()
    metrics = Metrics(CollectorRegistry())
    limits = Limits(gather=0.0, unsettled=unsettled)
    engine = Engine(reader, clearer, publisher, metrics, limits, lambda: dt.datetime.now(dt.UTC))
    assert await engine.take({POTATOES}) is not None
    engine.conditions_are_known()
    clearing = asyncio.create_task(engine.run())
    try:
        yield engine
    finally:
        clearing.cancel()
        await asyncio.gather(clearing, return_exceptions=True)
        await clearer.close()
        await publisher.stop()


async def until(engine: Engine, offset: int) -> None:
    """Wait until everything before `offset` is settled."""
    async with asyncio.timeout(DEADLINE_S):
        while engine.lag({POTATOES: offset}):  # noqa: ASYNC110 - as a stranger would see it
            await asyncio.sleep(0.01)


def stored(topics: Topics) -> list[Record]:
    """What is in the potatoes' partition."""
    return [record for record in topics.read("orders-v1") if record.partition == POTATOES]


def test_what_the_consumer_skips_is_read_again(topics: Topics) -> None:
    """A prefetched record that Faust drops leaves a hole in the offsets; the book has none."""
    orders = [snapshot("a"), snapshot("b", side="demand"), snapshot("c", side="demand")]
    acknowledged: list[int] = []

    async def scenario() -> None:
        async with running(topics.bootstrap) as engine:
            engine.set_policy(Policy())
            topics.send(*map(order_record, orders))
            last = stored(topics)[-1]
            await engine.receive(last, lambda: acknowledged.append(last.offset))
            await engine.receive(
                replace(last, offset=1), lambda: acknowledged.append(1)
            )  # late: caught up with
            await until(engine, 3)

    asyncio.run(scenario())
    assert topics.live() == called_for(orders)
    assert sorted(acknowledged) == [1, 2]


def test_an_event_is_acknowledged_after_its_match_is_on_the_topic(topics: Topics) -> None:
    """The acknowledgement is the promise that nothing of it can be lost any more."""
    orders = [snapshot("a"), snapshot("b", side="demand")]
    seen: list[object] = []

    async def scenario() -> None:
        async with running(topics.bootstrap) as engine:
            topics.send(*map(order_record, orders))
            for record in stored(topics):
                await engine.receive(record, lambda: seen.append(topics.live()))
            assert seen == [], "without a policy nothing can have been published"
            engine.set_policy(Policy())
            await until(engine, 2)

    asyncio.run(scenario())
    assert seen == [called_for(orders)] * 2


def test_consumption_waits_while_too_much_is_unsettled(topics: Topics) -> None:
    """One more than the limit waits, until a clearing has settled what was before it."""

    async def scenario() -> None:
        async with running(topics.bootstrap, unsettled=2) as engine:
            topics.send(*(order_record(snapshot(name)) for name in "abc"))
            records = stored(topics)
            for record in records[:2]:
                await engine.receive(record, lambda: None)
            waiting = asyncio.create_task(engine.receive(records[2], lambda: None))
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(asyncio.shield(waiting), 0.2)
            engine.set_policy(Policy())
            await asyncio.wait_for(waiting, DEADLINE_S)

    asyncio.run(scenario())


def test_events_of_partitions_that_are_gone_are_left_to_their_owner(topics: Topics) -> None:
    """Neither taken in nor acknowledged."""

    async def scenario() -> None:
        async with running(topics.bootstrap) as engine:
            await engine.release()
            record = order_record(snapshot("a"))
            await engine.receive(record, lambda: pytest.fail("acknowledged"))
            assert (engine.orders, engine.assigned) == (0, False)

    asyncio.run(scenario())


def test_an_end_that_is_not_reached_is_an_error(topics: Topics) -> None:
    """Loading never takes less than the whole for the whole."""

    async def scenario() -> None:
        reader = Reader(topics.bootstrap, client_id="test", deadline=0.5)
        async with reader.consumer() as consumer:
            beyond = {("orders-v1", POTATOES): (0, 1)}
            with pytest.raises(LoadError):
                assert [record async for record in reader.read(consumer, beyond)] == []

    asyncio.run(scenario())
