"""What became of deals: shipments and ratings."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index, Text
from sqlmodel import Field

from duijie_catalog.tables.base import INSTANT, CatalogModel


class ShipmentRow(CatalogModel, table=True):
    """One entry about part of a deal (`domain.fulfilment.Shipment`)."""

    __tablename__ = "shipments"
    __table_args__ = (
        CheckConstraint("quantity > 0", "shipments_quantity"),
        Index("shipments_of_deal", "deal_id", "sequence"),
    )

    id: UUID = Field(primary_key=True)
    sequence: int = Field(sa_type=BigInteger, unique=True)
    deal_id: UUID = Field(foreign_key="deals.id")
    side: str = Field(sa_type=Text)
    outcome: str = Field(sa_type=Text)
    quantity: int = Field(sa_type=BigInteger)
    reason: str | None = Field(sa_type=Text)
    day: dt.date
    created_at: dt.datetime = Field(sa_type=INSTANT)


class RatingRow(CatalogModel, table=True):
    """How one side of a fulfilled deal rates the other, once."""

    __tablename__ = "ratings"
    __table_args__ = (
        CheckConstraint("stars BETWEEN 1 AND 5", "ratings_stars"),
        Index("ratings_of_party", "rated_party"),
    )

    deal_id: UUID = Field(primary_key=True, foreign_key="deals.id")
    side: str = Field(primary_key=True, sa_type=Text)
    rated_party: UUID
    stars: int
    created_at: dt.datetime = Field(sa_type=INSTANT)
