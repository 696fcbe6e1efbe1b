"""Who wants notices where, what was made for them and what became of it. The gateway owns these rows."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Column, DateTime, ForeignKey, Index, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field, SQLModel

_TIME = DateTime(timezone=True)


class NoticeChannelRow(SQLModel, table=True):
    """One way to one person. `position` is its cursor in the log; nothing goes out before `due_at`."""

    __tablename__ = "notice_channels"

    id: UUID = Field(primary_key=True)
    owner: str = Field(index=True)
    key_id: UUID
    party_id: UUID | None = None
    area: str | None = None
    exact: bool
    channel: str
    target: str
    """The address, encrypted."""
    hint: str
    """What is shown of the address."""
    language: str
    kinds: list[str] = Field(sa_type=ARRAY(Text))
    every_minutes: int
    status: str = "active"
    """`unconfirmed`, `active`, `paused`."""
    code_sha256: str | None = None
    code_tries: int = 0
    position: int = Field(sa_type=BigInteger)
    waiting: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSONB)
    """Lines that were read from the log and wait for `due_at`."""
    due_at: dt.datetime = Field(sa_type=_TIME)
    created_at: dt.datetime = Field(sa_type=_TIME)


class NoticeReminderRow(SQLModel, table=True):
    """A hold whose side is to be reminded at `at`, unless it ends before."""

    __tablename__ = "notice_reminders"

    channel_id: UUID = Field(
        sa_column=Column(ForeignKey("notice_channels.id", ondelete="CASCADE"), primary_key=True)
    )
    deal_id: UUID = Field(primary_key=True)
    at: dt.datetime = Field(sa_type=_TIME, index=True)
    line: dict[str, Any] = Field(sa_type=JSONB)


class NoticeRow(SQLModel, table=True):
    """One message and what became of it: the delivery log."""

    __tablename__ = "notices"
    __table_args__ = (Index("ix_notices_due", "status", "next_attempt_at"),)

    id: UUID = Field(primary_key=True)
    channel_id: UUID = Field(
        sa_column=Column(ForeignKey("notice_channels.id", ondelete="CASCADE"), nullable=False, index=True)
    )
    made_at: dt.datetime = Field(sa_type=_TIME)
    title: str
    body: str | None
    """None once it was sent or given up: the log says what it was about, not all it said."""
    lines: int
    status: str
    """`pending`, `sent`, `failed`."""
    attempts: int = 0
    next_attempt_at: dt.datetime | None = Field(default=None, sa_type=_TIME)
    ended_at: dt.datetime | None = Field(default=None, sa_type=_TIME)
    detail: str | None = None
