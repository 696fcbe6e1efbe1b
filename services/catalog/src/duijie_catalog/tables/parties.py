"""Parties."""

from __future__ import annotations

from sqlalchemy import Text
from sqlmodel import Field

from duijie_catalog.tables.base import AggregateRow


class PartyRow(AggregateRow, table=True):
    """One party; `contact` stays in this table."""

    __tablename__ = "parties"

    row_key: str = Field(sa_type=Text, unique=True)
    status: str = Field(sa_type=Text)
    evidence: str = Field(sa_type=Text)
    name: str = Field(sa_type=Text)
    kind: str = Field(sa_type=Text)
    uscc: str | None = Field(sa_type=Text)
    county: str | None = Field(sa_type=Text)
    latitude_e7: int | None
    longitude_e7: int | None
    contact: str | None = Field(sa_type=Text)
