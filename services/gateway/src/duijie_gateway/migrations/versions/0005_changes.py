"""The log of public changes, the public face of capacities, and when a listing changed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables. Orders and deals are read once more from their start: the log begins with what stands."""
    op.create_table(
        "changes",
        sa.Column("sequence", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False, index=True),
        sa.Column("parties", ARRAY(sa.Uuid()), nullable=False),
        sa.Column("counties", ARRAY(sa.Text()), nullable=False),
        sa.Column("products", ARRAY(sa.Text()), nullable=False),
        sa.Column("before", JSONB()),
        sa.Column("after", JSONB()),
        sa.Column("body", sa.String()),
    )
    op.create_index("ix_changes_subject", "changes", ["subject", "sequence"])
    op.create_index("ix_changes_subject_id", "changes", ["subject_id", "sequence"])
    op.create_table(
        "capacities",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("party_id", sa.Uuid(), nullable=False),
        sa.Column("body", sa.String()),
        sa.Column("source_offset", sa.BigInteger(), nullable=False),
    )
    op.add_column("feed_head", sa.Column("pruned", sa.BigInteger(), nullable=False, server_default="0"))
    op.alter_column("feed_head", "pruned", server_default=None)
    # What was pruned before: everything below the oldest row.
    op.execute("UPDATE feed_head SET pruned = coalesce((SELECT min(sequence) - 1 FROM feed), sequence)")
    op.execute("DELETE FROM listings")
    op.add_column("listings", sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False))
    op.execute("DELETE FROM positions WHERE topic IN ('orders-v1', 'deals-v1')")


def downgrade() -> None:
    """Drop the log; the topics can rebuild the rest."""
    op.drop_column("listings", "updated_at")
    op.drop_column("feed_head", "pruned")
    op.drop_table("capacities")
    op.drop_table("changes")
