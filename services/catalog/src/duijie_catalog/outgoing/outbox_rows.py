"""The outbox as the relays see it: claim, send, delete."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, cast

from psycopg.types.json import set_json_loads
from pydantic import TypeAdapter
from sqlalchemy import func, text
from sqlmodel import select

from duijie_catalog.outgoing.outbox import SHARDS
from duijie_catalog.tables import OutboxRow

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    import psycopg
    from sqlmodel import Session

CHANNEL = "outbox"
"""PostgreSQL notifies here, by a trigger, when a transaction that added records commits."""

LOCK_CLASS = 0x6475_6A69
"""First key of the advisory locks of the shards; the second is the shard."""

SHARDS_AT_ONCE = SHARDS // 2
"""What one relay takes at a time, so that a second one finds work beside it."""

# Chosen first, then locked: LIMIT keeps the two apart, so that no shard is locked that was not chosen.
_LOCKED = text("""
SELECT s FROM (
    SELECT s FROM generate_series(0, :last) s WHERE EXISTS (SELECT FROM outbox WHERE shard = s)
    ORDER BY random() LIMIT :most
) chosen
WHERE pg_try_advisory_xact_lock(:lock_class, s)
""")
# Shard by shard, each by the index: however much waits, no more is read than taken.
# As bytes, which are what is sent: text would be decoded here to be encoded again.
_OLDEST = """
SELECT taken.* FROM unnest(%(shards)s::smallint[]) AS owned (shard), LATERAL (
    SELECT id, topic, convert_to(key, 'UTF8'), partition, headers, convert_to(value, 'UTF8') FROM outbox
    WHERE outbox.shard = owned.shard ORDER BY id LIMIT %(share)s
) taken
"""
_SENT = text("DELETE FROM outbox WHERE id = ANY(CAST(:ids AS bigint[]))")

_HEADERS = TypeAdapter(dict[str, str])
"""Reads what was stored in a third of the time that `json` takes."""


class Claimed(NamedTuple):
    """One record to send."""

    id: int
    topic: str
    key: bytes
    partition: int | None
    headers: dict[str, str]
    value: bytes | None


def claim(session: Session, limit: int) -> list[Claimed]:
    """Up to `limit` records of shards that are this transaction's until it ends, oldest first in each shard.

    A shard belongs to one relay at a time, so no version of an aggregate can overtake another. Within a
    shard ids rise with versions: a version is written under its aggregate's row lock, after the commit of
    the one before. What is not yet committed is found at a later claim, since nothing remembers how far
    the last one came. Each shard gives as much, so that a full one does not keep the others waiting.
    """
    at_most = {"last": SHARDS - 1, "most": SHARDS_AT_ONCE, "lock_class": LOCK_CLASS}
    owned = list(session.execute(_LOCKED, at_most).scalars())
    if not owned:
        return []
    # A statement of its own: it must see what the last owner committed before it let go of the lock.
    # The driver's own cursor, since only that fetches in binary.
    driver = cast("psycopg.Connection[Any]", session.connection().connection.driver_connection)
    with driver.cursor(binary=True, row_factory=_claimed) as cursor:
        set_json_loads(_HEADERS.validate_json, cursor)
        return cursor.execute(_OLDEST, {"shards": owned, "share": max(1, limit // len(owned))}).fetchall()


def _claimed(_cursor: object) -> Callable[[Sequence[Any]], Claimed]:
    return Claimed._make


def sent(session: Session, ids: Iterable[int]) -> None:
    """Forget records that the broker has acknowledged."""
    session.execute(_SENT, {"ids": list(ids)})


def pending(session: Session) -> int:
    """How many records wait."""
    return session.exec(select(func.count()).select_from(OutboxRow)).one()
