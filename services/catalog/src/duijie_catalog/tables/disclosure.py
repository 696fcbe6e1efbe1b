"""What was revealed to whom, and what was deleted: rows that are added and never changed; a trigger sees to it."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Identity, Index, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field

from duijie_catalog.tables.base import INSTANT, CatalogModel


class RevealRow(CatalogModel, table=True):
    """One reveal: names of fields, never their values. Either a party saw them or someone of a role, with a key."""

    __tablename__ = "reveals"
    __table_args__ = (
        CheckConstraint("(to_party IS NULL) <> (to_role IS NULL)", "reveals_one_reader"),
        Index("reveals_of_party", "party_id", "id"),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=BigInteger, sa_column_args=[Identity()])
    party_id: UUID = Field(foreign_key="parties.id")
    to_party: UUID | None = Field(default=None, foreign_key="parties.id")
    to_role: str | None = Field(default=None, sa_type=Text)
    to_key: UUID | None = None
    fields: list[str] = Field(sa_type=ARRAY(Text))
    reason: str = Field(sa_type=Text)
    object_id: UUID | None = None
    correlation_id: str = Field(sa_type=Text)
    revealed_at: dt.datetime = Field(sa_type=INSTANT)


class ErasureRow(CatalogModel, table=True):
    """One step of an erasure, without personal data: `event` is requested or done, `counts` what was redacted."""

    __tablename__ = "erasures"
    __table_args__ = (Index("erasures_of_party", "party_id", "id"),)

    id: int | None = Field(default=None, primary_key=True, sa_type=BigInteger, sa_column_args=[Identity()])
    party_id: UUID = Field(foreign_key="parties.id")
    event: str = Field(sa_type=Text)
    reason: str = Field(sa_type=Text)
    by_role: str = Field(sa_type=Text)
    by_key: UUID | None = None
    counts: dict[str, int] = Field(sa_type=JSONB)
    correlation_id: str = Field(sa_type=Text)
    at: dt.datetime = Field(sa_type=INSTANT)
