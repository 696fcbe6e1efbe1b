"""Reference data that staff and buyers keep: editions of county lists, own grade schemes."""

from __future__ import annotations

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Nothing yet."""
