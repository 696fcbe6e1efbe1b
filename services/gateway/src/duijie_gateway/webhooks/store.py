"""What owners do with their webhooks: every statement names the owner, so another's is not there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal
from uuid import UUID, uuid4

from sqlalchemy import delete, func, insert, select, update
from sqlmodel import col

from duijie_gateway.domain.envelopes import TEST_TYPE, cloud_event
from duijie_gateway.webhook_tables import EndpointRow, MessageRow
from duijie_gateway.webhooks.handing_out import WINDOW

if TYPE_CHECKING:
    import datetime as dt

    from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

WEBHOOKS_CHANNEL = "duijie_webhooks"
"""The channel on which senders hear that there is something to do beside the log."""
Replayed = Literal["begun", "busy", "missing"]


@dataclass(frozen=True, slots=True)
class Tested:
    """A test message: its id, or why there is none."""

    id: str | None
    refusal: Literal["missing", "not-active", "full"] | None = None


class WebhookStore:
    """Owners' view of `webhook_endpoints`."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def create(self, row: EndpointRow, *, most: int) -> bool:
        """Store a webhook. False when its owner has `most` of them."""
        async with self._engine.begin() as connection:
            # Two at once would both find room for the last one.
            await connection.execute(select(func.pg_advisory_xact_lock(func.hashtext(row.owner))))
            count = select(func.count()).where(col(EndpointRow.owner) == row.owner)
            if (await connection.execute(count)).scalar_one() >= most:
                return False
            await connection.execute(insert(EndpointRow).values(**row.model_dump()))
        return True

    async def all(self, owner: str) -> list[EndpointRow]:
        """An owner's webhooks, newest first."""
        query = (
            select(EndpointRow.__table__)  # type: ignore[attr-defined]
            .where(col(EndpointRow.owner) == owner)
            .order_by(col(EndpointRow.created_at).desc(), col(EndpointRow.id))
        )
        async with self._engine.connect() as connection:
            return [EndpointRow(**row) for row in (await connection.execute(query)).mappings()]

    async def one(self, owner: str, id_: UUID) -> EndpointRow | None:
        """A webhook of this owner's."""
        query = select(EndpointRow.__table__).where(*_mine(owner, id_))  # type: ignore[attr-defined]
        async with self._engine.connect() as connection:
            row = (await connection.execute(query)).mappings().one_or_none()
        return None if row is None else EndpointRow(**row)

    async def change(self, owner: str, id_: UUID, values: dict[str, Any], now: dt.datetime) -> bool:
        """Change a webhook; made active again, all that waits is due at once. False when there is none."""
        values = dict(values)
        resumed = values.get("status") == "active"
        if resumed:
            values |= dict.fromkeys(("disabled_reason", "disabled_at", "failing_since", "not_before"))
            values["failures"] = 0
        async with self._engine.begin() as connection:
            if not values:
                found = select(col(EndpointRow.id)).where(*_mine(owner, id_))
                return (await connection.execute(found)).one_or_none() is not None
            changed = await connection.execute(update(EndpointRow).where(*_mine(owner, id_)).values(**values))
            if changed.rowcount and resumed:
                await connection.execute(
                    update(MessageRow)
                    .where(
                        col(MessageRow.endpoint_id) == id_,
                        col(MessageRow.status) == "pending",
                        col(MessageRow.next_attempt_at) > now,
                    )
                    .values(next_attempt_at=now)
                )
                await _wake(connection)
            return bool(changed.rowcount)

    async def delete(self, owner: str, id_: UUID) -> bool:
        """Delete a webhook with its messages and its log. False when there is none."""
        async with self._engine.begin() as connection:
            return bool((await connection.execute(delete(EndpointRow).where(*_mine(owner, id_)))).rowcount)

    async def rotate(self, owner: str, id_: UUID, sealed: str, until: dt.datetime) -> bool:
        """Let a new secret sign, and the present one beside it until `until`. False when there is no such webhook."""
        change = (
            update(EndpointRow)
            .where(*_mine(owner, id_))
            .values(secret=sealed, previous_secret=col(EndpointRow.secret), previous_until=until)
        )
        async with self._engine.begin() as connection:
            return bool((await connection.execute(change)).rowcount)

    async def test(self, owner: str, id_: UUID, now: dt.datetime) -> Tested:
        """Make a test message due."""
        message = f"msg_{uuid4().hex}"
        body = cloud_event(message, TEST_TYPE, str(id_), now, {"zh": "测试", "en": "test"})
        async with self._engine.begin() as connection:
            found = select(col(EndpointRow.status), col(EndpointRow.pending)).where(*_mine(owner, id_))
            row = (await connection.execute(found.with_for_update())).one_or_none()
            if row is None:
                return Tested(None, "missing")
            if row.status != "active":
                return Tested(None, "not-active")
            if row.pending >= WINDOW:
                return Tested(None, "full")
            await connection.execute(
                insert(MessageRow).values(
                    id=message,
                    endpoint_id=id_,
                    type=TEST_TYPE,
                    body=body,
                    status="pending",
                    attempts=0,
                    next_attempt_at=now,
                    made_at=now,
                )
            )
            await connection.execute(
                update(EndpointRow)
                .where(col(EndpointRow.id) == id_)
                .values(pending=col(EndpointRow.pending) + 1)
            )
            await _wake(connection)
        return Tested(message)

    async def replay(self, owner: str, id_: UUID, first: int, last: int) -> Replayed:
        """Send the changes `first` to `last` once more, under their ids; one replay at a time."""
        change = (
            update(EndpointRow)
            .where(*_mine(owner, id_), col(EndpointRow.replay_upto).is_(None))
            .values(replay_position=first - 1, replay_upto=last)
        )
        async with self._engine.begin() as connection:
            if (await connection.execute(change)).rowcount:
                await _wake(connection)
                return "begun"
            found = select(col(EndpointRow.id)).where(*_mine(owner, id_))
            return "missing" if (await connection.execute(found)).one_or_none() is None else "busy"


def _mine(owner: str, id_: UUID) -> tuple[Any, ...]:
    return col(EndpointRow.id) == id_, col(EndpointRow.owner) == owner


async def _wake(connection: AsyncConnection) -> None:
    await connection.exec_driver_sql(f"NOTIFY {WEBHOOKS_CHANNEL}")
