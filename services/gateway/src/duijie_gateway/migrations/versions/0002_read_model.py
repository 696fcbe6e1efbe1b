"""The read model, its feed, and how far the projector has come."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def _match_columns() -> list[sa.Column[object]]:
    return [
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("market", sa.String(), nullable=False),
        sa.Column("product", sa.String(), nullable=False),
        sa.Column("offer_id", sa.Uuid(), nullable=False),
        sa.Column("demand_id", sa.Uuid(), nullable=False),
        sa.Column("offer_party", sa.Uuid(), nullable=False),
        sa.Column("demand_party", sa.Uuid(), nullable=False),
        sa.Column("offer_county", sa.String()),
        sa.Column("demand_county", sa.String()),
        sa.Column("designations", ARRAY(sa.Text()), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("record", sa.String(), nullable=False),
    ]


def upgrade() -> None:
    """Create the tables; the feed starts at 0."""
    op.create_table(
        "positions",
        sa.Column("topic", sa.String(), primary_key=True),
        sa.Column("partition", sa.Integer(), primary_key=True),
        sa.Column("next_offset", sa.BigInteger(), nullable=False),
        sa.Column("seen", sa.BigInteger(), nullable=False),
    )
    op.create_table(
        "matches",
        sa.Column("id", sa.Uuid(), primary_key=True),
        *_match_columns(),
        sa.Column("value", sa.Numeric(40, 0), nullable=False),
        sa.Column("source_partition", sa.Integer(), nullable=False),
        sa.Column("source_offset", sa.BigInteger(), nullable=False),
    )
    op.create_index(
        "ix_matches_listed",
        "matches",
        ["kind", "score", "id"],
        postgresql_where=sa.text("status <> 'withdrawn'"),
    )
    op.create_index("ix_matches_offer_id", "matches", ["offer_id"])
    op.create_index("ix_matches_demand_id", "matches", ["demand_id"])
    for column in ("offer_party", "demand_party", "product"):
        op.create_index(f"ix_matches_{column}", "matches", [column, "kind", "score", "id"])

    head = op.create_table(
        "feed_head",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
    )
    op.bulk_insert(head, [{"id": 1, "sequence": 0}])
    op.create_table(
        "feed",
        sa.Column("sequence", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("match_id", sa.Uuid(), nullable=False, index=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False, index=True),
        *_match_columns(),
        sa.Column("before_status", sa.String()),
        sa.Column("before_kind", sa.String()),
        sa.Column("before_county", sa.String()),
        sa.Column("before_designations", ARRAY(sa.Text())),
        sa.Column("before_score", sa.Float()),
    )
    op.create_index("ix_feed_offer_party", "feed", ["offer_party", "sequence"])
    op.create_index("ix_feed_demand_party", "feed", ["demand_party", "sequence"])

    op.create_table(
        "orders",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("side", sa.String(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("party_id", sa.Uuid(), nullable=False),
        sa.Column("market", sa.String(), nullable=False),
        sa.Column("product", sa.String(), nullable=False),
        sa.Column("county", sa.String()),
        sa.Column("source_offset", sa.BigInteger(), nullable=False),
    )
    op.create_table(
        "parties",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("county", sa.String()),
        sa.Column("source_offset", sa.BigInteger(), nullable=False),
    )
    op.create_table(
        "plans",
        sa.Column("market", sa.String(), primary_key=True),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("source_offset", sa.BigInteger(), nullable=False),
    )
    op.create_table(
        "diagnoses",
        sa.Column("order_id", sa.Uuid(), primary_key=True),
        sa.Column("party_id", sa.Uuid(), nullable=False, index=True),
        sa.Column("side", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("source_offset", sa.BigInteger(), nullable=False),
    )


def downgrade() -> None:
    """Drop the tables; the topics can rebuild all but the feed's sequences."""
    for table in ("diagnoses", "plans", "parties", "orders", "feed", "feed_head", "matches", "positions"):
        op.drop_table(table)
