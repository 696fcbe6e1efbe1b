"""Saved feeds. The gateway owns these rows: no topic can rebuild them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, func, insert, select, text, update
from sqlmodel import col

from duijie_gateway.domain.feeds import MOST_FEEDS, Feed, Schedule, Via, filter_of
from duijie_gateway.tables import SavedFeedRow

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection, Mapping
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncEngine

    from duijie_gateway.domain.access import Scope
    from duijie_gateway.domain.changes import FeedFilter


class FeedStore:
    """Reads and writes `saved_feeds`. A feed belongs to a scope: a party, or the operator's staff of an area.

    `reading` is for single statements, which need no transaction around them.
    """

    def __init__(self, engine: AsyncEngine, reading: AsyncEngine | None = None) -> None:
        self._engine = engine
        self._reading = reading or engine

    async def create(self, feed: Feed) -> bool:
        """Store a feed; False when its owner has `MOST_FEEDS` already."""
        owner = feed.scope.key()
        async with self._engine.begin() as connection:
            # Two at once would both count the same.
            lock = text("SELECT pg_advisory_xact_lock(hashtextextended(:owner, 0))")
            await connection.execute(lock, {"owner": owner})
            count = select(func.count()).where(col(SavedFeedRow.owner) == owner)
            if (await connection.execute(count)).scalar_one() >= MOST_FEEDS:
                return False
            await connection.execute(insert(SavedFeedRow).values(**_row(feed)))
            return True

    async def all(self, scope: Scope) -> list[Feed]:
        """The feeds of an owner, oldest first."""
        query = _SELECT.where(col(SavedFeedRow.owner) == scope.key()).order_by(
            col(SavedFeedRow.created_at), col(SavedFeedRow.id)
        )
        async with self._reading.connect() as connection:
            return [_feed(row) for row in (await connection.execute(query)).mappings()]

    async def one(self, scope: Scope, feed_id: UUID) -> Feed | None:
        """One feed of an owner; None for another's."""
        query = _SELECT.where(col(SavedFeedRow.id) == feed_id, col(SavedFeedRow.owner) == scope.key())
        async with self._reading.connect() as connection:
            row = (await connection.execute(query)).mappings().one_or_none()
        return None if row is None else _feed(row)

    async def replace(self, feed: Feed) -> None:
        """Store what changed of a feed: its name and how it reports."""
        values = _row(feed)
        changed = {name: values[name] for name in ("name", "schedule", "report_if_empty", "digested", "due")}
        async with self._engine.begin() as connection:
            await connection.execute(
                update(SavedFeedRow).where(col(SavedFeedRow.id) == feed.id).values(**changed)
            )

    async def delete(self, scope: Scope, feed_id: UUID) -> bool:
        """Forget a feed; False when its owner has none of this id."""
        change = delete(SavedFeedRow).where(
            col(SavedFeedRow.id) == feed_id, col(SavedFeedRow.owner) == scope.key()
        )
        async with self._engine.begin() as connection:
            return (await connection.execute(change)).rowcount == 1

    async def filters(self, ids: Collection[UUID]) -> Mapping[UUID, FeedFilter]:
        """The filters of feeds that are told as they happen, by id; one that is gone or has a schedule is missing."""
        if not ids:
            return {}
        query = select(col(SavedFeedRow.id), col(SavedFeedRow.filter)).where(
            col(SavedFeedRow.id).in_(ids), col(SavedFeedRow.schedule).is_(None)
        )
        async with self._reading.connect() as connection:
            return {id_: filter_of(posted) for id_, posted in await connection.execute(query)}

    async def due_digests(self, now: dt.datetime, via: Via | None = None, limit: int = 100) -> list[Feed]:
        """Feeds whose digest is due (by one way), those that wait longest first."""
        query = _SELECT.where(col(SavedFeedRow.due) <= now).order_by(col(SavedFeedRow.due)).limit(limit)
        if via is not None:
            schedule: Any = col(SavedFeedRow.schedule)
            query = query.where(schedule["via"].astext == via)
        async with self._reading.connect() as connection:
            return [_feed(row) for row in (await connection.execute(query)).mappings()]

    async def digested(self, feed: Feed, upto: int, now: dt.datetime) -> bool:
        """Note that the digest up to the place `upto` was sent; False when another sender was faster."""
        assert feed.schedule is not None  # noqa: S101 - only such feeds are due
        change = (
            update(SavedFeedRow)
            .where(col(SavedFeedRow.id) == feed.id, col(SavedFeedRow.due) == feed.due)
            .values(digested=upto, due=feed.schedule.next_due(now))
        )
        async with self._engine.begin() as connection:
            return (await connection.execute(change)).rowcount == 1


_NAMES = (
    *("id", "name", "party", "area", "exact", "filter", "start", "created_at"),
    *("schedule", "report_if_empty", "digested", "due"),
)
_SELECT = select(*(col(getattr(SavedFeedRow, name)) for name in _NAMES))


def _row(feed: Feed) -> dict[str, Any]:
    values = {name: getattr(feed, name) for name in _NAMES}
    schedule = None if feed.schedule is None else feed.schedule.to_json()
    return values | {"owner": feed.scope.key(), "schedule": schedule}


def _feed(row: Mapping[Any, Any]) -> Feed:
    schedule = row["schedule"]
    return Feed(**{**row, "schedule": None if schedule is None else Schedule.from_json(schedule)})
