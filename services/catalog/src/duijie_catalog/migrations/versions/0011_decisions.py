"""What people decide about pairs and parties: constraints and counter-offers; what becomes of deals."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0011"
down_revision = "0010"

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _constraints()
    _counters()
    _fulfilment()


def _constraints() -> None:
    op.create_table(
        "trade_constraints",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("sequence", sa.BigInteger, nullable=False, unique=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("market", sa.Text),
        sa.Column("offer_id", sa.Uuid, sa.ForeignKey("orders.id")),
        sa.Column("demand_id", sa.Uuid, sa.ForeignKey("orders.id")),
        sa.Column("party_id", sa.Uuid, sa.ForeignKey("parties.id")),
        sa.Column("offer_county", sa.Text),
        sa.Column("demand_county", sa.Text),
        sa.Column("party_county", sa.Text),
        sa.Column("quantity", sa.BigInteger),
        sa.Column("set_by", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("note", sa.Text),
        sa.Column("offer_terms", sa.Text),
        sa.Column("demand_terms", sa.Text),
        sa.Column("set_by_actor", JSONB, nullable=False),
        sa.Column("ended_by", JSONB),
        sa.Column("end_reason", sa.Text),
        sa.Column("ended_at", INSTANT),
        sa.Column("tombstoned_at", INSTANT),
        sa.CheckConstraint("quantity >= 0", "trade_constraints_quantity"),
        sa.CheckConstraint(
            "(kind IN ('minimum', 'maximum')) = (party_id IS NOT NULL) AND (party_id IS NULL) = (offer_id IS NOT NULL) "
            "AND (offer_id IS NULL) = (demand_id IS NULL)",
            "trade_constraints_subject",
        ),
    )
    active = sa.text("status = 'active'")
    for name, columns in (
        ("trade_constraints_one_of_pair", ["offer_id", "demand_id", "set_by"]),
        ("trade_constraints_one_of_party", ["party_id", "kind"]),
    ):
        op.create_index(name, "trade_constraints", columns, unique=True, postgresql_where=active)
    op.create_index(
        "trade_constraints_of_demand", "trade_constraints", ["demand_id"], postgresql_where=active
    )
    op.create_index(
        "trade_constraints_ended",
        "trade_constraints",
        ["ended_at"],
        postgresql_where=sa.text("tombstoned_at IS NULL"),
    )


def _counters() -> None:
    op.create_table(
        "counters",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("sequence", sa.BigInteger, nullable=False, unique=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("match_id", sa.Uuid, nullable=False),
        sa.Column("offer_id", sa.Uuid, sa.ForeignKey("orders.id"), nullable=False),
        sa.Column("demand_id", sa.Uuid, sa.ForeignKey("orders.id"), nullable=False),
        sa.Column("offer_terms", sa.Text, nullable=False),
        sa.Column("demand_terms", sa.Text, nullable=False),
        sa.Column("round", sa.Integer, nullable=False),
        sa.Column("side", sa.Text, nullable=False),
        sa.Column("quantity", sa.BigInteger, nullable=False),
        sa.Column("price", sa.BigInteger, nullable=False),
        sa.Column("transport", sa.BigInteger, nullable=False),
        sa.Column("legs", JSONB, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.CheckConstraint("quantity > 0", "counters_quantity"),
        sa.CheckConstraint("transport >= 0 AND price >= transport", "counters_price"),
    )
    open_one = sa.text("status = 'open'")
    op.create_index("counters_one_open", "counters", ["match_id"], unique=True, postgresql_where=open_one)
    op.create_index("counters_of_match", "counters", ["match_id", "sequence"])


def _fulfilment() -> None:
    op.create_table(
        "shipments",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("sequence", sa.BigInteger, nullable=False, unique=True),
        sa.Column("deal_id", sa.Uuid, sa.ForeignKey("deals.id"), nullable=False),
        sa.Column("side", sa.Text, nullable=False),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.Column("quantity", sa.BigInteger, nullable=False),
        sa.Column("reason", sa.Text),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.CheckConstraint("quantity > 0", "shipments_quantity"),
    )
    op.create_index("shipments_of_deal", "shipments", ["deal_id", "sequence"])
    op.create_table(
        "ratings",
        sa.Column("deal_id", sa.Uuid, sa.ForeignKey("deals.id"), primary_key=True),
        sa.Column("side", sa.Text, primary_key=True),
        sa.Column("rated_party", sa.Uuid, nullable=False),
        sa.Column("stars", sa.Integer, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.CheckConstraint("stars BETWEEN 1 AND 5", "ratings_stars"),
    )
    op.create_index("ratings_of_party", "ratings", ["rated_party"])
