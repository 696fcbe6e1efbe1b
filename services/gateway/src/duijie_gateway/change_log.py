"""The log of public changes, written in the transaction and the sequence of the feed of matches.

The log is its own memory: what a row says was there before is what the newest row of that subject said is there. So a
change is told once, however often its record is read.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import distinct_on, insert
from sqlmodel import col

from duijie_gateway.domain.changes import LISTINGS, Subject
from duijie_gateway.tables import ChangeRow

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from duijie_gateway.decoding import Event
    from duijie_gateway.domain.facts import Facts


@dataclass(frozen=True, slots=True)
class State:
    """What stands now of one subject. `subject` is None where only the log can know what it was: it is gone."""

    id: UUID
    subject: Subject | None = None
    facts: Facts | None = None
    body: str | None = None
    parties: tuple[UUID, ...] = ()
    counties: tuple[str, ...] = ()


def write_changes(connection: Connection, states: Sequence[State], head: int, now: dt.datetime) -> int:
    """Add a row for each state that differs from what was told last; returns how many."""
    if not states:
        return 0
    newest = (
        select(ChangeRow.__table__)  # type: ignore[attr-defined]
        .ext(distinct_on(col(ChangeRow.subject_id)))
        .where(col(ChangeRow.subject_id).in_([state.id for state in states]))
        .order_by(col(ChangeRow.subject_id), col(ChangeRow.sequence).desc())
    )
    told = {row["subject_id"]: dict(row) for row in connection.execute(newest).mappings()}
    rows: list[dict[str, Any]] = []
    for state in states:
        row = _row(state, told.get(state.id))
        if row is not None:
            rows.append({**row, "sequence": head + len(rows) + 1, "recorded_at": now})
    if rows:
        connection.execute(insert(ChangeRow), rows)
    return len(rows)


def redact_erased(connection: Connection, events: Sequence[Event]) -> None:
    """Empty the listings of parties whose tombstone is among `events`, in all that the log keeps of them.

    Facts without a name stay, so that whoever was shown a listing hears that it is gone. Deals stay: they name ids,
    and the other side's record rests on them.
    """
    erased = [event.key for event in events if event.topic == "parties-v1" and event.body is None]
    if erased:
        parties: Any = col(ChangeRow.parties)
        connection.execute(
            update(ChangeRow)
            .where(
                col(ChangeRow.subject).in_(LISTINGS),
                parties.overlap(erased),
                col(ChangeRow.body).is_not(None),
            )
            .values(body=None)
        )


def _row(state: State, told: dict[str, Any] | None) -> dict[str, Any] | None:
    before = None if told is None else told["after"]
    after = None if state.facts is None else state.facts.to_json()
    if told is None or before is None:
        if after is None or state.subject is None:
            return None
    elif after is not None and before == after and same_item(told["body"], state.body):
        return None
    kept = told or {}
    return {
        "subject": state.subject or kept["subject"],
        "subject_id": state.id,
        "parties": list(state.parties) or kept["parties"],
        "counties": list(state.counties) or kept.get("counties", []),
        "products": sorted({*_products(before), *_products(after)}),
        "before": before,
        "after": after,
        "body": state.body,
    }


def same_item(told: str | None, now: str | None) -> bool:
    """Whether nothing changed but the moment at which it was told."""
    if told is None or now is None or told == now:
        return told == now
    one, other = json.loads(told), json.loads(now)
    return {**one, "updated_at": None} == {**other, "updated_at": None}


def _products(facts: dict[str, Any] | None) -> list[str]:
    return [] if facts is None else list(facts.get("products", ()))
