"""What staff should look at, and the orders that are still to be looked over."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Identity, Index, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from duijie_catalog.tables.base import INSTANT, CatalogModel


class ScreeningRow(CatalogModel, table=True):
    """An order whose terms are new: the worker looks it over and deletes the row in the same transaction."""

    __tablename__ = "screenings"

    id: int | None = Field(default=None, primary_key=True, sa_type=BigInteger, sa_column_args=[Identity()])
    order_id: UUID


class FlagRow(CatalogModel, table=True):
    """One thing about one order that does not look plausible; `digest` is that of the facts it rests on."""

    __tablename__ = "flags"
    __table_args__ = (
        Index("flags_once", "order_id", "code", "digest", unique=True),
        Index("flags_of_status", "status", "sequence"),
    )

    id: UUID = Field(primary_key=True)
    sequence: int | None = Field(
        default=None, unique=True, nullable=False, sa_type=BigInteger, sa_column_args=[Identity()]
    )
    order_id: UUID = Field(foreign_key="orders.id")
    order_version: int
    side: str = Field(sa_type=Text)
    party_id: UUID
    county: str | None = Field(sa_type=Text)
    code: str = Field(sa_type=Text)
    zh: str = Field(sa_type=Text)
    en: str = Field(sa_type=Text)
    facts: dict[str, Any] = Field(sa_type=JSONB)
    digest: str = Field(sa_type=Text)
    status: str = Field(default="open", sa_type=Text)
    raised_at: dt.datetime = Field(sa_type=INSTANT)
    decided_at: dt.datetime | None = Field(default=None, sa_type=INSTANT)
    decided_by_role: str | None = Field(default=None, sa_type=Text)
    decided_by_key: UUID | None = None
    note: str | None = Field(default=None, sa_type=Text)
