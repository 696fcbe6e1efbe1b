"""Listings: the public face of live orders."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table. The read model is rebuilt once, since orders that are known already have no listing yet."""
    op.create_table(
        "listings",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("side", sa.String(), nullable=False),
        sa.Column("market", sa.String(), nullable=False),
        sa.Column("product", sa.String(), nullable=False),
        sa.Column("grade", sa.SmallInteger(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("min_lot", sa.BigInteger(), nullable=False),
        sa.Column("pack_multiple", sa.BigInteger(), nullable=False),
        sa.Column("catch_weight_ppm", sa.Integer(), nullable=False),
        sa.Column("price", sa.BigInteger()),
        sa.Column("price_breaks", JSONB(), nullable=False),
        sa.Column("county", sa.String()),
        sa.Column("designations", ARRAY(sa.Text()), nullable=False),
        sa.Column("window_from", sa.Date(), nullable=False),
        sa.Column("window_to", sa.Date(), nullable=False),
        sa.Column("harvest_date", sa.Date()),
        sa.Column("temperature", sa.String()),
        sa.Column("certificates", ARRAY(sa.Text()), nullable=False),
        sa.Column("evidence", sa.String(), nullable=False),
        sa.Column("origin_counties", ARRAY(sa.Text()), nullable=False),
        sa.Column("source_offset", sa.BigInteger(), nullable=False),
    )
    op.create_index("ix_listings_listed", "listings", ["sequence", "id"])
    op.create_index("ix_listings_product", "listings", ["product", "sequence", "id"])
    op.create_index("ix_listings_county", "listings", ["county", "sequence", "id"])
    for table in ("matches", "orders", "parties", "plans", "diagnoses"):
        op.execute(f"DELETE FROM {table}")  # noqa: S608 - names of our own tables
    op.execute("UPDATE positions SET next_offset = 0")


def downgrade() -> None:
    """Drop the table; the topics can rebuild it."""
    op.drop_table("listings")
