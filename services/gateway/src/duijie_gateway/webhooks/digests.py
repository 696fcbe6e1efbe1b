"""Digests of feeds that go out by webhook: one message to every endpoint that names the feed."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID, uuid5

from sqlalchemy import select, update
from sqlmodel import col

from duijie_gateway.domain.envelopes import DIGEST_TYPE, cloud_event
from duijie_gateway.feed_digests import is_sent, make_digest
from duijie_gateway.tables import SavedFeedRow
from duijie_gateway.webhook_tables import EndpointRow
from duijie_gateway.webhooks.messages import add_messages, message_row

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable

    from sqlalchemy.ext.asyncio import AsyncEngine

    from duijie_gateway.domain.digests import Digest
    from duijie_gateway.domain.feeds import Feed
    from duijie_gateway.repository.changes import ChangeReader
    from duijie_gateway.repository.feeds import FeedStore


class Digests:
    """Makes what is due; messages and the feed's next date are stored together, by one sender alone."""

    def __init__(
        self, engine: AsyncEngine, changes: ChangeReader, feeds: FeedStore, clock: Callable[[], dt.datetime]
    ) -> None:
        self._engine = engine
        self._changes = changes
        self._feeds = feeds
        self._clock = clock

    async def step(self) -> None:
        """Hand out every digest that is due by now."""
        for feed in await self._feeds.due_digests(self._clock(), via="webhook"):
            await self._hand_out(feed)

    async def _hand_out(self, feed: Feed) -> None:
        assert feed.schedule is not None  # noqa: S101 - only such feeds are due
        now = self._clock()
        still = col(SavedFeedRow.id) == feed.id, col(SavedFeedRow.due) == feed.due
        named = select(col(EndpointRow.id)).where(
            col(EndpointRow.feed_id) == feed.id, col(EndpointRow.status) != "disabled"
        )
        async with self._engine.begin() as connection:
            locked = select(col(SavedFeedRow.id)).where(*still).with_for_update(skip_locked=True)
            if (await connection.execute(locked)).one_or_none() is None:
                return
            made = await make_digest(self._changes, feed)
            if is_sent(feed, made):
                endpoints = (await connection.execute(named)).scalars().all()
                await add_messages(connection, [_row(endpoint, feed, made, now) for endpoint in endpoints])
            await connection.execute(
                update(SavedFeedRow).where(*still).values(digested=made.upto, due=feed.schedule.next_due(now))
            )


def _row(endpoint: UUID, feed: Feed, made: Digest, now: dt.datetime) -> dict[str, object]:
    id_ = f"msg_{uuid5(endpoint, made.id).hex}"
    body = cloud_event(id_, DIGEST_TYPE, str(feed.id), now, made.to_json())
    return message_row(endpoint, id_, made.upto, DIGEST_TYPE, body, now)
