"""Standing demands with their instances, and the children of demands for a category."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

revision = "0006"
down_revision = "0005"

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "standing_demands",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("sequence", sa.BigInteger, nullable=False, unique=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("party_id", sa.Uuid, sa.ForeignKey("parties.id"), nullable=False),
        sa.Column("template", JSONB, nullable=False),
        sa.Column("repeats", sa.Text, nullable=False),
        sa.Column("every_weeks", sa.SmallInteger),
        sa.Column("weekdays", ARRAY(sa.SmallInteger), nullable=False),
        sa.Column("needed_days", sa.SmallInteger),
        sa.Column("season_from", sa.Text),
        sa.Column("season_to", sa.Text),
        sa.Column("starts_on", sa.Date, nullable=False),
        sa.Column("ends_on", sa.Date),
        sa.Column("lead_days", sa.SmallInteger, nullable=False),
        sa.Column("suppliers", ARRAY(sa.Uuid), nullable=False),
        sa.Column("yearly_adjustment", sa.Numeric),
        sa.Column("long_contract", sa.Boolean, nullable=False),
        sa.Column("settled_to", sa.Date, nullable=False),
        sa.Column("missed", sa.Integer, nullable=False),
        sa.Column("problems", JSONB, nullable=False),
        sa.CheckConstraint("status IN ('open', 'paused', 'ended')", "standing_demands_status"),
    )
    op.create_index("standing_demands_of_party", "standing_demands", ["party_id", "sequence"])
    op.create_index(
        "standing_demands_open", "standing_demands", ["sequence"], postgresql_where=sa.text("status = 'open'")
    )
    op.add_column("orders", sa.Column("standing_id", sa.Uuid, sa.ForeignKey("standing_demands.id")))
    for name, columns, where in (
        ("orders_instances", ["standing_id", "sequence"], "standing_id IS NOT NULL"),
        ("orders_children", ["parent_id"], "parent_id IS NOT NULL"),
    ):
        op.create_index(name, "orders", columns, postgresql_where=sa.text(where))
