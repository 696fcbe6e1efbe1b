"""Faust's part: group membership, assignment, consumption and back-pressure. Nothing else imports it.

No tables, no `exactly_once`, no web server: `docs/decisions/0004-books-from-topics.md` says why.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

import faust
from duijie_shared.kafka.ports import Record
from faust.types import TP

from duijie_matcher.stream.events import ORDERS

if TYPE_CHECKING:
    from duijie_matcher.settings import MatcherSettings
    from duijie_matcher.stream.engine import Engine

Fail = Callable[[BaseException], None]

HEARTBEATS_IN_SESSION = 3
BUFFERED_EVENTS = 4096


def build_app(settings: MatcherSettings, engine: Engine, fail: Fail) -> faust.App:
    """The Faust app that feeds `engine`. `fail` hears of every error: Faust itself would log it,
    acknowledge the event and go on.
    """
    app = faust.App(
        settings.group,
        broker=f"kafka://{settings.kafka}",
        datadir=str(settings.data_dir),
        store="memory://",
        autodiscover=False,
        web_enabled=False,
        processing_guarantee="at_least_once",
        table_standby_replicas=0,
        topic_allow_declare=False,
        topic_disable_leader=True,
        stream_wait_empty=False,
        stream_buffer_maxsize=BUFFERED_EVENTS,
        consumer_auto_offset_reset="earliest",
        consumer_group_instance_id=settings.instance,
        broker_session_timeout=settings.session_timeout,
        broker_heartbeat_interval=settings.session_timeout / HEARTBEATS_IN_SESSION,
    )
    topic = app.topic(ORDERS, key_serializer="raw", value_serializer="raw", acks=True)
    guarded = _guard(fail)

    @app.agent(topic, name="orders", concurrency=1)
    async def orders(stream: Any) -> None:
        await guarded(_consume(stream, engine))

    @app.on_partitions_revoked.connect(weak=False)
    async def revoked(*_: object, **__: object) -> None:
        await guarded(engine.release())

    @app.on_rebalance_complete.connect(weak=False)
    async def assigned(*_: object, **__: object) -> None:
        await guarded(_take(app, engine))

    return app


async def _consume(stream: Any, engine: Engine) -> None:
    async for event in stream.noack().events():
        message = event.message
        headers = tuple(message.headers or ())
        record = Record(message.topic, message.partition, message.offset, message.key, message.value, headers)
        await engine.receive(record, event.ack)


async def _take(app: faust.App, engine: Engine) -> None:
    numbers = {tp.partition for tp in app.consumer.assignment() if tp.topic == ORDERS}
    applied = await engine.take(numbers)
    if applied:
        # Faust seeks to the committed offsets next; without this it would read again what the books hold.
        # Nothing is lost by committing early, because no book is ever built from a committed offset.
        offsets = {TP(ORDERS, number): offset for number, offset in applied.items()}
        # Private, because the public commit only takes what was acknowledged as an event.
        await app.consumer._commit(offsets)  # type: ignore[attr-defined]  # noqa: SLF001


def _guard(fail: Fail) -> Callable[[Awaitable[None]], Awaitable[None]]:
    async def guarded(work: Awaitable[None]) -> None:
        try:
            await work
        except Exception as error:  # noqa: BLE001 - reported, and never returned from
            fail(error)
            await asyncio.Event().wait()

    return guarded
