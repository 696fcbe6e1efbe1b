"""Standing demands."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Numeric, SmallInteger, Text, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field

from duijie_catalog.tables.base import AggregateRow


class StandingDemandRow(AggregateRow, table=True):
    """One standing demand. `template` has the fields of a demand, its decimals as text; a season is `MM-DD`."""

    __tablename__ = "standing_demands"
    __table_args__ = (
        CheckConstraint("status IN ('open', 'paused', 'ended')", "standing_demands_status"),
        Index("standing_demands_of_party", "party_id", "sequence"),
        Index("standing_demands_open", "sequence", postgresql_where=text("status = 'open'")),
    )

    status: str = Field(sa_type=Text)
    party_id: UUID = Field(foreign_key="parties.id")
    template: dict[str, Any] = Field(sa_type=JSONB)
    repeats: str = Field(sa_type=Text)
    every_weeks: int | None = Field(sa_type=SmallInteger)
    weekdays: list[int] = Field(sa_type=ARRAY(SmallInteger))
    needed_days: int | None = Field(sa_type=SmallInteger)
    season_from: str | None = Field(sa_type=Text)
    season_to: str | None = Field(sa_type=Text)
    starts_on: dt.date
    ends_on: dt.date | None
    lead_days: int = Field(sa_type=SmallInteger)
    suppliers: list[UUID] = Field(sa_type=ARRAY(Uuid))
    yearly_adjustment: Decimal | None = Field(sa_type=Numeric)
    long_contract: bool
    settled_to: dt.date
    missed: int
    problems: list[dict[str, str]] = Field(sa_type=JSONB)
