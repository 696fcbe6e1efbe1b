"""Events into the read model: rows, feed and positions in one transaction, so that none is without the others."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from duijie_shared.events.matches import Diagnosis, PlanRecord
from duijie_shared.events.parties import PartySnapshot
from sqlalchemy import delete, exists, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import aliased
from sqlmodel import SQLModel, col

from duijie_gateway.change_log import redact_erased, write_changes
from duijie_gateway.deal_projection import deal_states
from duijie_gateway.erasure import end_keys_of_erased
from duijie_gateway.listing_projection import (
    empty_listings,
    forget_offsets,
    project_capacities,
    project_listings,
)
from duijie_gateway.match_projection import MatchProjection
from duijie_gateway.rows import remove, upsert
from duijie_gateway.tables import (
    CapacityRow,
    ChangeRow,
    DealRow,
    DiagnosisRow,
    FeedHeadRow,
    FeedRow,
    MatchRow,
    OrderRow,
    PartyRow,
    PlanRow,
    PositionRow,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import ColumnElement, Connection, Engine

    from duijie_gateway.decoding import Event

FEED_CHANNEL = "duijie_feed"
"""The channel on which new feed rows wake the streams; the payload is the last sequence."""

_ROWS_OF_TOPIC: dict[
    str, type[MatchRow | OrderRow | DealRow | PartyRow | PlanRow | DiagnosisRow | CapacityRow]
] = {
    "matches-v1": MatchRow,
    "orders-v1": OrderRow,
    "deals-v1": DealRow,
    "parties-v1": PartyRow,
    "plans-v1": PlanRow,
    "diagnoses-v1": DiagnosisRow,
    "capacities-v1": CapacityRow,
}
PRUNE_BATCH = 10_000

Place = tuple[str, int]
"""A topic and a partition."""


@dataclass(frozen=True, slots=True)
class Position:
    """The next offset to read, and the furthest that was ever reached; behind it all is replay."""

    next_offset: int
    seen: int


class Projection:
    """Writes the read model. Safe to run twice over the same events, and beside another one."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def positions(self) -> dict[Place, Position]:
        """How far each partition was read."""
        with self._engine.connect() as connection:
            rows = connection.execute(select(PositionRow.__table__)).all()  # type: ignore[attr-defined]
        return {(row.topic, row.partition): Position(row.next_offset, row.seen) for row in rows}

    def apply(
        self, events: Sequence[Event], reached: Mapping[Place, int], *, now: dt.datetime, news: bool = True
    ) -> int:
        """Apply `events` and store the positions `reached`, all or nothing; returns the changes told.

        With `news` False (a replay) rows are rebuilt and nobody is told.
        """
        with self._engine.begin() as connection:
            # The lock makes sequences gapless and keeps a second projector waiting until this one is done.
            head = connection.execute(select(col(FeedHeadRow.sequence)).with_for_update()).scalar_one()
            told = self._apply_matches(connection, events, head, now, news=news)
            states = [
                *project_listings(connection, events, now),
                *project_capacities(connection, events, now),
                *deal_states(connection, events),
            ]
            if news:
                told += write_changes(connection, states, head + told, now)
            redact_erased(connection, events)
            _write_rest(connection, events)
            end_keys_of_erased(connection, events, now)
            _store_positions(connection, reached)
            if told:
                connection.execute(update(FeedHeadRow).values(sequence=head + told))
                connection.execute(select(func.pg_notify(FEED_CHANNEL, str(head + told))))
            return told

    def _apply_matches(
        self, connection: Connection, events: Sequence[Event], head: int, now: dt.datetime, *, news: bool
    ) -> int:
        work = MatchProjection(connection, events)
        changes = work.apply()
        work.store()
        if not news or not changes:
            return 0
        rows = [change.row(head + number, now) for number, change in enumerate(changes, start=1)]
        connection.execute(insert(FeedRow), rows)
        return len(rows)

    def forget_offsets(self, topic: str) -> None:
        """The topic was made anew and its offsets start again: read it from the start, let its rows be replaced."""
        table = _ROWS_OF_TOPIC[topic]
        with self._engine.begin() as connection:
            connection.execute(update(table).values(source_offset=-1))
            if topic == "orders-v1":
                forget_offsets(connection)
            connection.execute(delete(PositionRow).where(col(PositionRow.topic) == topic))

    def rewind(self) -> None:
        """Empty the read model, so that the next start rebuilds it from the topics. The feed stays."""
        with self._engine.begin() as connection:
            for table in _ROWS_OF_TOPIC.values():
                connection.execute(delete(table))
            empty_listings(connection)
            connection.execute(update(PositionRow).values(next_offset=0))

    def prune_feed(self, before: dt.datetime) -> int:
        """Delete changes recorded before `before`, except the newest of what still stands; returns how many.

        So a reader that starts from nothing still hears of all that stands, however old.
        """
        with self._engine.begin() as connection:
            last = connection.execute(
                select(
                    func.greatest(
                        *(
                            select(func.max(col(table.sequence)))
                            .where(col(table.recorded_at) < before)
                            .scalar_subquery()
                            for table in (FeedRow, ChangeRow)
                        )
                    )
                )
            ).scalar_one()
            if last is None:
                return 0
            # Told first: a reader that finds rows missing finds here that they may be.
            connection.execute(
                update(FeedHeadRow).values(pruned=func.greatest(col(FeedHeadRow.pruned), last))
            )
        return self._delete(
            FeedRow, last, _over(FeedRow, FeedRow.match_id, FeedRow.status == "withdrawn")
        ) + (
            self._delete(
                ChangeRow, last, _over(ChangeRow, ChangeRow.subject_id, col(ChangeRow.after).is_(None))
            )
        )

    def _delete(self, table: type[FeedRow | ChangeRow], upto: int, over: ColumnElement[bool]) -> int:
        sequence = col(table.sequence)
        oldest = select(sequence).where(sequence <= upto, over).order_by(sequence).limit(PRUNE_BATCH)
        pruned = 0
        while True:
            with self._engine.begin() as connection:
                done = connection.execute(delete(table).where(sequence.in_(oldest))).rowcount
            pruned += done
            if done < PRUNE_BATCH:
                return pruned


