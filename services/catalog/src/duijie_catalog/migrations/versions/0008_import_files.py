"""Imports: rows are counted by the worker, and the file of one that refused rows stays for a time."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.alter_column("imports", "rows_total", nullable=True)
    op.add_column("imports", sa.Column("file_until", sa.DateTime(timezone=True)))
