"""Pins, forbids, limits and declines."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from duijie_catalog.tables.base import INSTANT, AggregateRow

_ACTIVE = text("status = 'active'")


class ConstraintRow(AggregateRow, table=True):
    """One constraint (`domain.constraint.Constraint`), with those who set and ended it."""

    __tablename__ = "trade_constraints"
    __table_args__ = (
        CheckConstraint("quantity >= 0", "trade_constraints_quantity"),
        CheckConstraint(
            "(kind IN ('minimum', 'maximum')) = (party_id IS NOT NULL) AND (party_id IS NULL) = (offer_id IS NOT NULL) "
            "AND (offer_id IS NULL) = (demand_id IS NULL)",
            "trade_constraints_subject",
        ),
        Index(
            "trade_constraints_one_of_pair", "offer_id", "demand_id", "set_by",
            unique=True, postgresql_where=_ACTIVE,
        ),
        Index("trade_constraints_one_of_party", "party_id", "kind", unique=True, postgresql_where=_ACTIVE),
        Index("trade_constraints_of_demand", "demand_id", postgresql_where=_ACTIVE),
        Index("trade_constraints_ended", "ended_at", postgresql_where=text("tombstoned_at IS NULL")),
    )  # fmt: skip

    status: str = Field(sa_type=Text)
    kind: str = Field(sa_type=Text)
    market: str | None = Field(sa_type=Text)
    offer_id: UUID | None = Field(foreign_key="orders.id")
    demand_id: UUID | None = Field(foreign_key="orders.id")
    party_id: UUID | None = Field(foreign_key="parties.id")
    offer_county: str | None = Field(sa_type=Text)
    demand_county: str | None = Field(sa_type=Text)
    party_county: str | None = Field(sa_type=Text)
    quantity: int | None = Field(sa_type=BigInteger)
    set_by: str = Field(sa_type=Text)
    reason: str = Field(sa_type=Text)
    note: str | None = Field(sa_type=Text)
    offer_terms: str | None = Field(sa_type=Text)
    demand_terms: str | None = Field(sa_type=Text)
    set_by_actor: dict[str, Any] = Field(sa_type=JSONB)
    ended_by: dict[str, Any] | None = Field(default=None, sa_type=JSONB(none_as_null=True))
    end_reason: str | None = Field(default=None, sa_type=Text)
    ended_at: dt.datetime | None = Field(default=None, sa_type=INSTANT)
    tombstoned_at: dt.datetime | None = Field(default=None, sa_type=INSTANT)
