"""Orders: what is held, how they are sold, what stays private; the statuses of a full life."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0002"
down_revision = "0001"

NONE = sa.text("'{}'")


def upgrade() -> None:
    added = (
        sa.Column("held", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("parent_id", sa.Uuid),
        sa.Column("evidence", sa.Text, nullable=False, server_default="self_declared"),
        sa.Column("pack_multiple", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("break_quantities", ARRAY(sa.BigInteger), nullable=False, server_default=NONE),
        sa.Column("break_prices", ARRAY(sa.BigInteger), nullable=False, server_default=NONE),
        sa.Column("catch_weight_ppm", sa.Integer, nullable=False, server_default="0"),
        sa.Column("reserve_price", sa.BigInteger),
        sa.Column("publish_price", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("area_mu", sa.Numeric),
        sa.Column("measurements", ARRAY(sa.Text), nullable=False, server_default=NONE),
        sa.Column("posted_pack_multiple", sa.Numeric),
        sa.Column("posted_price_breaks", ARRAY(sa.Text), nullable=False, server_default=NONE),
        sa.Column("posted_reserve_price", sa.Numeric),
    )
    for column in added:
        op.add_column("orders", column)
    op.execute("UPDATE orders SET status = 'closed' WHERE status = 'filled'")
    op.drop_constraint("orders_remaining", "orders")
    op.create_check_constraint(
        "orders_remaining", "orders", "remaining >= 0 AND held >= 0 AND remaining + held <= quantity"
    )
    op.drop_index("orders_open", "orders")
    op.create_index(
        "orders_live",
        "orders",
        ["window_to"],
        postgresql_where=sa.text("status IN ('draft', 'open', 'reserved', 'partly_filled')"),
    )
