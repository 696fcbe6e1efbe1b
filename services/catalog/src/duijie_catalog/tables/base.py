"""What every table starts with."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from sqlalchemy import BigInteger, DateTime
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

INSTANT = DateTime(timezone=True)
SEQUENCE = "posting_sequence"
"""The PostgreSQL sequence behind every `sequence`: posting order over all parties and kinds."""


class CatalogModel(SQLModel, registry=registry()):
    """The root of catalog's tables, with metadata of its own: two services may share one interpreter."""


class AggregateRow(CatalogModel):
    """What every aggregate's row starts with."""

    id: UUID = Field(primary_key=True)
    sequence: int = Field(sa_type=BigInteger, unique=True)
    version: int
    created_at: dt.datetime = Field(sa_type=INSTANT)
    updated_at: dt.datetime = Field(sa_type=INSTANT)
