"""The audit, one row a deed, never changed; and users. The gateway owns both: no topic can rebuild them."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from sqlalchemy import BigInteger, DateTime
from sqlmodel import Field, SQLModel


class AuditRow(SQLModel, table=True):
    """One entry (`domain.audit.Entry`). A trigger refuses UPDATE, DELETE and TRUNCATE."""

    __tablename__ = "audit"

    sequence: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    recorded_at: dt.datetime = Field(sa_type=DateTime(timezone=True), index=True)
    action: str = Field(index=True)
    actor: UUID | None = Field(default=None, index=True)
    role: str | None = None
    party_id: UUID | None = None
    county: str | None = None
    request: str
    status: int
    correlation_id: str
    hash: str


class UserRow(SQLModel, table=True):
    """Somebody who logs in by name and password: the password's argon2id hash, and a key that stands for the rights."""

    __tablename__ = "users"

    id: UUID = Field(primary_key=True)
    name: str = Field(unique=True)
    """Folded (`domain.passwords.folded`)."""
    hash: str
    key_id: UUID = Field(foreign_key="api_keys.id", unique=True)
    """A key whose secret was thrown away: role, area, sessions, streams and the audit hang on it."""
    created_at: dt.datetime = Field(sa_type=DateTime(timezone=True))
    changed_at: dt.datetime = Field(sa_type=DateTime(timezone=True))
    """When the password was last set."""
