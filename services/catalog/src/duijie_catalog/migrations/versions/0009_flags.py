"""What staff should look at; when an order opened; what quotas and plausibility look up."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0009"
down_revision = "0008"

INSTANT = sa.DateTime(timezone=True)
STANDING = "status IN ('draft', 'open', 'reserved', 'partly_filled')"


def upgrade() -> None:
    op.add_column("orders", sa.Column("opened_at", INSTANT))
    op.execute("UPDATE orders SET opened_at = created_at WHERE status <> 'draft'")
    for name, columns, where in (
        ("orders_own_standing", ["party_id"], f"row_key IS NULL AND {STANDING}"),
        ("orders_own_by_day", ["party_id", "created_at"], "row_key IS NULL"),
        (
            "orders_priced",
            ["product", "side"],
            "price IS NOT NULL AND status IN ('open', 'reserved', 'partly_filled')",
        ),
        ("orders_withdrawn", ["party_id", "product"], "status = 'withdrawn'"),
    ):
        op.create_index(name, "orders", columns, postgresql_where=sa.text(where))
    _screenings()
    _flags()


def _screenings() -> None:
    op.create_table(
        "screenings",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("order_id", sa.Uuid, nullable=False),
    )


def _flags() -> None:
    op.create_table(
        "flags",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("sequence", sa.BigInteger, sa.Identity(), nullable=False, unique=True),
        sa.Column("order_id", sa.Uuid, sa.ForeignKey("orders.id"), nullable=False),
        sa.Column("order_version", sa.Integer, nullable=False),
        sa.Column("side", sa.Text, nullable=False),
        sa.Column("party_id", sa.Uuid, nullable=False),
        sa.Column("county", sa.Text),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("zh", sa.Text, nullable=False),
        sa.Column("en", sa.Text, nullable=False),
        sa.Column("facts", JSONB, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False, server_default="open"),
        sa.Column("raised_at", INSTANT, nullable=False),
        sa.Column("decided_at", INSTANT),
        sa.Column("decided_by_role", sa.Text),
        sa.Column("decided_by_key", sa.Uuid),
        sa.Column("note", sa.Text),
    )
    op.create_index("flags_once", "flags", ["order_id", "code", "digest"], unique=True)
    op.create_index("flags_of_status", "flags", ["status", "sequence"])
