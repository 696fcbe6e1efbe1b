"""The audit: one row a deed, never changed. The gateway owns it: no topic can rebuild it."""

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
