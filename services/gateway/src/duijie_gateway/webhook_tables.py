"""Endpoints, what is due to each, and the log of attempts. The gateway owns these rows: no topic can rebuild them."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from sqlalchemy import BigInteger, Column, DateTime, ForeignKey, Identity, Index, Text, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, SQLModel

_TIME = DateTime(timezone=True)


class EndpointRow(SQLModel, table=True):
    """One webhook. `position` is its cursor in the log: everything up to it has become messages, or concerned it not."""

    __tablename__ = "webhook_endpoints"
    __table_args__ = (Index("ix_webhook_endpoints_due", "status", "position"),)

    id: UUID = Field(primary_key=True)
    owner: str = Field(index=True)
    """Whose it is: `party:<id>`, or `key:<id>` of an operator."""
    key_id: UUID
    party_id: UUID | None = None
    area: str | None = None
    exact: bool
    """What its owner may see: the scope, and exact figures or coarse ones."""
    url: str
    events: list[str] = Field(sa_type=ARRAY(Text))
    feed_id: UUID | None = None
    label: str = ""
    status: str = "active"
    disabled_reason: str | None = None
    disabled_at: dt.datetime | None = Field(default=None, sa_type=_TIME)
    secret: str
    previous_secret: str | None = None
    previous_until: dt.datetime | None = Field(default=None, sa_type=_TIME)
    position: int = Field(sa_type=BigInteger)
    replay_position: int | None = Field(default=None, sa_type=BigInteger)
    replay_upto: int | None = Field(default=None, sa_type=BigInteger)
    pending: int = 0
    """Messages that are neither delivered nor given up; past the window the cursor waits."""
    failures: int = 0
    """Failed attempts since the last success."""
    failing_since: dt.datetime | None = Field(default=None, sa_type=_TIME)
    not_before: dt.datetime | None = Field(default=None, sa_type=_TIME)
    last_ms: int = 0
    lease: UUID | None = None
    leased_until: dt.datetime | None = Field(default=None, sa_type=_TIME)
    created_at: dt.datetime = Field(sa_type=_TIME)


class MessageRow(SQLModel, table=True):
    """One message to one endpoint. `id` is its `webhook-id`; `body` is kept while it is pending."""

    __tablename__ = "webhook_messages"
    __table_args__ = (
        Index(
            "ix_webhook_messages_due",
            "endpoint_id",
            "next_attempt_at",
            postgresql_where=text("status = 'pending'"),
        ),
        Index("ix_webhook_messages_made", "made_at"),
    )

    id: str = Field(primary_key=True)
    endpoint_id: UUID = Field(
        sa_column=Column(ForeignKey("webhook_endpoints.id", ondelete="CASCADE"), nullable=False)
    )
    sequence: int | None = Field(default=None, sa_type=BigInteger)
    type: str
    body: str | None = None
    status: str = "pending"
    attempts: int = 0
    next_attempt_at: dt.datetime | None = Field(default=None, sa_type=_TIME)
    made_at: dt.datetime = Field(sa_type=_TIME)


class AttemptRow(SQLModel, table=True):
    """One line of the delivery log."""

    __tablename__ = "webhook_attempts"
    __table_args__ = (Index("ix_webhook_attempts_endpoint", "endpoint_id", "id"),)

    id: int | None = Field(
        default=None, sa_column=Column(BigInteger, Identity(always=True), primary_key=True)
    )
    endpoint_id: UUID = Field(
        sa_column=Column(ForeignKey("webhook_endpoints.id", ondelete="CASCADE"), nullable=False)
    )
    message_id: str
    sequence: int | None = Field(default=None, sa_type=BigInteger)
    type: str
    attempt: int
    at: dt.datetime = Field(sa_type=_TIME, index=True)
    duration_ms: int
    status: int | None = None
    error: str | None = None
    answer: str = ""
    next_attempt_at: dt.datetime | None = Field(default=None, sa_type=_TIME)
