"""Holds and deals that lie over matches."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table; it fills from its topic."""
    op.create_table(
        "deals",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("match_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("offer_after", sa.BigInteger(), nullable=False),
        sa.Column("demand_after", sa.BigInteger(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("price", sa.BigInteger(), nullable=False),
        sa.Column("farm_gate_price", sa.BigInteger(), nullable=False),
        sa.Column("source_partition", sa.Integer(), nullable=False),
        sa.Column("source_offset", sa.BigInteger(), nullable=False),
    )
    op.create_index("ix_deals_match_id", "deals", ["match_id"])
    op.add_column("matches", sa.Column("agreed", ARRAY(sa.BigInteger())))


def downgrade() -> None:
    """Drop the table; the topics can rebuild it."""
    op.drop_column("matches", "agreed")
    op.drop_table("deals")
