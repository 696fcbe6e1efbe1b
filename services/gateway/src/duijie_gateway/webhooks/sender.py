"""The sender's loop: hand out what changed, claim what is due, send it, and never let one target keep another waiting.

One task works on one endpoint, one message after the other. Endpoints that fail or are slow have a lane with fewer places of
their own, and an attempt that lasts gives its place in the first lane up: what hangs can fill neither.
"""

from __future__ import annotations

import asyncio
import datetime as dt
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

import psycopg
import structlog
from prometheus_client import Counter, Gauge
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from duijie_gateway.domain.retries import Outcome
from duijie_gateway.webhooks.queue import SLOW_MS
from duijie_gateway.webhooks.secrets import SealError, signed_headers
from duijie_gateway.webhooks.transport import Answer

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from duijie_gateway.webhooks.digests import Digests
    from duijie_gateway.webhooks.handing_out import HandOut
    from duijie_gateway.webhooks.log import AttemptLog
    from duijie_gateway.webhooks.queue import Claim, Lane, Queue
    from duijie_gateway.webhooks.secrets import Seal
    from duijie_gateway.webhooks.transport import Line, Transport

TICK_SECONDS = 1.0
"""The longest that a message waits which nobody announced: a retry whose time has come, a lost wake-up."""
STALLED_SECONDS = 60.0
"""A loop that went round last so long ago is not ready."""
MESSAGES_A_TURN = 50
"""After so many messages an endpoint goes to the end of the queue."""
PRUNE_EVERY = dt.timedelta(hours=1)

DELIVERIES = Counter("duijie_gateway_webhook_attempts", "Attempts to deliver a webhook", ["outcome"])
BACKLOG = Gauge("duijie_gateway_webhook_backlog", "Webhook messages that wait for their delivery")
IN_FLIGHT = Gauge("duijie_gateway_webhook_in_flight", "Endpoints that are being sent to", ["lane"])

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Places:
    """How many endpoints are sent to at once: `healthy` and `troubled` in their lanes, `most` in all."""

    healthy: int = 100
    troubled: int = 50
    most: int = 400


@dataclass(slots=True)
class Work:
    """A task's lane, and since when its present attempt lasts (the loop's clock; None between two)."""

    lane: Lane
    since: float | None = None


