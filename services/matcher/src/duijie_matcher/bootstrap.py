"""The only place that builds the worker, and the one that decides how it ends."""

from __future__ import annotations

import asyncio
import datetime as dt
import os
import signal
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import structlog
from aiokafka.errors import KafkaError
from duijie_shared.service.probe import Probe

from duijie_matcher.stream.app import build_app
from duijie_matcher.stream.clearing import Clearer
from duijie_matcher.stream.engine import Engine, Limits
from duijie_matcher.stream.follow import Follower
from duijie_matcher.stream.metrics import Metrics
from duijie_matcher.stream.policy import follow_policy
from duijie_matcher.stream.publisher import Publisher
from duijie_matcher.stream.reader import Reader
from duijie_matcher.stream.status import Status
from duijie_matcher.stream.watchdog import INTERVAL_S, Watch, give_up, keep_watch

if TYPE_CHECKING:
    import faust
    from aiokafka import AIOKafkaConsumer

    from duijie_matcher.settings import MatcherSettings

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Worker:
    """The parts of a running worker."""

    app: faust.App
    engine: Engine
    observer: AIOKafkaConsumer
    """Follows the policy and tells where topics end."""
    follower: Follower
    status: Status
    metrics: Metrics
    watch: Watch
    failed: asyncio.Future[None]
    """Gets the first error that no part can answer for."""


async def run(settings: MatcherSettings) -> None:
    """Work until SIGTERM or SIGINT, then stop cleanly; anything unexpected ends the process with status 70."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with AsyncExitStack() as stack:
        asked = asyncio.create_task(stop.wait())
        building = asyncio.create_task(_build(settings, stack))
        await asyncio.wait([asked, building], return_when=asyncio.FIRST_COMPLETED)
        if not building.done():
            building.cancel()
            await asyncio.wait([building])
            return
        worker = building.result()
        tasks = [
            asyncio.create_task(part)
            for part in (
                worker.engine.run(),
                follow_policy(worker.observer, worker.engine),
                worker.follower.run(),
                _monitor(worker),
                _serve(worker.app),
            )
        ]
        ends: list[asyncio.Future[Any]] = [asked, worker.failed, *tasks]
        await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        if not stop.is_set():
            _fail(worker, tasks)
        await _stop(worker, tasks, stack, settings.stop_deadline)


async def _build(settings: MatcherSettings, stack: AsyncExitStack) -> Worker:
    loop = asyncio.get_running_loop()
    client_id = settings.instance or settings.group
    clearer = Clearer(settings.clearing_processes)
    stack.push_async_callback(clearer.close)
    publisher = Publisher(settings.kafka, client_id=client_id, deadline=settings.publish_deadline)
    stack.push_async_callback(publisher.stop)
    await publisher.start()
    reader = Reader(settings.kafka, client_id=client_id, deadline=settings.load_deadline)
    observer = await stack.enter_async_context(reader.consumer())
    metrics = Metrics()
    limits = Limits(settings.gather, settings.unsettled_events)
    engine = Engine(reader, clearer, publisher, metrics, limits, lambda: dt.datetime.now(dt.UTC))
    follower = Follower(await stack.enter_async_context(reader.consumer()), engine)
    status = Status(engine, follower, observer, loop)
    probe = Probe(settings.host, settings.port, status.ready)
    probe.start()
    stack.callback(probe.stop)
    log.info("probe", port=probe.port)
    failed: asyncio.Future[None] = loop.create_future()

    def fail(error: BaseException) -> None:
        if not failed.done():
            failed.set_exception(error)

    watch = Watch.starting(time.monotonic(), stall=settings.stall, pause=settings.session_timeout)
    keep_watch(watch)
    app = build_app(settings, engine, fail)
    return Worker(app, engine, observer, follower, status, metrics, watch, failed)


async def _serve(app: faust.App) -> None:
    await app.start()
    await app.wait_until_stopped()
    raise app.crash_reason or RuntimeError("Faust stopped by itself")


async def _monitor(worker: Worker) -> None:
    """Tell the watchdog that the loop runs, and how much there is to do."""
    while True:
        lag: int | None = None
        try:
            lag = await worker.status.lag()
            worker.metrics.lag.set(lag)
        except KafkaError as error:
            log.warning("the broker does not tell where the topics end", error=repr(error))
        waits = worker.engine.assigned and not worker.engine.may_clear
        worker.watch.heard(time.monotonic(), worker.engine.progress, None if waits else lag)
        await asyncio.sleep(INTERVAL_S)


def _fail(worker: Worker, tasks: list[asyncio.Task[None]]) -> None:
    for part in (worker.failed, *tasks):
        if part.done():
            error = part.exception()
            log.critical("failed", exc_info=error)
            give_up(repr(error))


async def _stop(
    worker: Worker, tasks: list[asyncio.Task[None]], stack: AsyncExitStack, deadline: float
) -> None:
    log.info("stopping")
    try:
        async with asyncio.timeout(deadline):
            await worker.engine.release()
            await worker.app.stop()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await stack.aclose()
    except TimeoutError:
        # What is not published is published by the next start, so there is nothing to wait for.
        log.warning("stop cut short", after_s=deadline)
        os._exit(os.EX_OK)
    log.info("stopped")
