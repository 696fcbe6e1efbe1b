"""From feed rows to open streams: one reader of the database for all streams of this process.

PostgreSQL's NOTIFY wakes it; a wake-up only lowers latency, since it looks at the feed every two seconds anyway.
"""

from __future__ import annotations

import asyncio
import json
from collections import deque
from typing import TYPE_CHECKING, Generic, TypeVar

import psycopg
import structlog
from duijie_shared.events.matches import MatchRecord
from duijie_shared.rendering import match_item
from prometheus_client import Gauge
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from duijie_gateway.domain.access import Scope
from duijie_gateway.domain.changes import SUBJECTS, FeedFilter, Verdict, change_text, concerns
from duijie_gateway.domain.filters import MatchFilter, may_see
from duijie_gateway.domain.keys import KEYS_CHANGED
from duijie_gateway.projection import FEED_CHANNEL

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable
    from uuid import UUID

    from duijie_gateway.domain.access import Caller
    from duijie_gateway.domain.changes import Change
    from duijie_gateway.domain.feeds import Feed
    from duijie_gateway.repository.changes import ChangeReader
    from duijie_gateway.repository.keys import KeyStore
    from duijie_gateway.repository.matches import MatchReader, Told

WAKE_SECONDS = 2.0
"""The longest that a revoked key keeps its streams, and that a lost wake-up delays news."""
RETRY_SECONDS = 1.0
PAGE = 500
EVERYTHING = FeedFilter(frozenset(SUBJECTS))
QUEUE_ITEMS = 2_000
"""News that a stream may lag behind by; items are shared between streams, so this holds references."""

STREAMS = Gauge("duijie_gateway_streams", "Open streams")
HEAD = Gauge("duijie_gateway_feed_head", "Last feed sequence given to streams")

log = structlog.get_logger()


