"""From the log of changes to messages: what concerns a channel waits until the channel may be told again.

The lines that wait, the cursor and the message are one transaction under the channel's row lock, so that two notifiers
make no message twice and a killed one loses none.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from sqlalchemy import delete, exists, insert, or_, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlmodel import col

from duijie_gateway.domain.access import Scope
from duijie_gateway.domain.changes import FeedFilter
from duijie_gateway.domain.notices import REMIND_BEFORE, Line, line_of, message, reminder
from duijie_gateway.notice_tables import NoticeChannelRow, NoticeReminderRow, NoticeRow
from duijie_gateway.tables import FeedHeadRow

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from sqlalchemy import ColumnElement
    from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

    from duijie_gateway.domain.changes import Change
    from duijie_gateway.repository.changes import ChangeReader

PAGE = 1_000
WATCHED = FeedFilter(subjects=frozenset({"match", "deal"}))


class Bundler:
    """Reads the log for every channel. `url` is where people look closer; it ends each message."""

    def __init__(
        self, engine: AsyncEngine, changes: ChangeReader, clock: Callable[[], dt.datetime], url: str
    ) -> None:
        self._engine = engine
        self._changes = changes
        self._clock = clock
        self._url = url

    async def turn(self) -> bool:
        """Bring one channel that has something new up to date; False when none has."""
        now = self._clock()
        async with self._engine.begin() as connection:
            query = (
                select(NoticeChannelRow.__table__)  # type: ignore[attr-defined]
                .where(col(NoticeChannelRow.status) == "active", _has_work(now))
                .limit(1)
                .with_for_update(skip_locked=True)
            )
            row = (await connection.execute(query)).mappings().one_or_none()
            if row is None:
                return False
            await self._bring_up(connection, NoticeChannelRow(**row), now)
            return True

    async def _bring_up(
        self, connection: AsyncConnection, channel: NoticeChannelRow, now: dt.datetime
    ) -> None:
        scope = Scope(channel.party_id, channel.area)
        oldest, _ = await self._changes.bounds()
        # What is no longer kept was told to nobody for weeks: it is no news.
        after = max(channel.position, oldest - 1)
        stretch = await self._changes.read(scope, WATCHED, after=after, limit=PAGE)
        waiting = [_line(stored) for stored in channel.waiting]
        waiting = await self._take_in(connection, channel, waiting, stretch.changes, now)
        waiting += await _due_reminders(connection, channel, now)
        values: dict[str, Any] = {"position": stretch.reached, "waiting": [_stored(line) for line in waiting]}
        if waiting and channel.due_at <= now and not await _one_is_under_way(connection, channel.id):
            await connection.execute(insert(NoticeRow).values(**self._notice(channel, waiting, now)))
            values["waiting"] = []
        await connection.execute(
            update(NoticeChannelRow).where(col(NoticeChannelRow.id) == channel.id).values(**values)
        )

    async def _take_in(
        self,
        connection: AsyncConnection,
        channel: NoticeChannelRow,
        waiting: list[Line],
        changes: Iterable[Change],
        now: dt.datetime,
    ) -> list[Line]:
        for change in changes:
            line = line_of(change, channel.party_id, exact=channel.exact)
            if change.subject == "deal":
                # Whatever the hold has become, it waits no longer as it was.
                waiting = [each for each in waiting if each.deal != change.id]
                await _forget(connection, channel.id, [change.id])
                if line is not None and "deadline" in channel.kinds:
                    await _remember(connection, channel.id, line, now)
            if line is not None and line.kind in channel.kinds:
                waiting.append(line)
        return waiting

    def _notice(self, channel: NoticeChannelRow, lines: Sequence[Line], now: dt.datetime) -> dict[str, Any]:
        made = message(lines, "en" if channel.language == "en" else "zh", self._url)
        return {
            "id": uuid4(),
            "channel_id": channel.id,
            "made_at": now,
            "title": made.title,
            "body": made.body,
            "lines": len(lines),
            "status": "pending",
            "attempts": 0,
            "next_attempt_at": now,
        }


def _has_work(now: dt.datetime) -> ColumnElement[bool]:
    head = select(col(FeedHeadRow.sequence)).scalar_subquery()
    reminded = exists().where(
        col(NoticeReminderRow.channel_id) == col(NoticeChannelRow.id), col(NoticeReminderRow.at) <= now
    )
    under_way = exists().where(
        col(NoticeRow.channel_id) == col(NoticeChannelRow.id), col(NoticeRow.status) == "pending"
    )
    waits = (col(NoticeChannelRow.waiting) != []) & (col(NoticeChannelRow.due_at) <= now) & ~under_way
    return or_(col(NoticeChannelRow.position) < head, reminded, waits)


async def _one_is_under_way(connection: AsyncConnection, channel: UUID) -> bool:
    query = select(col(NoticeRow.id)).where(
        col(NoticeRow.channel_id) == channel, col(NoticeRow.status) == "pending"
    )
    return (await connection.execute(query.limit(1))).one_or_none() is not None


async def _forget(connection: AsyncConnection, channel: UUID, deals: Sequence[UUID]) -> None:
    await connection.execute(
        delete(NoticeReminderRow).where(
            col(NoticeReminderRow.channel_id) == channel, col(NoticeReminderRow.deal_id).in_(deals)
        )
    )


async def _remember(connection: AsyncConnection, channel: UUID, line: Line, now: dt.datetime) -> None:
    if line.deal is None or line.deadline is None or line.deadline <= now:
        return
    at = line.deadline - REMIND_BEFORE
    values = {"channel_id": channel, "deal_id": line.deal, "at": at, "line": _stored(reminder(line))}
    statement = upsert(NoticeReminderRow).values(**values)
    await connection.execute(
        statement.on_conflict_do_update(
            index_elements=["channel_id", "deal_id"], set_={"at": at, "line": values["line"]}
        )
    )


async def _due_reminders(
    connection: AsyncConnection, channel: NoticeChannelRow, now: dt.datetime
) -> list[Line]:
    due = (
        delete(NoticeReminderRow)
        .where(col(NoticeReminderRow.channel_id) == channel.id, col(NoticeReminderRow.at) <= now)
        .returning(col(NoticeReminderRow.line))
    )
    lines = [_line(stored) for stored in (await connection.execute(due)).scalars()]
    still = [line for line in lines if line.deadline is not None and line.deadline > now]
    return sorted(still, key=lambda line: (line.deadline or now, str(line.deal)))


def _stored(line: Line) -> dict[str, Any]:
    return {
        "kind": line.kind,
        "zh": line.zh,
        "en": line.en,
        "deal": line.deal and str(line.deal),
        "deadline": line.deadline and line.deadline.isoformat(),
    }


def _line(stored: dict[str, Any]) -> Line:
    return Line(
        stored["kind"],
        stored["zh"],
        stored["en"],
        stored["deal"] and UUID(stored["deal"]),
        stored["deadline"] and dt.datetime.fromisoformat(stored["deadline"]),
    )
