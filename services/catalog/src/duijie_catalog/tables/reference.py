"""Reference data that staff and buyers keep: editions of county lists, own grade schemes, grades that staff placed."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Identity, Index, SmallInteger, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field

from duijie_catalog.tables.base import INSTANT, CatalogModel


class DesignationEditionRow(CatalogModel, table=True):
    """One edition of a county list, never changed; `body` as `edition_to_json` writes it."""

    __tablename__ = "designation_editions"

    id: UUID = Field(primary_key=True)
    sequence: int | None = Field(
        default=None, sa_type=BigInteger, sa_column_args=[Identity()], unique=True, nullable=False
    )
    code: str = Field(sa_type=Text)
    body: dict[str, Any] = Field(sa_type=JSONB)
    by_role: str = Field(sa_type=Text)
    by_key: UUID | None = None
    created_at: dt.datetime = Field(sa_type=INSTANT)


class DesignationDayRow(CatalogModel, table=True):
    """The one row that holds the day on which orders' designations are judged: that of the last tick."""

    __tablename__ = "designation_day"
    __table_args__ = (CheckConstraint("id = 1", "designation_day_one_row"),)

    id: int = Field(default=1, primary_key=True, sa_column_kwargs={"autoincrement": False})
    day: dt.date


class DesignationRefreshRow(CatalogModel, table=True):
    """Counties whose live orders are still to be published anew, from behind the order `after`."""

    __tablename__ = "designation_refreshes"

    id: int | None = Field(default=None, primary_key=True, sa_type=BigInteger, sa_column_args=[Identity()])
    counties: list[str] = Field(sa_type=ARRAY(Text))
    after: int = Field(default=0, sa_type=BigInteger)
    correlation_id: str = Field(sa_type=Text)
    created_at: dt.datetime = Field(sa_type=INSTANT)


class GradeSchemeRow(CatalogModel, table=True):
    """One version of a buyer's own scheme, never changed; `body` as `own_scheme` reads it."""

    __tablename__ = "grade_schemes"
    __table_args__ = (Index("grade_schemes_version", "party_id", "code_key", "version", unique=True),)

    id: UUID = Field(primary_key=True)
    sequence: int | None = Field(
        default=None, sa_type=BigInteger, sa_column_args=[Identity()], unique=True, nullable=False
    )
    party_id: UUID = Field(foreign_key="parties.id")
    code: str = Field(sa_type=Text)
    code_key: str = Field(sa_type=Text)
    version: int
    body: dict[str, Any] = Field(sa_type=JSONB)
    created_at: dt.datetime = Field(sa_type=INSTANT)


class GradeReviewRow(CatalogModel, table=True):
    """A grade that nobody has placed, how often it was posted, and what staff last said of it.

    `key` tells one from another; it holds no more than scheme, grade or measurements, and product.
    """

    __tablename__ = "grade_reviews"
    __table_args__ = (Index("grade_reviews_of_status", "status", "sequence"),)

    id: UUID = Field(primary_key=True)
    sequence: int | None = Field(
        default=None, sa_type=BigInteger, sa_column_args=[Identity()], unique=True, nullable=False
    )
    key: str = Field(sa_type=Text, unique=True)
    scheme: str = Field(sa_type=Text)
    grade: str = Field(sa_type=Text)
    measurements: list[str] = Field(sa_type=ARRAY(Text))
    product: str = Field(sa_type=Text)
    count: int
    first_seen: dt.datetime = Field(sa_type=INSTANT)
    last_seen: dt.datetime = Field(sa_type=INSTANT)
    status: str = Field(default="open", sa_type=Text)


class GradeMappingRow(CatalogModel, table=True):
    """One decision of staff, never changed; the newest of a place holds. `rank` NULL takes an earlier one back.

    `product` is a slug: with `whole_family` of a family's head, and then all its products are meant.
    """

    __tablename__ = "grade_mappings"
    __table_args__ = (
        CheckConstraint("rank BETWEEN 1 AND 5", "grade_mappings_rank"),
        Index("grade_mappings_of_scheme", "scheme_key", "grade_key"),
        Index("grade_mappings_of_review", "review_id"),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=BigInteger, sa_column_args=[Identity()])
    review_id: UUID = Field(foreign_key="grade_reviews.id")
    scheme_key: str = Field(sa_type=Text)
    grade_key: str = Field(sa_type=Text)
    measured_key: str = Field(sa_type=Text)
    product: str = Field(sa_type=Text)
    whole_family: bool
    rank: int | None = Field(default=None, sa_type=SmallInteger)
    note: str | None = Field(default=None, sa_type=Text)
    by_role: str = Field(sa_type=Text)
    by_key: UUID | None = None
    created_at: dt.datetime = Field(sa_type=INSTANT)
