"""Users: people who log in by name and password."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "users",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("name", sa.String(), nullable=False, unique=True),
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("key_id", sa.Uuid(), sa.ForeignKey("api_keys.id"), nullable=False, unique=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
    )


def downgrade() -> None:
    """Drop the table, and revoke the keys behind its users: nobody knows their secrets."""
    op.execute("UPDATE api_keys SET revoked_at = now() WHERE id IN (SELECT key_id FROM users)")
    op.drop_table("users")
