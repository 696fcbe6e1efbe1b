"""Counter-offers."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from duijie_catalog.tables.base import INSTANT, AggregateRow


class CounterRow(AggregateRow, table=True):
    """One counter-offer (`domain.counter.Counter`); of a match one is open at most."""

    __tablename__ = "counters"
    __table_args__ = (
        CheckConstraint("quantity > 0", "counters_quantity"),
        CheckConstraint("transport >= 0 AND price >= transport", "counters_price"),
        Index("counters_one_open", "match_id", unique=True, postgresql_where=text("status = 'open'")),
        Index("counters_of_match", "match_id", "sequence"),
    )

    status: str = Field(sa_type=Text)
    match_id: UUID
    offer_id: UUID = Field(foreign_key="orders.id")
    demand_id: UUID = Field(foreign_key="orders.id")
    offer_terms: str = Field(sa_type=Text)
    demand_terms: str = Field(sa_type=Text)
    round: int
    side: str = Field(sa_type=Text)
    quantity: int = Field(sa_type=BigInteger)
    price: int = Field(sa_type=BigInteger)
    transport: int = Field(sa_type=BigInteger)
    legs: list[dict[str, Any]] = Field(sa_type=JSONB)
    expires_at: dt.datetime = Field(sa_type=INSTANT)
