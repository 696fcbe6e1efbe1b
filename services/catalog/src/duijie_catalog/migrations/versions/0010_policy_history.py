"""Who changed the policy, and why. The first version is nobody's."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.add_column("policies", sa.Column("by_role", sa.Text))
    op.add_column("policies", sa.Column("by_key", sa.Uuid))
    op.add_column("policies", sa.Column("by_label", sa.Text))
    op.add_column("policies", sa.Column("reason", sa.Text))
