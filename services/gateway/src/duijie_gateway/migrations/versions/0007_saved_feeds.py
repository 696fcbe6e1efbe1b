"""Saved feeds: filters that readers keep, with a stream or a digest."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "saved_feeds",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("owner", sa.String(), nullable=False, index=True),
        sa.Column("party", sa.Uuid(), index=True),
        sa.Column("area", sa.String()),
        sa.Column("exact", sa.Boolean(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("filter", JSONB(), nullable=False),
        sa.Column("schedule", JSONB()),
        sa.Column("report_if_empty", sa.Boolean(), nullable=False),
        sa.Column("start", sa.BigInteger(), nullable=False),
        sa.Column("digested", sa.BigInteger(), nullable=False),
        sa.Column("due", sa.DateTime(timezone=True), index=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    )


def downgrade() -> None:
    """Drop the table: what readers saved is gone."""
    op.drop_table("saved_feeds")
