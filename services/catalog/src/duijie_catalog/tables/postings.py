"""Orders and capacities."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index, Numeric, SmallInteger, Text, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field

from duijie_catalog.tables.base import INSTANT, AggregateRow


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
        CheckConstraint("remaining >= 0 AND held >= 0 AND remaining + held <= quantity", "orders_remaining"),
        Index("orders_row_key", "party_id", "side", "row_key", unique=True),
        Index("orders_of_party", "side", "party_id", "sequence"),
        Index("orders_of_side", "side", "sequence"),
        Index(
            "orders_live",
            "window_to",
            postgresql_where=text("status IN ('draft', 'open', 'reserved', 'partly_filled')"),
        ),
        # Quotas count what a party posted itself; an imported row has a key of the operator's.
        Index(
            "orders_own_standing",
            "party_id",
            postgresql_where=text(
                "row_key IS NULL AND status IN ('draft', 'open', 'reserved', 'partly_filled')"
            ),
        ),
        Index("orders_own_by_day", "party_id", "created_at", postgresql_where=text("row_key IS NULL")),
        # Plausibility compares prices of a product, and a posting with what its party withdrew.
        Index(
            "orders_priced",
            "product",
            "side",
            postgresql_where=text("price IS NOT NULL AND status IN ('open', 'reserved', 'partly_filled')"),
        ),
        Index("orders_posted_by", "posted_by", postgresql_where=text("posted_by IS NOT NULL")),
        Index("orders_withdrawn", "party_id", "product", postgresql_where=text("status = 'withdrawn'")),
        Index("orders_children", "parent_id", postgresql_where=text("parent_id IS NOT NULL")),
        Index(
            "orders_instances", "standing_id", "sequence", postgresql_where=text("standing_id IS NOT NULL")
        ),
        Index(
            "orders_closed",
            "closed_at",
            postgresql_where=text("closed_at IS NOT NULL AND tombstoned_at IS NULL"),
        ),
    )

    side: str = Field(sa_type=Text)
    remaining: int = Field(sa_type=BigInteger)
    held: int = Field(default=0, sa_type=BigInteger)
    parent_id: UUID | None = None
    posted_by: UUID | None = Field(default=None, foreign_key="parties.id")
    standing_id: UUID | None = Field(default=None, foreign_key="standing_demands.id")
    facts: dict[str, Any] = Field(default_factory=dict, sa_type=JSONB)
    opened_at: dt.datetime | None = Field(default=None, sa_type=INSTANT)
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
    evidence: str = Field(sa_type=Text)
    pack_multiple: int = Field(sa_type=BigInteger)
    break_quantities: list[int] = Field(sa_type=ARRAY(BigInteger))
    break_prices: list[int] = Field(sa_type=ARRAY(BigInteger))
    catch_weight_ppm: int
    reserve_price: int | None = Field(sa_type=BigInteger)
    publish_price: bool
    area_mu: Decimal | None = Field(sa_type=Numeric)
    measurements: list[str] = Field(sa_type=ARRAY(Text))
    posted_pack_multiple: Decimal | None = Field(sa_type=Numeric)
    posted_price_breaks: list[str] = Field(sa_type=ARRAY(Text))
    posted_reserve_price: Decimal | None = Field(sa_type=Numeric)


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
