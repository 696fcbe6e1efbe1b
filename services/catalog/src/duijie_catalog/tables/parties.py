"""Parties, the steps of their verification, whom they let act for them, and what is attested of them."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Identity, Index, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field

from duijie_catalog.tables.base import INSTANT, AggregateRow, CatalogModel


class PartyRow(AggregateRow, table=True):
    """One party; `contact` stays in this table."""

    __tablename__ = "parties"
    __table_args__ = (Index("parties_by_status", "status", "sequence"),)

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


class PartyStepRow(CatalogModel, table=True):
    """One line of a party's history; lines are only ever added. `actor` is a `domain.verification.Actor`."""

    __tablename__ = "party_steps"
    __table_args__ = (Index("party_steps_of_party", "party_id", "id"),)

    id: int | None = Field(default=None, primary_key=True, sa_type=BigInteger, sa_column_args=[Identity()])
    party_id: UUID = Field(foreign_key="parties.id")
    party_version: int
    at: dt.datetime = Field(sa_type=INSTANT)
    actor: dict[str, Any] = Field(sa_type=JSONB)
    action: str = Field(sa_type=Text)
    from_status: str | None = Field(sa_type=Text)
    to_status: str = Field(sa_type=Text)
    reasons: list[str] = Field(sa_type=ARRAY(Text))
    note: str | None = Field(sa_type=Text)


class ConsentRow(CatalogModel, table=True):
    """A producer's consent that a service site acts for it."""

    __tablename__ = "consents"
    __table_args__ = (
        CheckConstraint("valid_from <= valid_to", "consents_days"),
        Index("consents_of_party", "party_id"),
        Index("consents_of_site", "site_id", "party_id"),
    )

    id: UUID = Field(primary_key=True)
    party_id: UUID = Field(foreign_key="parties.id")
    site_id: UUID = Field(foreign_key="parties.id")
    scope: list[str] = Field(sa_type=ARRAY(Text))
    valid_from: dt.date
    valid_to: dt.date
    document_sha256: str = Field(sa_type=Text)
    created_at: dt.datetime = Field(sa_type=INSTANT)
    created_by: dict[str, Any] = Field(sa_type=JSONB)
    revoked_at: dt.datetime | None = Field(sa_type=INSTANT)
    revoked_by: dict[str, Any] | None = Field(sa_type=JSONB)


class AttestationRow(CatalogModel, table=True):
    """One record of evidence or one certificate; of the document its digest alone is kept."""

    __tablename__ = "attestations"
    __table_args__ = (
        CheckConstraint("issued_on <= expires_on", "attestations_days"),
        Index("attestations_of_party", "party_id"),
    )

    id: UUID = Field(primary_key=True)
    party_id: UUID = Field(foreign_key="parties.id")
    kind: str = Field(sa_type=Text)
    value: str = Field(sa_type=Text)
    product: str | None = Field(sa_type=Text)
    number: str | None = Field(sa_type=Text)
    issuer: str = Field(sa_type=Text)
    document_sha256: str | None = Field(sa_type=Text)
    issued_on: dt.date
    expires_on: dt.date
    created_at: dt.datetime = Field(sa_type=INSTANT)
    created_by: dict[str, Any] = Field(sa_type=JSONB)
    revoked_at: dt.datetime | None = Field(sa_type=INSTANT)
    revoked_by: dict[str, Any] | None = Field(sa_type=JSONB)


class FactsDayRow(CatalogModel, table=True):
    """The one row that says for which day the facts of all live postings were last gone through."""

    __tablename__ = "facts_day"
    __table_args__ = (CheckConstraint("id = 1", "facts_day_one_row"),)

    id: int = Field(default=1, primary_key=True, sa_column_kwargs={"autoincrement": False})
    day: dt.date
