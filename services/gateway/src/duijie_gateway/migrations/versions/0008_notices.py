"""Notices to people: channels, reminders, messages."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True)


def _channel(*, key: bool) -> sa.Column[object]:
    reference = sa.ForeignKey("notice_channels.id", ondelete="CASCADE")
    return sa.Column("channel_id", sa.Uuid(), reference, primary_key=key, nullable=False)


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "notice_channels",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("owner", sa.String(), nullable=False, index=True),
        sa.Column("key_id", sa.Uuid(), nullable=False),
        sa.Column("party_id", sa.Uuid()),
        sa.Column("area", sa.String()),
        sa.Column("exact", sa.Boolean(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("target", sa.String(), nullable=False),
        sa.Column("hint", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("kinds", ARRAY(sa.Text()), nullable=False),
        sa.Column("every_minutes", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("code_sha256", sa.String()),
        sa.Column("code_tries", sa.Integer(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("waiting", JSONB(), nullable=False),
        sa.Column("due_at", _TIME, nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
    )
    op.create_table(
        "notice_reminders",
        _channel(key=True),
        sa.Column("deal_id", sa.Uuid(), primary_key=True),
        sa.Column("at", _TIME, nullable=False, index=True),
        sa.Column("line", JSONB(), nullable=False),
    )
    op.create_table(
        "notices",
        sa.Column("id", sa.Uuid(), primary_key=True),
        _channel(key=False),
        sa.Column("made_at", _TIME, nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("body", sa.String()),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", _TIME),
        sa.Column("ended_at", _TIME),
        sa.Column("detail", sa.String()),
    )
    op.create_index("ix_notices_channel_id", "notices", ["channel_id"])
    op.create_index("ix_notices_due", "notices", ["status", "next_attempt_at"])


def downgrade() -> None:
    """Drop the tables."""
    for table in ("notices", "notice_reminders", "notice_channels"):
        op.drop_table(table)
