"""Bringing the gateway's database to this release's schema, and letting the first admin in."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING
from uuid import uuid4

from alembic import command
from alembic.config import Config
from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert

from duijie_gateway.tables import KeyRow

if TYPE_CHECKING:
    from sqlalchemy import Engine

_LOCK = 0x6475696A
"""Advisory lock: two migrations at once would both see the old schema."""


def migrate(engine: Engine, *, bootstrap_admin_key_sha256: str | None, now: dt.datetime) -> None:
    """Upgrade the schema and store the digest of the operator's first admin key; may be run again.

    A bootstrap key that was revoked stays revoked.
    """
    config = Config()
    config.set_main_option("script_location", "duijie_gateway:migrations")
    with engine.begin() as connection:
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        if bootstrap_admin_key_sha256:
            key = KeyRow(
                id=uuid4(),
                sha256=bootstrap_admin_key_sha256.lower(),
                role="admin",
                label="bootstrap",
                created_at=now,
            )
            connection.execute(
                insert(KeyRow).values(**key.model_dump()).on_conflict_do_nothing(index_elements=["sha256"])
            )
