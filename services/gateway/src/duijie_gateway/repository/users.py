"""Users, and the keys that stand for them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import delete, insert, select, update
from sqlalchemy.dialects import postgresql
from sqlmodel import col

from duijie_gateway.access_tables import UserRow
from duijie_gateway.domain.keys import KEYS_CHANGED
from duijie_gateway.repository.keys import holds
from duijie_gateway.tables import KeyRow, SessionRow

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine


@dataclass(frozen=True, slots=True)
class User:
    """A user as admins see one. `key_id` is who acts in the audit."""

    id: UUID
    name: str
    key_id: UUID
    role: str
    county: str | None
    created_at: dt.datetime
    changed_at: dt.datetime


@dataclass(frozen=True, slots=True)
class Found:
    """The key behind a user, with its digest, and the hash of the user's password."""

    key_id: UUID
    key_sha256: str
    hash: str


_COLUMNS = (
    col(UserRow.id),
    col(UserRow.name),
    col(UserRow.key_id),
    col(KeyRow.role),
    col(KeyRow.county),
    col(UserRow.created_at),
    col(UserRow.changed_at),
)


class UserStore:
    """Reads and writes `users`, with their rows of `api_keys` and `sessions`."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def found(self, name: str, now: dt.datetime) -> Found | None:
        """What a log-in needs of the user of this folded name, while the key behind it holds."""
        query = (
            select(col(UserRow.key_id), col(KeyRow.sha256), col(UserRow.hash))
            .join(KeyRow, col(KeyRow.id) == col(UserRow.key_id))
            .where(col(UserRow.name) == name, holds(now))
        )
        async with self._engine.connect() as connection:
            row = (await connection.execute(query)).one_or_none()
        return None if row is None else Found(*row)

    async def create(self, user: UserRow, key: KeyRow) -> bool:
        """Store a user with the key behind it. False when the name is taken."""
        row = postgresql.insert(UserRow).values(**user.model_dump())
        stored = row.on_conflict_do_nothing(index_elements=["name"]).returning(col(UserRow.id))
        async with self._engine.begin() as connection:
            await connection.execute(insert(KeyRow).values(**key.model_dump()))
            if (await connection.execute(stored)).scalar_one_or_none() is None:
                await connection.rollback()
                return False
            return True

    async def all(self) -> list[User]:
        """Every user by name."""
        query = select(*_COLUMNS).join(KeyRow, col(KeyRow.id) == col(UserRow.key_id)).order_by(UserRow.name)
        async with self._engine.connect() as connection:
            return [User(*row) for row in await connection.execute(query)]

    async def one(self, id_: UUID) -> User | None:
        """A user by id."""
        query = select(*_COLUMNS).join(KeyRow, col(KeyRow.id) == col(UserRow.key_id))
        async with self._engine.connect() as connection:
            row = (await connection.execute(query.where(col(UserRow.id) == id_))).one_or_none()
        return None if row is None else User(*row)

    async def set_hash(self, id_: UUID, hash_: str, now: dt.datetime) -> bool:
        """Give a user another password, and end all its sessions. False when there is none."""
        change = (
            update(UserRow)
            .where(col(UserRow.id) == id_)
            .values(hash=hash_, changed_at=now)
            .returning(col(UserRow.key_id))
        )
        async with self._engine.begin() as connection:
            key_id = (await connection.execute(change)).scalar_one_or_none()
            if key_id is None:
                return False
            await _end_sessions(connection, key_id)
            return True

    async def renew(self, key_id: UUID, old: str, new: str) -> None:
        """Replace the hash of a password by another hash of the same; the user keeps its sessions."""
        change = update(UserRow).where(col(UserRow.key_id) == key_id, col(UserRow.hash) == old)
        async with self._engine.begin() as connection:
            await connection.execute(change.values(hash=new))

    async def remove(self, id_: UUID, now: dt.datetime) -> bool:
        """Forget a user, revoke the key behind it, end its sessions. False when there is none."""
        gone = delete(UserRow).where(col(UserRow.id) == id_).returning(col(UserRow.key_id))
        async with self._engine.begin() as connection:
            key_id = (await connection.execute(gone)).scalar_one_or_none()
            if key_id is None:
                return False
            await connection.execute(
                update(KeyRow)
                .where(col(KeyRow.id) == key_id, col(KeyRow.revoked_at).is_(None))
                .values(revoked_at=now)
            )
            await _end_sessions(connection, key_id)
            return True


async def _end_sessions(connection: AsyncConnection, key_id: UUID) -> None:
    await connection.execute(delete(SessionRow).where(col(SessionRow.key_id) == key_id))
    await connection.exec_driver_sql(f"NOTIFY {KEYS_CHANGED}")
