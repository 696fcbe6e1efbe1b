"""What owners do with their notice channels: every statement names the owner, so another's is not there."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import secrets
from typing import TYPE_CHECKING, Any, Literal
from uuid import UUID, uuid4

from sqlalchemy import delete, func, insert, select, update
from sqlmodel import col

from duijie_gateway.domain.notices import Message
from duijie_gateway.notice_tables import NoticeChannelRow, NoticeRow
from duijie_gateway.tables import FeedHeadRow

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

MOST_TRIES = 5
"""Wrong codes before a channel must be made anew: one of a million is then guessed once in 200,000 times."""
Confirmed = Literal["confirmed", "missing", "wrong", "spent"]


class NoticeStore:
    """Owners' view of `notice_channels` and `notices`."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def create(self, row: NoticeChannelRow, message: Message | None, *, most: int) -> bool:
        """Store a channel that begins with what comes now, and a first message to it. False past `most`."""
        async with self._engine.begin() as connection:
            await connection.execute(select(func.pg_advisory_xact_lock(func.hashtext(row.owner))))
            count = select(func.count()).where(col(NoticeChannelRow.owner) == row.owner)
            if (await connection.execute(count)).scalar_one() >= most:
                return False
            head = (await connection.execute(select(col(FeedHeadRow.sequence)))).scalar_one()
            await connection.execute(insert(NoticeChannelRow).values(**row.model_dump() | {"position": head}))
            if message is not None:
                await _put(connection, row.id, message, row.created_at)
        return True

    async def all(self, owner: str) -> list[NoticeChannelRow]:
        """An owner's channels, newest first."""
        query = (
            select(NoticeChannelRow.__table__)  # type: ignore[attr-defined]
            .where(col(NoticeChannelRow.owner) == owner)
            .order_by(col(NoticeChannelRow.created_at).desc(), col(NoticeChannelRow.id))
        )
        async with self._engine.connect() as connection:
            return [NoticeChannelRow(**row) for row in (await connection.execute(query)).mappings()]

    async def one(self, owner: str, id_: UUID) -> NoticeChannelRow | None:
        """A channel of this owner's."""
        query = select(NoticeChannelRow.__table__).where(*_mine(owner, id_))  # type: ignore[attr-defined]
        async with self._engine.connect() as connection:
            row = (await connection.execute(query)).mappings().one_or_none()
        return None if row is None else NoticeChannelRow(**row)

    async def change(self, owner: str, id_: UUID, values: dict[str, Any]) -> bool:
        """Change a channel; one that is active again begins with what comes now. False when there is none."""
        async with self._engine.begin() as connection:
            found = select(col(NoticeChannelRow.status)).where(*_mine(owner, id_)).with_for_update()
            status = (await connection.execute(found)).scalar_one_or_none()
            if status is None:
                return False
            values = dict(values)
            if values.get("status") == "active" and status == "paused":
                head = (await connection.execute(select(col(FeedHeadRow.sequence)))).scalar_one()
                values |= {"position": head, "waiting": []}
            if values:
                await connection.execute(update(NoticeChannelRow).where(*_mine(owner, id_)).values(**values))
        return True

    async def delete(self, owner: str, id_: UUID) -> bool:
        """Delete a channel with its log. False when there is none."""
        async with self._engine.begin() as connection:
            return bool(
                (await connection.execute(delete(NoticeChannelRow).where(*_mine(owner, id_)))).rowcount
            )

    async def confirm(self, owner: str, id_: UUID, code: str) -> Confirmed:
        """Make a channel active that was sent this code."""
        async with self._engine.begin() as connection:
            query = select(
                col(NoticeChannelRow.status),
                col(NoticeChannelRow.code_sha256),
                col(NoticeChannelRow.code_tries),
            )
            row = (await connection.execute(query.where(*_mine(owner, id_)).with_for_update())).one_or_none()
            if row is None:
                return "missing"
            if row.status != "unconfirmed":
                return "confirmed"
            if row.code_tries >= MOST_TRIES:
                return "spent"
            right = hmac.compare_digest(row.code_sha256 or "", digest(id_, code))
            head = (await connection.execute(select(col(FeedHeadRow.sequence)))).scalar_one()
            values: dict[str, Any] = (
                {"status": "active", "code_sha256": None, "position": head}
                if right
                else {"code_tries": row.code_tries + 1}
            )
            await connection.execute(update(NoticeChannelRow).where(*_mine(owner, id_)).values(**values))
            return "confirmed" if right else "wrong"

    async def put(self, id_: UUID, message: Message, now: dt.datetime) -> None:
        """A message that is due now."""
        async with self._engine.begin() as connection:
            await _put(connection, id_, message, now)

    async def log(self, id_: UUID, *, limit: int) -> list[NoticeRow]:
        """The newest messages of a channel."""
        query = (
            select(NoticeRow.__table__)  # type: ignore[attr-defined]
            .where(col(NoticeRow.channel_id) == id_)
            .order_by(col(NoticeRow.made_at).desc(), col(NoticeRow.id))
            .limit(limit)
        )
        async with self._engine.connect() as connection:
            return [NoticeRow(**row) for row in (await connection.execute(query)).mappings()]


def new_code() -> str:
    """Six digits."""
    return f"{secrets.randbelow(1_000_000):06d}"


def digest(channel: UUID, code: str) -> str:
    """What is stored of a code."""
    return hashlib.sha256(f"{channel}:{code}".encode()).hexdigest()


async def _put(connection: AsyncConnection, channel: UUID, message: Message, now: dt.datetime) -> None:
    await connection.execute(
        insert(NoticeRow).values(
            id=uuid4(),
            channel_id=channel,
            made_at=now,
            title=message.title,
            body=message.body,
            lines=0,
            status="pending",
            attempts=0,
            next_attempt_at=now,
        )
    )


def _mine(owner: str, id_: UUID) -> tuple[Any, ...]:
    return col(NoticeChannelRow.id) == id_, col(NoticeChannelRow.owner) == owner
