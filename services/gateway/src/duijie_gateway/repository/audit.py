"""The audit as rows: appended one at a time, read in order, never changed."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from sqlalchemy import insert, select, text
from sqlmodel import col

from duijie_gateway.access_tables import AuditRow
from duijie_gateway.domain.audit import FIRST, Entry, chained

if TYPE_CHECKING:
    import datetime as dt
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncEngine

_LOCK = 0x61756469
"""Advisory lock: each hash continues the one before it."""
_FIELDS = tuple(Entry.__dataclass_fields__)


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Which entries are read. `area` is a prefix of the actor's county; times are inclusive."""

    area: str | None = None
    action: str | None = None
    actor: UUID | None = None
    since: dt.datetime | None = None
    until: dt.datetime | None = None


class AuditLog:
    """Appends to `audit` and reads it."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def append(self, entry: Entry) -> int:
        """Store an entry at the end of the chain; its sequence, without gaps."""
        last = (
            select(col(AuditRow.sequence), col(AuditRow.hash))
            .order_by(col(AuditRow.sequence).desc())
            .limit(1)
        )
        async with self._engine.begin() as connection:
            await connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
            found = (await connection.execute(last)).one_or_none()
            before, previous = (0, FIRST) if found is None else (found[0], found[1])
            sequence = before + 1
            await connection.execute(
                insert(AuditRow).values(
                    sequence=sequence, hash=chained(previous, sequence, entry), **asdict(entry)
                )
            )
        return sequence

    async def page(self, wanted: AuditFilter, *, after: int, limit: int) -> list[tuple[int, Entry, str]]:
        """Entries behind the sequence `after`, oldest first, with their places and hashes."""
        query = select(AuditRow.__table__).where(col(AuditRow.sequence) > after)  # type: ignore[attr-defined]
        if wanted.area is not None:
            query = query.where(col(AuditRow.county).startswith(wanted.area))
        if wanted.action is not None:
            query = query.where(col(AuditRow.action) == wanted.action)
        if wanted.actor is not None:
            query = query.where(col(AuditRow.actor) == wanted.actor)
        if wanted.since is not None:
            query = query.where(col(AuditRow.recorded_at) >= wanted.since)
        if wanted.until is not None:
            query = query.where(col(AuditRow.recorded_at) <= wanted.until)
        async with self._engine.connect() as connection:
            rows = (await connection.execute(query.order_by(col(AuditRow.sequence)).limit(limit))).mappings()
            return [
                (row["sequence"], Entry(**{name: row[name] for name in _FIELDS}), row["hash"]) for row in rows
            ]
