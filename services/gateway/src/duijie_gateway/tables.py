"""The gateway's rows: keys and sessions, which it owns, and a read model that the topics can rebuild."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from uuid import UUID

from sqlalchemy import BigInteger, DateTime, Index, Numeric, SmallInteger, Text, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field, SQLModel

_TIME = DateTime(timezone=True)


class KeyRow(SQLModel, table=True):
    """An API key: its digest, never the key. A revoked key keeps its row, so that logs can be read."""

    __tablename__ = "api_keys"

    id: UUID = Field(primary_key=True)
    sha256: str = Field(unique=True)
    role: str
    party_id: UUID | None = None
    county: str | None = None
    label: str = ""
    created_at: dt.datetime = Field(sa_type=_TIME)
    revoked_at: dt.datetime | None = Field(default=None, sa_type=_TIME)
    expires_at: dt.datetime | None = Field(default=None, sa_type=_TIME)
    """When a key that was replaced ends; null for one that holds until it is revoked."""


class SessionRow(SQLModel, table=True):
    """A browser session: the digest of the cookie's token and the key that logged in."""

    __tablename__ = "sessions"

    sha256: str = Field(primary_key=True)
    key_id: UUID = Field(foreign_key="api_keys.id", index=True)
    created_at: dt.datetime = Field(sa_type=_TIME)
    expires_at: dt.datetime = Field(sa_type=_TIME, index=True)


class PositionRow(SQLModel, table=True):
    """How far the projector has come in one partition.

    `seen` is the furthest it ever was: below it a record is a replay, rebuilds rows and is no news.
    """

    __tablename__ = "positions"

    topic: str = Field(primary_key=True)
    partition: int = Field(primary_key=True)
    next_offset: int = Field(sa_type=BigInteger)
    seen: int = Field(sa_type=BigInteger)


class MatchColumns(SQLModel):
    """What filters and lists look at, in `matches` and `feed` alike."""

    status: str
    kind: str
    market: str
    product: str
    offer_id: UUID
    demand_id: UUID
    offer_party: UUID
    demand_party: UUID
    offer_county: str | None = None
    demand_county: str | None = None
    designations: list[str] = Field(sa_type=ARRAY(Text))
    score: float
    record: str
    """The matcher's record as JSON text; `status` above is what readers are told."""


class MatchRow(MatchColumns, table=True):
    """The present state of one match, and where its record stands."""

    __tablename__ = "matches"
    __table_args__ = (
        # The order of every list; withdrawn matches are read by id or on demand only.
        Index("ix_matches_listed", "kind", "score", "id", postgresql_where=text("status <> 'withdrawn'")),
        Index("ix_matches_offer_id", "offer_id"),
        Index("ix_matches_demand_id", "demand_id"),
        Index("ix_matches_offer_party", "offer_party", "kind", "score", "id"),
        Index("ix_matches_demand_party", "demand_party", "kind", "score", "id"),
        Index("ix_matches_product", "product", "kind", "score", "id"),
    )

    id: UUID = Field(primary_key=True)
    value: Decimal = Field(sa_type=Numeric(40, 0))
    """Quantity x bid, in 1e-9 CNY; what the share of designated counties is reckoned of."""
    agreed: list[int] | None = Field(default=None, sa_type=ARRAY(BigInteger))
    """Quantity, price and farm-gate price of the hold or deal that lies over the record (`read_model.Agreed`)."""
    source_partition: int
    source_offset: int = Field(sa_type=BigInteger)


class FeedRow(MatchColumns, table=True):
    """One change of one match as it was told. Sequences have no gaps and never change."""

    __tablename__ = "feed"
    __table_args__ = (
        Index("ix_feed_offer_party", "offer_party", "sequence"),
        Index("ix_feed_demand_party", "demand_party", "sequence"),
    )

    sequence: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    match_id: UUID = Field(index=True)
    recorded_at: dt.datetime = Field(sa_type=_TIME, index=True)
    before_status: str | None = None
    before_kind: str | None = None
    before_county: str | None = None
    before_designations: list[str] | None = Field(default=None, sa_type=ARRAY(Text))
    before_score: float | None = None
    """What a filter looked at before the change: whoever was shown a match hears that it left the filter."""


class FeedHeadRow(SQLModel, table=True):
    """One row: the last sequence given. Its lock makes sequences gapless and commit in order."""

    __tablename__ = "feed_head"

    id: int = Field(primary_key=True)
    sequence: int = Field(sa_type=BigInteger)
    pruned: int = Field(default=0, sa_type=BigInteger)
    """Up to this sequence only the newest change of what still stands is kept."""


