"""The outbox as the relays see it: claim, send, delete."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import ARRAY, BigInteger, any_, delete, func, literal, text
from sqlmodel import col, select

from duijie_catalog.outgoing.outbox import SHARDS
from duijie_catalog.tables import OutboxRow

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlmodel import Session

CHANNEL = "outbox"
"""PostgreSQL notifies here, by a trigger, when a transaction that added records commits."""

LOCK_CLASS = 0x6475_6A69
"""First key of the advisory locks of the shards; the second is the shard."""

SHARDS_AT_ONCE = SHARDS // 2
"""What one relay takes at a time, so that a second one finds work beside it."""


class Claimed(NamedTuple):
    """One record to send."""

    id: int
    topic: str
    key: str
    partition: int | None
    headers: dict[str, str]
    value: str | None


def claim(session: Session, limit: int) -> list[Claimed]:
    """Up to `limit` records, oldest first, of shards that are this transaction's until it ends.

    A shard belongs to one relay at a time, so no version of an aggregate can overtake another. Within a
    shard ids rise with versions: a version is written under its aggregate's row lock, after the commit of
    the one before. What is not yet committed is found at a later claim, since nothing remembers how far
    the last one came.
    """
    pending = text(
        "SELECT s FROM generate_series(0, :last) s WHERE EXISTS (SELECT FROM outbox WHERE shard = s)"
    )
    shards = list(session.execute(pending, {"last": SHARDS - 1}).scalars())
    chosen = random.sample(shards, min(SHARDS_AT_ONCE, len(shards)))
    lock = text(
        "SELECT s FROM unnest(CAST(:shards AS int[])) s WHERE pg_try_advisory_xact_lock(:lock_class, s)"
    )
    owned = list(session.execute(lock, {"shards": chosen, "lock_class": LOCK_CLASS}).scalars())
    if not owned:
        return []
    # A statement of its own: it must see what the last owner committed before it let go of the lock.
    query = (
        select(  # type: ignore[call-overload]
            OutboxRow.id,
            OutboxRow.topic,
            OutboxRow.key,
            OutboxRow.partition,
            OutboxRow.headers,
            OutboxRow.value,
        )
        .where(col(OutboxRow.shard).in_(owned))
        .order_by(OutboxRow.id)
        .limit(limit)
    )
    return [Claimed(*row) for row in session.exec(query)]


def sent(session: Session, ids: Iterable[int]) -> None:
    """Forget records that the broker has acknowledged."""
    wanted = any_(literal(list(ids), ARRAY(BigInteger)))
    session.execute(delete(OutboxRow).where(col(OutboxRow.id) == wanted))


def pending(session: Session) -> int:
    """How many records wait."""
    return session.exec(select(func.count()).select_from(OutboxRow)).one()
