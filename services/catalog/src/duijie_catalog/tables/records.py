"""What is sent and what was answered: the policy, the clock, the outbox, the answers to keys."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Identity, Index, SmallInteger, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from duijie_catalog.tables.base import INSTANT, CatalogModel


class PolicyRow(CatalogModel, table=True):
    """One version of the policy; the highest is in force. The first, which is seeded, is nobody's."""

    __tablename__ = "policies"

    version: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    body: dict[str, Any] = Field(sa_type=JSONB)
    created_at: dt.datetime = Field(sa_type=INSTANT)
    by_role: str | None = Field(default=None, sa_type=Text)
    by_key: UUID | None = None
    by_label: str | None = Field(default=None, sa_type=Text)
    reason: str | None = Field(default=None, sa_type=Text)


class ClockRow(CatalogModel, table=True):
    """The one row that holds the last tick of `orders-v1`."""

    __tablename__ = "clock"
    __table_args__ = (CheckConstraint("id = 1", "clock_one_row"),)

    id: int = Field(default=1, primary_key=True, sa_column_kwargs={"autoincrement": False})
    as_of: dt.datetime = Field(sa_type=INSTANT)


class OutboxRow(CatalogModel, table=True):
    """One record that is still to be sent; `shard` is the unit of serial work of the relays.

    A `value` of NULL is a tombstone, a `partition` of NULL is chosen by the key.
    """

    __tablename__ = "outbox"
    __table_args__ = (Index("outbox_shard", "shard", "id"),)

    id: int | None = Field(default=None, primary_key=True, sa_type=BigInteger, sa_column_args=[Identity()])
    shard: int = Field(sa_type=SmallInteger)
    topic: str = Field(sa_type=Text)
    key: str = Field(sa_type=Text)
    partition: int | None = Field(sa_type=SmallInteger)
    headers: dict[str, str] = Field(sa_type=JSONB)
    value: str | None = Field(sa_type=Text)
    aggregate_id: str = Field(sa_type=Text)
    aggregate_version: int = Field(sa_type=BigInteger)
    created_at: dt.datetime = Field(sa_type=INSTANT)


class IdempotencyRow(CatalogModel, table=True):
    """The answer that was given to a key, for the same request to get again."""

    __tablename__ = "idempotency"
    __table_args__ = (Index("idempotency_age", "created_at"),)

    scope: str = Field(primary_key=True, sa_type=Text)
    key: str = Field(primary_key=True, sa_type=Text)
    fingerprint: str = Field(sa_type=Text)
    status: int
    headers: dict[str, str] = Field(sa_type=JSONB)
    body: str = Field(sa_type=Text)
    created_at: dt.datetime = Field(sa_type=INSTANT)
