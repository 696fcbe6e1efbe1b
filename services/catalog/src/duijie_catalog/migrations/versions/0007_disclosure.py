"""What was revealed, and what was deleted: tables to which rows are added and never changed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

revision = "0007"
down_revision = "0006"

INSTANT = sa.DateTime(timezone=True)

REFUSE = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% only takes new rows', TG_TABLE_NAME;
END $$
"""


def upgrade() -> None:
    op.create_table(
        "reveals",
        _identity(),
        sa.Column("party_id", sa.Uuid, sa.ForeignKey("parties.id"), nullable=False),
        sa.Column("to_party", sa.Uuid, sa.ForeignKey("parties.id")),
        sa.Column("to_role", sa.Text),
        sa.Column("to_key", sa.Uuid),
        sa.Column("fields", ARRAY(sa.Text), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("object_id", sa.Uuid),
        sa.Column("correlation_id", sa.Text, nullable=False),
        sa.Column("revealed_at", INSTANT, nullable=False),
        sa.CheckConstraint("(to_party IS NULL) <> (to_role IS NULL)", "reveals_one_reader"),
    )
    op.create_index("reveals_of_party", "reveals", ["party_id", "id"])
    op.create_table(
        "erasures",
        _identity(),
        sa.Column("party_id", sa.Uuid, sa.ForeignKey("parties.id"), nullable=False),
        sa.Column("event", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("by_role", sa.Text, nullable=False),
        sa.Column("by_key", sa.Uuid),
        sa.Column("counts", JSONB, nullable=False),
        sa.Column("correlation_id", sa.Text, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
    )
    op.create_index("erasures_of_party", "erasures", ["party_id", "id"])
    op.execute(REFUSE)
    for table in ("reveals", "erasures"):
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )


def _identity() -> sa.Column:
    return sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True)