class ChangeRow(SQLModel, table=True):
    """One public change of an offer, a demand, a capacity or a deal, in the sequence that the feed of matches has too.

    `before` and `after` are what filters look at (`changes.Facts`), null where it was not there or is gone;
    `products` those of both.
    """

    __tablename__ = "changes"
    __table_args__ = (
        Index("ix_changes_subject", "subject", "sequence"),
        Index("ix_changes_subject_id", "subject_id", "sequence"),
    )

    sequence: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    subject: str
    subject_id: UUID
    recorded_at: dt.datetime = Field(sa_type=_TIME, index=True)
    parties: list[UUID] = Field(sa_type=ARRAY(Uuid))
    counties: list[str] = Field(sa_type=ARRAY(Text))
    products: list[str] = Field(sa_type=ARRAY(Text))
    before: dict[str, object] | None = Field(default=None, sa_type=JSONB(none_as_null=True))
    after: dict[str, object] | None = Field(default=None, sa_type=JSONB(none_as_null=True))
    body: str | None = None
    """JSON text: a listing's item, a deal's record; null once it is gone, or its party was erased."""


class CapacityRow(SQLModel, table=True):
    """What the read model must know of a capacity; `body` is its public item as JSON text, null once it is over."""

    __tablename__ = "capacities"

    id: UUID = Field(primary_key=True)
    party_id: UUID
    body: str | None = None
    source_offset: int = Field(sa_type=BigInteger)


class SavedFeedRow(SQLModel, table=True):
    """A saved feed (`domain.feeds.Feed`). `owner` is its scope as a text."""

    __tablename__ = "saved_feeds"

    id: UUID = Field(primary_key=True)
    owner: str = Field(index=True)
    party: UUID | None = Field(default=None, index=True)
    area: str | None = None
    exact: bool
    name: str
    filter: dict[str, object] = Field(sa_type=JSONB)
    schedule: dict[str, object] | None = Field(default=None, sa_type=JSONB(none_as_null=True))
    report_if_empty: bool
    start: int = Field(sa_type=BigInteger)
    digested: int = Field(sa_type=BigInteger)
    due: dt.datetime | None = Field(default=None, sa_type=_TIME, index=True)
    created_at: dt.datetime = Field(sa_type=_TIME)


class OrderRow(SQLModel, table=True):
    """What the read model must know of an order: whose it is, which version, whether it is open."""

    __tablename__ = "orders"

    id: UUID = Field(primary_key=True)
    side: str
    version: int = Field(sa_type=BigInteger)
    status: str
    party_id: UUID
    market: str
    product: str
    county: str | None = None
    source_offset: int = Field(sa_type=BigInteger)


class PartyRow(SQLModel, table=True):
    """A party's public name, for staff pages."""

    __tablename__ = "parties"

    id: UUID = Field(primary_key=True)
    name: str
    kind: str
    county: str | None = None
    source_offset: int = Field(sa_type=BigInteger)


class DealRow(SQLModel, table=True):
    """What the read model must know of a hold or deal: which match it lies over, and what was agreed."""

    __tablename__ = "deals"

    id: UUID = Field(primary_key=True)
    match_id: UUID = Field(index=True)
    status: str
    offer_after: int = Field(sa_type=BigInteger)
    demand_after: int = Field(sa_type=BigInteger)
    quantity: int = Field(sa_type=BigInteger)
    price: int = Field(sa_type=BigInteger)
    farm_gate_price: int = Field(sa_type=BigInteger)
    source_partition: int
    source_offset: int = Field(sa_type=BigInteger)


class PlanRow(SQLModel, table=True):
    """The totals of one market; `body` is the record as JSON text."""

    __tablename__ = "plans"

    market: str = Field(primary_key=True)
    body: str
    source_offset: int = Field(sa_type=BigInteger)


class DiagnosisRow(SQLModel, table=True):
    """Why one order is left short; `body` is the record as JSON text."""

    __tablename__ = "diagnoses"

    order_id: UUID = Field(primary_key=True)
    party_id: UUID = Field(index=True)
    side: str
    body: str
    source_offset: int = Field(sa_type=BigInteger)


class ListingRow(SQLModel, table=True):
    """The public face of one live order: a row is here only while the order is, a price only where it is published."""

    __tablename__ = "listings"
    __table_args__ = (
        Index("ix_listings_listed", "sequence", "id"),
        Index("ix_listings_product", "product", "sequence", "id"),
        Index("ix_listings_county", "county", "sequence", "id"),
    )

    id: UUID = Field(primary_key=True)
    sequence: int = Field(sa_type=BigInteger)
    version: int = Field(sa_type=BigInteger)
    side: str
    market: str
    product: str
    grade: int = Field(sa_type=SmallInteger)
    quantity: int = Field(sa_type=BigInteger)
    min_lot: int = Field(sa_type=BigInteger)
    pack_multiple: int = Field(sa_type=BigInteger)
    catch_weight_ppm: int
    price: int | None = Field(default=None, sa_type=BigInteger)
    price_breaks: list[dict[str, int]] = Field(sa_type=JSONB)
    county: str | None = None
    designations: list[str] = Field(sa_type=ARRAY(Text))
    window_from: dt.date
    window_to: dt.date
    harvest_date: dt.date | None = None
    temperature: str | None = None
    certificates: list[str] = Field(sa_type=ARRAY(Text))
    evidence: str
    origin_counties: list[str] = Field(sa_type=ARRAY(Text))
    updated_at: dt.datetime = Field(sa_type=_TIME)
    source_offset: int = Field(sa_type=BigInteger)
