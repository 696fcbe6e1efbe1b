"""Holds, deals, and the days of capacities that they book."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from duijie_catalog.tables.base import INSTANT, AggregateRow, CatalogModel


class CapacityDayRow(CatalogModel, table=True):
    """One day of a capacity of which something is booked; a day without a row has its whole throughput left."""

    __tablename__ = "capacity_days"
    __table_args__ = (
        CheckConstraint("booked > 0", "capacity_days_booked"),
        CheckConstraint("remaining >= 0", "capacity_days_remaining"),
    )

    capacity_id: UUID = Field(primary_key=True, foreign_key="capacities.id")
    day: dt.date = Field(primary_key=True)
    booked: int = Field(sa_type=BigInteger)
    remaining: int = Field(sa_type=BigInteger)


class DealRow(AggregateRow, table=True):
    """One hold or deal, in contract integers; `legs` is a list of {capacity_id, first, last, quantity}.

    The fingerprints are of the terms of both orders that were accepted (`domain.deal.fingerprint`).
    """

    __tablename__ = "deals"
    __table_args__ = (
        CheckConstraint("quantity > 0", "deals_quantity"),
        CheckConstraint("farm_gate_price >= 0 AND price >= farm_gate_price", "deals_price"),
        Index("deals_one_hold", "match_id", unique=True, postgresql_where=text("status = 'held'")),
        Index("deals_of_match", "match_id", "sequence"),
        Index("deals_due", "deadline", postgresql_where=text("status = 'held'")),
        Index("deals_of_offer", "offer_id"),
        Index("deals_of_demand", "demand_id"),
        Index("deals_of_offer_party", "offer_party", "sequence"),
        Index("deals_of_demand_party", "demand_party", "sequence"),
    )

    status: str = Field(sa_type=Text)
    match_id: UUID
    market: str = Field(sa_type=Text)
    product: str = Field(sa_type=Text)
    unit: str = Field(sa_type=Text)
    offer_id: UUID = Field(foreign_key="orders.id")
    demand_id: UUID = Field(foreign_key="orders.id")
    offer_version: int
    demand_version: int
    offer_after: int
    demand_after: int
    offer_terms: str = Field(sa_type=Text)
    demand_terms: str = Field(sa_type=Text)
    offer_party: UUID
    demand_party: UUID
    offer_county: str | None = Field(sa_type=Text)
    demand_county: str | None = Field(sa_type=Text)
    quantity: int = Field(sa_type=BigInteger)
    price: int = Field(sa_type=BigInteger)
    farm_gate_price: int = Field(sa_type=BigInteger)
    legs: list[dict[str, Any]] = Field(sa_type=JSONB)
    accepted_by: str = Field(sa_type=Text)
    deadline: dt.datetime = Field(sa_type=INSTANT)
    ended_at: dt.datetime | None = Field(default=None, sa_type=INSTANT)
    reason: str | None = Field(default=None, sa_type=Text)