def _over(table: type[FeedRow | ChangeRow], key: Any, gone: Any) -> ColumnElement[bool]:
    """Rows that say nothing of what stands now: it is gone, or a later row tells of it."""
    later: Any = aliased(table)
    key_name = key.key
    return or_(
        gone,
        exists().where(getattr(later, key_name) == key, later.sequence > table.sequence),
    )


def _write_rest(connection: Connection, events: Sequence[Event]) -> None:
    newest: dict[tuple[type[SQLModel], object], Event] = {}
    for event in events:
        table = _ROWS_OF_TOPIC[event.topic]
        if table in {PartyRow, PlanRow, DiagnosisRow}:
            newest[table, event.key] = event
    for table, key_name in ((PartyRow, "id"), (PlanRow, "market"), (DiagnosisRow, "order_id")):
        mine = [event for (of, _), event in newest.items() if of is table]
        upsert(connection, table, key_name, [_row(e) for e in mine if e.body is not None])
        remove(connection, table, key_name, [(e.key, e.offset) for e in mine if e.body is None])


def _row(event: Event) -> dict[str, Any]:
    match event.body:
        case PartySnapshot() as party:
            values: dict[str, Any] = {
                "id": party.party_id,
                "name": party.name,
                "kind": party.kind,
                "county": party.county,
            }
        case PlanRecord() as plan:
            values = {"market": plan.market, "body": plan.model_dump_json()}
        case Diagnosis() as diagnosis:
            values = {
                "order_id": diagnosis.order_id,
                "party_id": diagnosis.party_id,
                "side": diagnosis.side,
                "body": diagnosis.model_dump_json(),
            }
        case other:
            raise TypeError(f"{type(other).__name__} has no row of its own")
    return {**values, "source_offset": event.offset}


def _store_positions(connection: Connection, reached: Mapping[Place, int]) -> None:
    if not reached:
        return
    statement = insert(PositionRow)
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=["topic", "partition"],
            set_={
                "next_offset": statement.excluded.next_offset,
                "seen": func.greatest(col(PositionRow.seen), statement.excluded.next_offset),
            },
        ),
        [
            {"topic": topic, "partition": partition, "next_offset": at, "seen": at}
            for (topic, partition), at in reached.items()
        ],
    )
