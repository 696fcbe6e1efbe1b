"""Reference data that staff and buyers keep: editions of county lists, own grade schemes, grades that staff placed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

revision = "0004"
down_revision = "0003"

INSTANT = sa.DateTime(timezone=True)

# One round trip on the way of every order. Each statement of the function sees what was committed before it
# began, so an order either waits for an edition that is being stored or is there when that one's orders are sought.
STATE = """
CREATE FUNCTION designation_state(OUT revision uuid, OUT on_day date) LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    PERFORM pg_advisory_xact_lock_shared(hashtext('designations'));
    SELECT id INTO revision FROM designation_editions ORDER BY sequence DESC LIMIT 1;
    SELECT day INTO on_day FROM designation_day;
END $$
"""


def upgrade() -> None:
    _designations()
    op.create_table(
        "grade_schemes",
        *_numbered(),
        sa.Column("party_id", sa.Uuid, sa.ForeignKey("parties.id"), nullable=False),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("code_key", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("body", JSONB, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
    )
    op.create_index(
        "grade_schemes_version", "grade_schemes", ["party_id", "code_key", "version"], unique=True
    )
    _reviews()


def _designations() -> None:
    op.create_table(
        "designation_editions",
        *_numbered(),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("body", JSONB, nullable=False),
        *_decided(),
    )
    op.create_table(
        "designation_day",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.CheckConstraint("id = 1", "designation_day_one_row"),
    )
    op.create_table(
        "designation_refreshes",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("counties", ARRAY(sa.Text), nullable=False),
        sa.Column("after", sa.BigInteger, nullable=False),
        sa.Column("correlation_id", sa.Text, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
    )
    op.execute(STATE)


def _reviews() -> None:
    op.create_table(
        "grade_reviews",
        *_numbered(),
        sa.Column("key", sa.Text, nullable=False, unique=True),
        sa.Column("scheme", sa.Text, nullable=False),
        sa.Column("grade", sa.Text, nullable=False),
        sa.Column("measurements", ARRAY(sa.Text), nullable=False),
        sa.Column("product", sa.Text, nullable=False),
        sa.Column("count", sa.Integer, nullable=False),
        sa.Column("first_seen", INSTANT, nullable=False),
        sa.Column("last_seen", INSTANT, nullable=False),
        sa.Column("status", sa.Text, nullable=False, server_default="open"),
    )
    op.create_index("grade_reviews_of_status", "grade_reviews", ["status", "sequence"])
    op.create_table(
        "grade_mappings",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("review_id", sa.Uuid, sa.ForeignKey("grade_reviews.id"), nullable=False),
        sa.Column("scheme_key", sa.Text, nullable=False),
        sa.Column("grade_key", sa.Text, nullable=False),
        sa.Column("measured_key", sa.Text, nullable=False),
        sa.Column("product", sa.Text, nullable=False),
        sa.Column("whole_family", sa.Boolean, nullable=False),
        sa.Column("rank", sa.SmallInteger),
        sa.Column("note", sa.Text),
        *_decided(),
        sa.CheckConstraint("rank BETWEEN 1 AND 5", "grade_mappings_rank"),
    )
    op.create_index("grade_mappings_of_scheme", "grade_mappings", ["scheme_key", "grade_key"])
    op.create_index("grade_mappings_of_review", "grade_mappings", ["review_id"])


def _numbered() -> list[sa.Column]:
    return [
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("sequence", sa.BigInteger, sa.Identity(), nullable=False, unique=True),
    ]


def _decided() -> list[sa.Column]:
    return [
        sa.Column("by_role", sa.Text, nullable=False),
        sa.Column("by_key", sa.Uuid),
        sa.Column("created_at", INSTANT, nullable=False),
    ]