class Sender:
    """Delivers until it is stopped. `pause` waits for a wake-up; `chance` is a number in [0, 1) for the jitter."""

    def __init__(
        self,
        queue: Queue,
        hand_out: HandOut,
        digests: Digests,
        attempts: AttemptLog,
        transport: Transport,
        seal: Seal,
        *,
        clock: Callable[[], dt.datetime],
        chance: Callable[[], float],
        places: Places = Places(),
    ) -> None:
        self._queue = queue
        self._hand_out = hand_out
        self._digests = digests
        self._attempts = attempts
        self._transport = transport
        self._seal = seal
        self._clock = clock
        self._chance = chance
        self._places = places
        self._work: dict[asyncio.Task[None], Work] = {}
        self._wake = asyncio.Event()
        self._pruned_at: dt.datetime | None = None
        self._round_at: float | None = None
        self._backlog = 0
        self._stopping = False

    def ready(self, monotonic: float) -> dict[str, object]:
        """For the probe: whether the loop goes round, and how many messages wait. `monotonic` is the loop's clock now."""
        alive = self._round_at is not None and monotonic - self._round_at < STALLED_SECONDS
        return {"ready": alive, "backlog": self._backlog, "in_flight": len(self._work)}

    def wake(self) -> None:
        """There may be something to do."""
        self._wake.set()

    async def run(self, stop: asyncio.Event) -> None:
        """Deliver until `stop` is set, then end the attempts that are under way and give their endpoints back."""
        try:
            while not stop.is_set():
                more = await self._tended(self.turn)
                if not more:
                    with suppress(TimeoutError):
                        await asyncio.wait_for(self._wake.wait(), TICK_SECONDS)
                self._wake.clear()
        finally:
            await self.drain()

    async def turn(self) -> bool:
        """Hand out a page, start on what is due and has a place; whether more of the log waits already."""
        more = await self._hand_out.step()
        await self._digests.step()
        await self._claim()
        self._backlog = await self._queue.backlog()
        BACKLOG.set(self._backlog)
        now = self._clock()
        if self._pruned_at is None or now - self._pruned_at >= PRUNE_EVERY:
            await self._attempts.prune(now)
            self._pruned_at = now
        self._round_at = asyncio.get_running_loop().time()
        return more

    async def settle(self) -> None:
        """Turn until nothing is under way and nothing more is due at the clock's present moment."""
        more = True
        while more or self._work:
            more = await self._tended(self.turn)
            if self._work:
                await asyncio.wait(self._work, return_when=asyncio.FIRST_COMPLETED)

    async def drain(self) -> None:
        """Wait for the attempts that are under way; begin no other."""
        self._stopping = True
        while self._work:
            done, _ = await asyncio.wait(self._work)
            self._forget(done)

    async def _tended(self, turn: Callable[[], Awaitable[bool]]) -> bool:
        self._forget({task for task in self._work if task.done()})
        try:
            return await turn()
        except (DBAPIError, PoolTimeoutError, psycopg.OperationalError) as error:
            log.warning("webhooks wait for the database", error=repr(error))
            return False

    async def _claim(self) -> None:
        loop = asyncio.get_running_loop()
        lanes: tuple[tuple[Lane, int], ...] = (
            ("healthy", self._places.healthy),
            ("troubled", self._places.troubled),
        )
        for lane, places in lanes:
            slow = loop.time() - SLOW_MS / 1000
            taken = sum(
                work.lane == lane and (lane == "troubled" or work.since is None or work.since > slow)
                for work in self._work.values()
            )
            free = min(places - taken, self._places.most - len(self._work))
            for claim in await self._queue.claim(lane, free, self._clock()):
                work = Work(lane)
                task = asyncio.create_task(self._serve(claim, work), name=f"webhook {claim.id}")
                self._work[task] = work
                task.add_done_callback(lambda _: self.wake())
        for lane, _ in lanes:
            IN_FLIGHT.labels(lane).set(sum(work.lane == lane for work in self._work.values()))

    def _forget(self, done: set[asyncio.Task[None]]) -> None:
        for task in done:
            del self._work[task]
            error = task.exception()
            if isinstance(error, DBAPIError | PoolTimeoutError | psycopg.OperationalError):
                log.warning("an attempt was not stored; it is made again", error=repr(error))
            elif error is not None:
                raise error

    async def _serve(self, claim: Claim, work: Work) -> None:
        try:
            async with self._transport.line() as line:
                for _ in range(MESSAGES_A_TURN):
                    work.since = None
                    if self._stopping or not await self._one(claim, line, work):
                        break
        finally:
            await self._queue.release(claim, self._clock())

    async def _one(self, claim: Claim, line: Line, work: Work) -> bool:
        """Send the next message of an endpoint. Whether to go on with it."""
        now = self._clock()
        due = await self._queue.due(claim, now)
        if due is None:
            return False
        work.since = asyncio.get_running_loop().time()
        try:
            secrets = [self._seal.open(sealed) for sealed in claim.sealed_secrets(now)]
            headers = signed_headers(due.id, now, due.body, secrets)
            answer = await line.post(claim.url, due.body, headers, now)
        except SealError:
            log.error("a webhook's secret cannot be opened: was the key changed?", endpoint=str(claim.id))
            answer = Answer(Outcome(None, "unsigned"), 0)
        result = await self._queue.record(claim, due, answer, now, self._clock(), self._chance())
        DELIVERIES.labels(result).inc()
        if result == "disabled":
            log.warning("a webhook is disabled", endpoint=str(claim.id), status=answer.outcome.status)
        return result == "delivered"
