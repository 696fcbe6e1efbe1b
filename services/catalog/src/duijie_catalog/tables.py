"""The rows catalog keeps. Constraints stand here and in the migrations; a test holds the two equal."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    Identity,
    Index,
    Numeric,
    SmallInteger,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
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


class PostingRow(AggregateRow):
    """What orders and capacities have in common."""

    status: str = Field(sa_type=Text)
    party_id: UUID = Field(foreign_key="parties.id")
    row_key: str | None = Field(sa_type=Text)
    closed_at: dt.datetime | None = Field(sa_type=INSTANT)
    tombstoned_at: dt.datetime | None = Field(default=None, sa_type=INSTANT)
    county: str | None = Field(sa_type=Text)
    latitude_e7: int
    longitude_e7: int
    temperature: str | None = Field(sa_type=Text)
    note: str | None = Field(sa_type=Text)
    unit: str = Field(sa_type=Text)


class OrderRow(PostingRow, table=True):
    """One offer or demand: contract integers, and beside them what was posted."""

    __tablename__ = "orders"
    __table_args__ = (
        CheckConstraint("remaining >= 0 AND remaining <= quantity", "orders_remaining"),
        Index("orders_row_key", "party_id", "side", "row_key", unique=True),
        Index("orders_of_party", "side", "party_id", "sequence"),
        Index("orders_of_side", "side", "sequence"),
        Index("orders_open", "window_to", postgresql_where=text("status = 'open'")),
        Index(
            "orders_closed",
            "closed_at",
            postgresql_where=text("closed_at IS NOT NULL AND tombstoned_at IS NULL"),
        ),
    )

    side: str = Field(sa_type=Text)
    remaining: int = Field(sa_type=BigInteger)
    product: str = Field(sa_type=Text)
    market: str = Field(sa_type=Text)
    grade: int = Field(sa_type=SmallInteger)
    quantity: int = Field(sa_type=BigInteger)
    min_lot: int = Field(sa_type=BigInteger)
    price: int | None = Field(sa_type=BigInteger)
    window_from: dt.date
    window_to: dt.date
    harvest_date: dt.date | None
    certificates: list[str] = Field(sa_type=ARRAY(Text))
    origin_counties: list[str] = Field(sa_type=ARRAY(Text))
    grade_scheme: str | None = Field(sa_type=Text)
    posted_grade: str | None = Field(sa_type=Text)
    posted_quantity: Decimal = Field(sa_type=Numeric)
    posted_min_lot: Decimal | None = Field(sa_type=Numeric)
    posted_price: Decimal | None = Field(sa_type=Numeric)
    posted_county: str | None = Field(sa_type=Text)


class CapacityRow(PostingRow, table=True):
    """One capacity: contract integers, and beside them what was posted."""

    __tablename__ = "capacities"
    __table_args__ = (
        Index("capacities_row_key", "party_id", "row_key", unique=True),
        Index("capacities_of_party", "party_id", "sequence"),
        Index("capacities_open", "available_to", postgresql_where=text("status = 'open'")),
        Index(
            "capacities_closed",
            "closed_at",
            postgresql_where=text("closed_at IS NOT NULL AND tombstoned_at IS NULL"),
        ),
    )

    activity: str = Field(sa_type=Text)
    product_in: str | None = Field(sa_type=Text)
    product_out: str | None = Field(sa_type=Text)
    yield_ppm: int | None
    loss_ppm: int
    throughput_per_day: int = Field(sa_type=BigInteger)
    fee: int = Field(sa_type=BigInteger)
    to_county: str | None = Field(sa_type=Text)
    to_latitude_e7: int | None
    to_longitude_e7: int | None
    available_from: dt.date
    available_to: dt.date
    posted_throughput: Decimal = Field(sa_type=Numeric)
    posted_fee: Decimal = Field(sa_type=Numeric)


class PolicyRow(CatalogModel, table=True):
    """One version of the policy; the highest is in force."""

    __tablename__ = "policies"

    version: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    body: dict[str, Any] = Field(sa_type=JSONB)
    created_at: dt.datetime = Field(sa_type=INSTANT)


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


class ImportRow(CatalogModel, table=True):
    """One import and how far it has come; `attempts` counts openings of its file since the last progress."""

    __tablename__ = "imports"
    __table_args__ = (Index("imports_pending", "sequence", postgresql_where=text("status <> 'done'")),)

    id: UUID = Field(primary_key=True)
    sequence: int = Field(sa_type=BigInteger, unique=True)
    kind: str = Field(sa_type=Text)
    filename: str | None = Field(sa_type=Text)
    dry_run: bool
    atomic: bool
    status: str = Field(default="queued", sa_type=Text)
    rows_total: int
    rows_done: int = 0
    created: int = 0
    amended: int = 0
    unchanged: int = 0
    refused: int = 0
    attempts: int = 0
    correlation_id: str = Field(sa_type=Text)
    created_at: dt.datetime = Field(sa_type=INSTANT)
    finished_at: dt.datetime | None = Field(default=None, sa_type=INSTANT)


class ImportFileRow(CatalogModel, table=True):
    """The file of an import, kept until it is done."""

    __tablename__ = "import_files"

    import_id: UUID = Field(primary_key=True, foreign_key="imports.id")
    content: bytes


class ImportErrorRow(CatalogModel, table=True):
    """One refused cell of an import; `row` as a spreadsheet numbers it."""

    __tablename__ = "import_errors"
    __table_args__ = (Index("import_errors_of_import", "import_id", "id"),)

    id: int | None = Field(default=None, primary_key=True, sa_type=BigInteger, sa_column_args=[Identity()])
    import_id: UUID = Field(foreign_key="imports.id")
    row: int
    column: str = Field(sa_type=Text)
    value: str = Field(sa_type=Text)
    code: str = Field(sa_type=Text)
    zh: str = Field(sa_type=Text)
    en: str = Field(sa_type=Text)