class FeedItem:
    """One feed row, rendered at most once for each of the two kinds of reader."""

    __slots__ = ("_coarse", "_exact", "_record", "told")

    def __init__(self, told: Told) -> None:
        self.told = told
        self._record: MatchRecord | None = None
        self._exact: bytes | None = None
        self._coarse: bytes | None = None

    def event(self, *, exact: bool) -> bytes:
        """The server-sent event: the sequence as id, the item as data."""
        if exact:
            self._exact = self._exact or self._render(exact=True)
            return self._exact
        self._coarse = self._coarse or self._render(exact=False)
        return self._coarse

    def _render(self, *, exact: bool) -> bytes:
        if self._record is None:
            self._record = MatchRecord.model_validate_json(self.told.record)
        item = match_item(self._record, exact=exact, status=self.told.facts.status)
        data = json.dumps(item, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        return f"id: {self.told.sequence}\ndata: {data}\n\n".encode()


class ChangeEvent:
    """One change of the log, rendered at most once for each way in which readers are told of it."""

    __slots__ = ("_rendered", "change")

    def __init__(self, change: Change) -> None:
        self.change = change
        self._rendered: dict[tuple[Verdict, bool], bytes] = {}

    def event(self, verdict: Verdict, *, exact: bool) -> bytes:
        """The server-sent event: the sequence as id, the item as data."""
        key = verdict, exact
        if key not in self._rendered:
            data = change_text(self.change, verdict, exact=exact)
            self._rendered[key] = f"id: {self.change.sequence}\ndata: {data}\n\n".encode()
        return self._rendered[key]


Item = TypeVar("Item")


class Line(Generic[Item]):
    """What waits for one stream: news from `start` on, until it is `closed`. One that lags too far behind is."""

    def __init__(self, start: int, caller: Caller) -> None:
        self.start = start
        self.caller = caller
        self.closed: str | None = None
        self._items: deque[Item] = deque()
        self._wake = asyncio.Event()

    def put(self, item: Item) -> None:
        """Queue news."""
        if len(self._items) >= QUEUE_ITEMS:
            self._items.clear()
            self.close("slow")
            return
        self._items.append(item)
        self._wake.set()

    def close(self, reason: str) -> None:
        """End the stream after what is queued."""
        if self.closed is None:
            self.closed = reason
            self._wake.set()

    async def take(self, timeout_s: float) -> list[Item]:
        """What is queued, waiting for it; nothing when the time is over or the stream is closed."""
        if not self._items and self.closed is None:
            try:
                await asyncio.wait_for(self._wake.wait(), timeout_s)
            except TimeoutError:
                return []
        self._wake.clear()
        items = list(self._items)
        self._items.clear()
        return items


class Subscription(Line[FeedItem]):
    """A stream of matches: all news after `start` that concern it."""

    def __init__(self, start: int, scope: Scope, wanted: MatchFilter, caller: Caller) -> None:
        super().__init__(start, caller)
        self.scope = scope
        self.wanted = wanted

    def give(self, item: FeedItem) -> None:
        """Queue news that concern this stream."""
        told = item.told
        concerned = self.wanted.admits(told.facts) or (
            told.before is not None and self.wanted.admits(told.before)
        )
        if concerned and may_see(self.scope, told.facts):
            self.put(item)


class FeedSubscription(Line[tuple[ChangeEvent, Verdict]]):
    """A stream of a saved feed: all changes after `start` that concern it."""

    def __init__(self, start: int, feed: Feed, caller: Caller) -> None:
        super().__init__(start, caller)
        self.feed = feed
        self.scope = feed.scope
        self.wanted = feed.wanted

    def give(self, event: ChangeEvent) -> None:
        """Queue a change that concerns this feed."""
        verdict = concerns(self.wanted, self.scope, event.change)
        if verdict is not None:
            self.put((event, verdict))


class FeedHub:
    """Follows the feed and hands each row to the streams that it concerns."""

    def __init__(
        self,
        conninfo: str,
        matches: MatchReader,
        changes: ChangeReader,
        keys: KeyStore,
        clock: Callable[[], dt.datetime],
    ) -> None:
        self._conninfo = conninfo
        self._matches = matches
        self._changes = changes
        self._keys = keys
        self._clock = clock
        self._subscriptions: set[Subscription] = set()
        self._feeds: set[FeedSubscription] = set()
        self._head: int | None = None
        self._feeds_head: int | None = None
        self.listening = False

    @property
    def streams(self) -> int:
        """How many streams are open."""
        return len(self._subscriptions) + len(self._feeds)

    def subscribe(self, scope: Scope, wanted: MatchFilter, caller: Caller) -> Subscription | None:
        """A subscription from the present head on; None before the feed was read for the first time."""
        if self._head is None:
            return None
        subscription = Subscription(self._head, scope, wanted, caller)
        self._subscriptions.add(subscription)
        STREAMS.set(self.streams)
        return subscription

    def subscribe_feed(self, feed: Feed, caller: Caller) -> FeedSubscription | None:
        """The same of a saved feed."""
        if self._feeds_head is None:
            return None
        subscription = FeedSubscription(self._feeds_head, feed, caller)
        self._feeds.add(subscription)
        STREAMS.set(self.streams)
        return subscription

    def end_feed(self, feed_id: UUID) -> None:
        """End this process's streams of a feed that was deleted."""
        for subscription in self._feeds:
            if subscription.feed.id == feed_id:
                subscription.close("deleted")

    def leave(self, subscription: Subscription | FeedSubscription) -> None:
        """Forget a subscription."""
        if isinstance(subscription, FeedSubscription):
            self._feeds.discard(subscription)
        else:
            self._subscriptions.discard(subscription)
        STREAMS.set(self.streams)

    async def run(self) -> None:
        """Follow for ever; a database that is away is waited for."""
        while True:
            try:
                await self._listen()
            except (psycopg.OperationalError, DBAPIError, PoolTimeoutError) as error:
                self.listening = False
                log.warning("the feed cannot be read", error=repr(error))
                await asyncio.sleep(RETRY_SECONDS)

    async def _listen(self) -> None:
        async with await psycopg.AsyncConnection.connect(self._conninfo, autocommit=True) as connection:
            await connection.execute(f"LISTEN {FEED_CHANNEL}")
            await connection.execute(f"LISTEN {KEYS_CHANGED}")
            if self._head is None:
                _, self._head = await self._matches.feed_bounds()
                self._feeds_head = self._head
            self.listening = True
            judged = -WAKE_SECONDS
            revoked = False
            while True:
                await self._spread()
                await self._spread_changes()
                now = asyncio.get_running_loop().time()
                if revoked or now - judged >= WAKE_SECONDS:
                    await self._end_revoked()
                    judged, revoked = now, False
                async for notice in connection.notifies(timeout=WAKE_SECONDS, stop_after=1):
                    revoked = notice.channel == KEYS_CHANGED

    async def _spread(self) -> None:
        assert self._head is not None  # noqa: S101 - read before the first call
        while True:
            rows = await self._matches.feed(
                Scope(), MatchFilter(), after=self._head, upto=2**63 - 1, limit=PAGE
            )
            for told in rows:
                item = FeedItem(told)
                for subscription in self._subscriptions:
                    subscription.give(item)
                self._head = told.sequence
            HEAD.set(self._head)
            if len(rows) < PAGE:
                return

    async def _spread_changes(self) -> None:
        assert self._feeds_head is not None  # noqa: S101 - read before the first call
        while True:
            # A stream that comes while this reads begins behind it, or is given what it reads.
            if not self._feeds:
                _, head = await self._changes.bounds()
                if not self._feeds:
                    self._feeds_head = max(self._feeds_head, head)
                    return
            stretch = await self._changes.read(Scope(), EVERYTHING, after=self._feeds_head, limit=PAGE)
            for change, _ in stretch.told:
                event = ChangeEvent(change)
                for subscription in self._feeds:
                    subscription.give(event)
            self._feeds_head = stretch.reached
            if len(stretch.told) < PAGE:
                return

    async def _end_revoked(self) -> None:
        lines: list[Subscription | FeedSubscription] = [*self._subscriptions, *self._feeds]
        if not lines:
            return
        callers = [line.caller for line in lines]
        keys, sessions = await self._keys.live(
            {caller.key_id for caller in callers},
            {caller.session for caller in callers if caller.session is not None},
            self._clock(),
        )
        for line in lines:
            caller = line.caller
            if caller.key_id not in keys or (caller.session is not None and caller.session not in sessions):
                line.close("revoked")
