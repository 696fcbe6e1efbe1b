"""Storing messages: once under an id, counted to their endpoints."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col

from duijie_gateway.webhook_tables import EndpointRow, MessageRow

if TYPE_CHECKING:
    import datetime as dt
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncConnection


def message_row(
    endpoint: UUID, id_: str, sequence: int | None, type_: str, body: str, now: dt.datetime
) -> dict[str, Any]:
    """A message that is due at once."""
    return {
        "id": id_,
        "endpoint_id": endpoint,
        "sequence": sequence,
        "type": type_,
        "body": body,
        "status": "pending",
        "attempts": 0,
        "next_attempt_at": now,
        "made_at": now,
    }


async def add_messages(
    connection: AsyncConnection, rows: list[dict[str, Any]], *, again: bool = False
) -> None:
    """Store messages and count them to their endpoints. With `again` what was delivered or given up is due anew."""
    if not rows:
        return
    statement = insert(MessageRow)
    if again:
        new = statement.excluded
        columns = ("body", "status", "attempts", "next_attempt_at", "made_at")
        statement = statement.on_conflict_do_update(
            index_elements=["id"],
            set_={name: new[name] for name in columns},
            where=col(MessageRow.status) != "pending",
        )
    else:
        statement = statement.on_conflict_do_nothing(index_elements=["id"])
    counted: dict[UUID, int] = {}
    returning = statement.returning(col(MessageRow.endpoint_id))
    for endpoint in (await connection.execute(returning, rows)).scalars():
        counted[endpoint] = counted.get(endpoint, 0) + 1
    # Most got the same number: a statement for each number, not for each endpoint.
    for added in set(counted.values()):
        await connection.execute(
            update(EndpointRow)
            .where(col(EndpointRow.id).in_([each for each, found in counted.items() if found == added]))
            .values(pending=col(EndpointRow.pending) + added)
        )
