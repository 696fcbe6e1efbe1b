"""From the log of changes to messages: each endpoint's cursor moves, and what concerns it is stored with that.

The log is read once for all endpoints that stand close together; the filters are judged in memory. An endpoint with a
full window keeps its cursor: the log itself is the queue behind it.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, cast

from sqlalchemy import func, select, update
from sqlmodel import col

from duijie_gateway.domain.access import Scope
from duijie_gateway.domain.changes import (
    SUBJECTS,
    Change,
    FeedFilter,
    Subject,
    Verdict,
    change_item,
    concerns,
)
from duijie_gateway.domain.envelopes import RESET_TYPE, cloud_event, message_id, type_of
from duijie_gateway.webhook_tables import EndpointRow
from duijie_gateway.webhooks.messages import add_messages, message_row

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

    from duijie_gateway.repository.changes import ChangeReader

PAGE = 500
"""Changes that one step hands out; endpoints within a page of each other move together."""
WINDOW = 1_000
"""Messages that may wait for one endpoint before its cursor does."""
EVERYTHING = FeedFilter(frozenset(SUBJECTS))


class SavedFilters(Protocol):
    """The filters of saved feeds that are told as they happen, by id; one that is gone or has a schedule is missing."""

    async def filters(self, ids: Collection[UUID]) -> Mapping[UUID, FeedFilter]: ...


@dataclass(frozen=True, slots=True)
class Reader:
    """What handing out must know of an endpoint."""

    id: UUID
    position: int
    scope: Scope
    exact: bool
    events: frozenset[Subject]
    feed_id: UUID | None
    replay_position: int | None
    replay_upto: int | None

    def wanted(self, saved: Mapping[UUID, FeedFilter]) -> FeedFilter:
        """Its filter: the saved feed's, narrowed to its events. A feed that is gone, or is told by digests, lets nothing
        through.
        """
        if self.feed_id is None:
            return FeedFilter(self.events)
        kept = saved.get(self.feed_id, FeedFilter(frozenset()))
        return FeedFilter(**{**_fields(kept), "subjects": kept.subjects & self.events})


class HandOut:
    """Moves cursors. Two senders may do it at once: the rows of endpoints are locked, and skipped by the other."""

    def __init__(
        self,
        engine: AsyncEngine,
        changes: ChangeReader,
        saved: SavedFilters,
        clock: Callable[[], dt.datetime],
    ) -> None:
        self._engine = engine
        self._changes = changes
        self._saved = saved
        self._clock = clock

    async def step(self) -> bool:
        """Hand out a page to those near the head, one to those furthest behind, one to each replay.

        Returns whether there is more to do.
        """
        _, head = await self._changes.bounds()
        more = False
        for oldest_first in (False, True):
            start = await self._start(head, oldest_first=oldest_first)
            if start is not None:
                more |= await self._page(start)
        return await self._replays() or more

    async def _start(self, head: int, *, oldest_first: bool) -> int | None:
        """Where the endpoints stand that come next: near the head, or the last of all."""
        place = func.min(col(EndpointRow.position))
        near = col(EndpointRow.position) >= head - PAGE
        query = select(place).where(
            *_ready(), col(EndpointRow.position) < head, ~near if oldest_first else near
        )
        async with self._engine.connect() as connection:
            return (await connection.execute(query)).scalar_one()

    async def _page(self, start: int) -> bool:
        stretch = await self._changes.read(Scope(), EVERYTHING, after=start, limit=PAGE)
        # What was taken away while this was read is known now.
        oldest, head = await self._changes.bounds()
        here = (
            *_ready(),
            col(EndpointRow.position) >= start,
            col(EndpointRow.position) < max(stretch.reached, start + 1),
        )
        async with self._engine.begin() as connection:
            readers = await _locked(connection, here)
            saved = await self._saved.filters({each.feed_id for each in readers if each.feed_id is not None})
            now = self._clock()
            rows: list[dict[str, Any]] = []
            bodies: dict[tuple[int, Verdict, bool], str] = {}
            for reader in readers:
                wanted = reader.wanted(saved)
                if 0 < reader.position < oldest - 1:
                    rows.append(_reset(reader, oldest, now))
                for change in stretch.changes:
                    if change.sequence <= reader.position:
                        continue
                    verdict = concerns(wanted, reader.scope, change)
                    if verdict is not None:
                        rows.append(_message(reader, change, verdict, bodies, now))
            await add_messages(connection, rows)
            if readers:
                await connection.execute(
                    update(EndpointRow)
                    .where(col(EndpointRow.id).in_([each.id for each in readers]))
                    .values(position=stretch.reached)
                )
        return bool(readers) and stretch.reached < head

    async def _replays(self) -> bool:
        query = (*_ready(), col(EndpointRow.replay_upto).is_not(None))
        async with self._engine.begin() as connection:
            readers = await _locked(connection, query)
            saved = await self._saved.filters({each.feed_id for each in readers if each.feed_id is not None})
            for reader in readers:
                after, upto = cast("int", reader.replay_position), cast("int", reader.replay_upto)
                stretch = await self._changes.read(
                    reader.scope, reader.wanted(saved), after=after, upto=upto, limit=PAGE
                )
                now = self._clock()
                bodies: dict[tuple[int, Verdict, bool], str] = {}
                rows = [_message(reader, change, verdict, bodies, now) for change, verdict in stretch.told]
                await add_messages(connection, rows, again=True)
                done = stretch.reached >= upto
                await connection.execute(
                    update(EndpointRow)
                    .where(col(EndpointRow.id) == reader.id)
                    .values(
                        replay_position=None if done else stretch.reached,
                        replay_upto=None if done else upto,
                    )
                )
        return bool(readers)


def _ready() -> tuple[Any, ...]:
    return col(EndpointRow.status) == "active", col(EndpointRow.pending) < WINDOW


async def _locked(connection: AsyncConnection, conditions: Sequence[Any]) -> list[Reader]:
    query = select(*_READER).where(*conditions).with_for_update(skip_locked=True)
    return [
        Reader(id_, position, Scope(party, area), exact, frozenset(events), feed_id, *replay)
        for id_, position, party, area, exact, events, feed_id, *replay in await connection.execute(query)
    ]


def _message(
    reader: Reader,
    change: Change,
    verdict: Verdict,
    bodies: dict[tuple[int, Verdict, bool], str],
    now: dt.datetime,
) -> dict[str, Any]:
    """A message's row. The item, which costs most to make, is rendered once for all readers of its kind."""
    id_, type_ = message_id(reader.id, change.sequence), type_of(change.subject)
    key = (change.sequence, verdict, reader.exact)
    if key not in bodies:
        item = change_item(change, verdict, exact=reader.exact)
        bodies[key] = cloud_event(_ID, type_, str(change.id), change.recorded_at, item)
    body = bodies[key].replace(_ID, id_, 1)
    return message_row(reader.id, id_, change.sequence, type_, body, now)


def _reset(reader: Reader, oldest: int, now: dt.datetime) -> dict[str, Any]:
    """The one message that says that changes are missing: the log did not keep them for so long."""
    id_ = message_id(reader.id, -reader.position)
    data = {"after": reader.position, "oldest": oldest}
    return message_row(
        reader.id,
        id_,
        reader.position,
        RESET_TYPE,
        cloud_event(id_, RESET_TYPE, str(reader.id), now, data),
        now,
    )


def _fields(wanted: FeedFilter) -> dict[str, Any]:
    return {name: getattr(wanted, name) for name in FeedFilter.__slots__}


_ID = "msg_" + "0" * 32
_READER = tuple(
    col(getattr(EndpointRow, name))
    for name in (
        *("id", "position", "party_id", "area", "exact", "events", "feed_id"),
        *("replay_position", "replay_upto"),
    )
)
