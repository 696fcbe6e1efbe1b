"""The delivery log: attempts, newest first, kept for a while."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import delete, select
from sqlmodel import col

from duijie_gateway.webhook_tables import AttemptRow, MessageRow

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncEngine

KEPT = dt.timedelta(days=30)


class AttemptLog:
    """Reads and prunes it."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def page(self, endpoint: UUID, *, before: int | None, limit: int) -> list[dict[str, Any]]:
        """Attempts of one endpoint below the number `before`, newest first."""
        query = (
            select(AttemptRow.__table__)  # type: ignore[attr-defined]
            .where(col(AttemptRow.endpoint_id) == endpoint)
            .order_by(col(AttemptRow.id).desc())
            .limit(limit)
        )
        if before is not None:
            query = query.where(col(AttemptRow.id) < before)
        async with self._engine.connect() as connection:
            return [dict(row) for row in (await connection.execute(query)).mappings()]

    async def prune(self, now: dt.datetime) -> None:
        """Forget attempts and finished messages that are older than `KEPT`."""
        async with self._engine.begin() as connection:
            await connection.execute(delete(AttemptRow).where(col(AttemptRow.at) < now - KEPT))
            await connection.execute(
                delete(MessageRow).where(
                    col(MessageRow.status) != "pending", col(MessageRow.made_at) < now - KEPT
                )
            )
