"""Webhooks: endpoints with their cursors, what is due to each, the log of attempts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True)


def _endpoint() -> sa.Column[object]:
    return sa.Column(
        "endpoint_id", sa.Uuid(), sa.ForeignKey("webhook_endpoints.id", ondelete="CASCADE"), nullable=False
    )


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "webhook_endpoints",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("owner", sa.String(), nullable=False, index=True),
        sa.Column("key_id", sa.Uuid(), nullable=False),
        sa.Column("party_id", sa.Uuid()),
        sa.Column("area", sa.String()),
        sa.Column("exact", sa.Boolean(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("events", ARRAY(sa.Text()), nullable=False),
        sa.Column("feed_id", sa.Uuid()),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("disabled_reason", sa.String()),
        sa.Column("disabled_at", _TIME),
        sa.Column("secret", sa.String(), nullable=False),
        sa.Column("previous_secret", sa.String()),
        sa.Column("previous_until", _TIME),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("replay_position", sa.BigInteger()),
        sa.Column("replay_upto", sa.BigInteger()),
        sa.Column("pending", sa.Integer(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("failing_since", _TIME),
        sa.Column("not_before", _TIME),
        sa.Column("last_ms", sa.Integer(), nullable=False),
        sa.Column("lease", sa.Uuid()),
        sa.Column("leased_until", _TIME),
        sa.Column("created_at", _TIME, nullable=False),
    )
    op.create_index("ix_webhook_endpoints_due", "webhook_endpoints", ["status", "position"])
    op.create_table(
        "webhook_messages",
        sa.Column("id", sa.String(), primary_key=True),
        _endpoint(),
        sa.Column("sequence", sa.BigInteger()),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("body", sa.String()),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", _TIME),
        sa.Column("made_at", _TIME, nullable=False),
    )
    op.create_index(
        "ix_webhook_messages_due",
        "webhook_messages",
        ["endpoint_id", "next_attempt_at"],
        postgresql_where=sa.text("status = 'pending'"),
    )
    op.create_index("ix_webhook_messages_made", "webhook_messages", ["made_at"])
    op.create_table(
        "webhook_attempts",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), primary_key=True),
        _endpoint(),
        sa.Column("message_id", sa.String(), nullable=False),
        sa.Column("sequence", sa.BigInteger()),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("at", _TIME, nullable=False, index=True),
        sa.Column("duration_ms", sa.Integer(), nullable=False),
        sa.Column("status", sa.Integer()),
        sa.Column("error", sa.String()),
        sa.Column("answer", sa.String(), nullable=False),
        sa.Column("next_attempt_at", _TIME),
    )
    op.create_index("ix_webhook_attempts_endpoint", "webhook_attempts", ["endpoint_id", "id"])


def downgrade() -> None:
    """Drop the tables; nothing can rebuild them."""
    for table in ("webhook_attempts", "webhook_messages", "webhook_endpoints"):
        op.drop_table(table)
