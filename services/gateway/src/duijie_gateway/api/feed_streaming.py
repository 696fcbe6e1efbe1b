"""The stream of a saved feed: what was missed first, then what comes, until its time is over."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from duijie_gateway.api.streaming import CHUNK_BYTES, RECONNECT_MS, named
from duijie_gateway.feed import PAGE, ChangeEvent

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Iterator

    from duijie_gateway.api.deps import Services
    from duijie_gateway.domain.changes import Verdict
    from duijie_gateway.feed import FeedSubscription


async def feed_news(
    services: Services, subscription: FeedSubscription, *, place: int | None
) -> AsyncIterator[bytes]:
    """The stream's bytes. No database connection is held while a chunk is sent or waited for.

    `place` is where the reader stopped; None is a text that is no place. One that is not kept, or has not come yet,
    gets a reset: the reader forgets what it holds, and all that stands follows.
    """
    lasts = services.settings.stream_seconds
    deadline = asyncio.get_running_loop().time() + lasts
    yield f": at most {lasts:.0f} s, then resume with Last-Event-ID\nretry: {RECONNECT_MS}\n\n".encode()
    feed, after = subscription.feed, -1 if place is None else place
    oldest, head = await services.changes.bounds()
    if after != 0 and not oldest - 1 <= after <= max(head, subscription.start):
        after = 0
        yield named("reset", {"after": 0})
    while after < subscription.start:
        stretch = await services.changes.read(
            feed.scope, subscription.wanted, after=after, upto=subscription.start, limit=PAGE
        )
        oldest, _ = await services.changes.bounds()
        if 0 < after < oldest - 1:  # pruned while this reader was catching up
            after = 0
            yield named("reset", {"after": 0})
            continue
        for chunk in _chunks(((ChangeEvent(c), verdict) for c, verdict in stretch.told), exact=feed.exact):
            yield chunk
        after = stretch.reached
        if not stretch.told or stretch.told[-1][0].sequence < after:
            yield f"id: {after}\n\n".encode()
    while True:
        left = deadline - asyncio.get_running_loop().time()
        if left <= 0:
            yield named("end", {"reason": "time"})
            return
        taken = await subscription.take(left)
        # A reader may know more than this process has spread yet: it is told nothing twice.
        items = [each for each in taken if each[0].change.sequence > after]
        for chunk in _chunks(items, exact=feed.exact):
            yield chunk
        if subscription.closed is not None and not taken:
            yield named("end", {"reason": subscription.closed})
            return


def _chunks(items: Iterable[tuple[ChangeEvent, Verdict]], *, exact: bool) -> Iterator[bytes]:
    chunk = bytearray()
    for event, verdict in items:
        chunk += event.event(verdict, exact=exact)
        if len(chunk) >= CHUNK_BYTES:
            yield bytes(chunk)
            chunk.clear()
    if chunk:
        yield bytes(chunk)
