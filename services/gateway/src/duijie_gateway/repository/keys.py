"""API keys and browser sessions. Every request looks its key up, so that a revocation holds at once."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import and_, delete, insert, or_, select, update
from sqlmodel import SQLModel, col

from duijie_gateway.access_tables import UserRow
from duijie_gateway.domain.access import Caller
from duijie_gateway.domain.keys import KEYS_CHANGED
from duijie_gateway.notice_tables import NoticeChannelRow
from duijie_gateway.tables import KeyRow, SessionRow
from duijie_gateway.webhook_tables import EndpointRow

if TYPE_CHECKING:
    from collections.abc import Collection
    from uuid import UUID

    from duijie_shared.events.base import Role
    from sqlalchemy import ColumnElement
    from sqlalchemy.engine import Row
    from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine


_KEY_COLUMNS = (
    col(KeyRow.id),
    col(KeyRow.role),
    col(KeyRow.party_id),
    col(KeyRow.county),
    col(KeyRow.label),
    col(KeyRow.created_at),
    col(KeyRow.revoked_at),
    col(KeyRow.expires_at),
)


def holds(now: dt.datetime) -> ColumnElement[bool]:
    """Whether a key is neither revoked nor past the end that its replacement gave it."""
    ends = col(KeyRow.expires_at)
    return and_(col(KeyRow.revoked_at).is_(None), or_(ends.is_(None), ends > now))


class KeyStore:
    """Reads `api_keys` and `sessions` over one engine, writes them over another (of the same pool)."""

    def __init__(self, engine: AsyncEngine, reading: AsyncEngine) -> None:
        self._engine = engine
        self._reading = reading

    async def caller_of_key(self, sha256: str, now: dt.datetime) -> Caller | None:
        """Who holds the key with this digest; None when unknown, revoked or replaced and over."""
        query = select(*_KEY_COLUMNS).where(col(KeyRow.sha256) == sha256, holds(now))
        async with self._reading.connect() as connection:
            row = (await connection.execute(query)).one_or_none()
        return None if row is None else _caller(row)

    async def caller_of_session(self, sha256: str, now: dt.datetime) -> Caller | None:
        """Who logged in with the session of this digest; None when it is over or its key is revoked."""
        query = (
            select(*_KEY_COLUMNS)
            .join(SessionRow, col(SessionRow.key_id) == col(KeyRow.id))
            .where(
                col(SessionRow.sha256) == sha256,
                col(SessionRow.expires_at) > now,
                holds(now),
            )
        )
        async with self._reading.connect() as connection:
            row = (await connection.execute(query)).one_or_none()
        return None if row is None else _caller(row, session=sha256)

    async def create(self, key: KeyRow) -> None:
        """Store a new key."""
        async with self._engine.begin() as connection:
            await connection.execute(insert(KeyRow).values(**key.model_dump()))

    async def all(self) -> list[KeyRow]:
        """Every key, newest first, without digests."""
        query = select(*_KEY_COLUMNS).order_by(col(KeyRow.created_at).desc(), col(KeyRow.id))
        async with self._reading.connect() as connection:
            rows = (await connection.execute(query)).mappings().all()
        return [KeyRow(sha256="", **row) for row in rows]

    async def revoke(self, key_id: UUID, now: dt.datetime) -> bool:
        """Revoke a key and end its sessions. False when there is no such live key."""
        change = (
            update(KeyRow)
            .where(col(KeyRow.id) == key_id, col(KeyRow.revoked_at).is_(None))
            .values(revoked_at=now)
        )
        async with self._engine.begin() as connection:
            if (await connection.execute(change)).rowcount == 0:
                return False
            await connection.execute(delete(SessionRow).where(col(SessionRow.key_id) == key_id))
            await connection.exec_driver_sql(f"NOTIFY {KEYS_CHANGED}")
            return True

    async def rotate(
        self, key_id: UUID, *, replacement: UUID, sha256: str, now: dt.datetime, ends: dt.datetime
    ) -> KeyRow | None:
        """Replace a live key by one with the same rights; the old one holds until `ends`. None when there is none.

        A key that stands for a user is none: its secret is nobody's to have.
        Webhooks and notices of the old key go over to the new one.
        """
        table = SQLModel.metadata.tables["api_keys"]
        of_no_user = col(KeyRow.id).not_in(select(col(UserRow.key_id)))
        old = select(table).where(col(KeyRow.id) == key_id, holds(now), of_no_user).with_for_update()
        async with self._engine.begin() as connection:
            found = (await connection.execute(old)).mappings().one_or_none()
            if found is None:
                return None
            # A key that was replaced before ends no later than it was told then.
            end = min(ends, found["expires_at"] or ends)
            given = dict(found) | {"id": replacement, "sha256": sha256, "created_at": now, "expires_at": None}
            new = KeyRow(**given)
            await connection.execute(insert(KeyRow).values(**new.model_dump()))
            await connection.execute(
                update(KeyRow)
                .where(col(KeyRow.id) == key_id)
                .values(expires_at=end, revoked_at=now if end <= now else None)
            )
            await _hand_over(connection, key_id, replacement)
            await connection.exec_driver_sql(f"NOTIFY {KEYS_CHANGED}")
            return new

    async def start_session(
        self,
        sha256: str,
        key_id: UUID,
        now: dt.datetime,
        lasts: dt.timedelta,
        *,
        password_hash: str | None = None,
    ) -> bool:
        """Store a session, and clear away what has expired. False when the password that was verified against
        `password_hash` has been changed since.
        """
        async with self._engine.begin() as connection:
            if password_hash is not None:
                # Locked, so that a change under way is waited for, and one that comes after ends this session too.
                same = select(col(UserRow.id)).where(
                    col(UserRow.key_id) == key_id, col(UserRow.hash) == password_hash
                )
                if (await connection.execute(same.with_for_update(read=True))).one_or_none() is None:
                    return False
            await connection.execute(delete(SessionRow).where(col(SessionRow.expires_at) < now))
            await connection.execute(
                insert(SessionRow).values(
                    sha256=sha256, key_id=key_id, created_at=now, expires_at=now + lasts
                )
            )
            return True

    async def end_session(self, sha256: str) -> None:
        """Forget a session."""
        async with self._engine.begin() as connection:
            await connection.execute(delete(SessionRow).where(col(SessionRow.sha256) == sha256))
            await connection.exec_driver_sql(f"NOTIFY {KEYS_CHANGED}")

    async def live(
        self, keys: Collection[UUID], sessions: Collection[str], now: dt.datetime
    ) -> tuple[set[UUID], set[str]]:
        """Which of these keys and sessions still hold."""
        live_keys = select(col(KeyRow.id)).where(col(KeyRow.id).in_(keys), holds(now))
        live_sessions = select(col(SessionRow.sha256)).where(
            col(SessionRow.sha256).in_(sessions), col(SessionRow.expires_at) > now
        )
        async with self._reading.connect() as connection:
            return (
                set((await connection.execute(live_keys)).scalars()),
                set((await connection.execute(live_sessions)).scalars()) if sessions else set(),
            )


async def _hand_over(connection: AsyncConnection, old: UUID, new: UUID) -> None:
    for rows in (EndpointRow, NoticeChannelRow):
        await connection.execute(update(rows).where(col(rows.key_id) == old).values(key_id=new))
    mine = col(EndpointRow.owner) == f"key:{old}"
    await connection.execute(update(EndpointRow).where(mine).values(owner=f"key:{new}"))


def _caller(row: Row[*tuple[Any, ...]], *, session: str | None = None) -> Caller:
    key_id, role, party_id, county, label = row[:5]
    return Caller(key_id, cast("Role", role), party_id, county, label, session)
