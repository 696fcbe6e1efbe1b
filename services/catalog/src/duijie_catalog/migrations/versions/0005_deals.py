"""Holds, deals, and the days of capacities."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0005"
down_revision = "0004"

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "capacity_days",
        sa.Column("capacity_id", sa.Uuid, sa.ForeignKey("capacities.id"), primary_key=True),
        sa.Column("day", sa.Date, primary_key=True),
        sa.Column("booked", sa.BigInteger, nullable=False),
        sa.Column("remaining", sa.BigInteger, nullable=False),
        sa.CheckConstraint("booked > 0", "capacity_days_booked"),
        sa.CheckConstraint("remaining >= 0", "capacity_days_remaining"),
    )
    op.create_table(
        "deals",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("sequence", sa.BigInteger, nullable=False, unique=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("match_id", sa.Uuid, nullable=False),
        sa.Column("market", sa.Text, nullable=False),
        sa.Column("product", sa.Text, nullable=False),
        sa.Column("unit", sa.Text, nullable=False),
        sa.Column("offer_id", sa.Uuid, sa.ForeignKey("orders.id"), nullable=False),
        sa.Column("demand_id", sa.Uuid, sa.ForeignKey("orders.id"), nullable=False),
        sa.Column("offer_version", sa.Integer, nullable=False),
        sa.Column("demand_version", sa.Integer, nullable=False),
        sa.Column("offer_after", sa.Integer, nullable=False),
        sa.Column("demand_after", sa.Integer, nullable=False),
        sa.Column("offer_terms", sa.Text, nullable=False),
        sa.Column("demand_terms", sa.Text, nullable=False),
        sa.Column("offer_party", sa.Uuid, nullable=False),
        sa.Column("demand_party", sa.Uuid, nullable=False),
        sa.Column("offer_county", sa.Text),
        sa.Column("demand_county", sa.Text),
        sa.Column("quantity", sa.BigInteger, nullable=False),
        sa.Column("price", sa.BigInteger, nullable=False),
        sa.Column("farm_gate_price", sa.BigInteger, nullable=False),
        sa.Column("legs", JSONB, nullable=False),
        sa.Column("accepted_by", sa.Text, nullable=False),
        sa.Column("deadline", INSTANT, nullable=False),
        sa.Column("ended_at", INSTANT),
        sa.Column("reason", sa.Text),
        sa.CheckConstraint("quantity > 0", "deals_quantity"),
        sa.CheckConstraint("farm_gate_price >= 0 AND price >= farm_gate_price", "deals_price"),
    )
    held = sa.text("status = 'held'")
    op.create_index("deals_one_hold", "deals", ["match_id"], unique=True, postgresql_where=held)
    op.create_index("deals_of_match", "deals", ["match_id", "sequence"])
    op.create_index("deals_due", "deals", ["deadline"], postgresql_where=held)
    op.create_index("deals_of_offer", "deals", ["offer_id"])
    op.create_index("deals_of_demand", "deals", ["demand_id"])
    op.create_index("deals_of_offer_party", "deals", ["offer_party", "sequence"])
    op.create_index("deals_of_demand_party", "deals", ["demand_party", "sequence"])
