"""The schema, and the operator's first key."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from duijie_gateway.migrate import migrate
from duijie_gateway.tables import KeyRow
from gateway_records import NOW
from gateway_served import ADMIN_KEY
from sqlalchemy import func, select, update
from sqlmodel import SQLModel, col

if TYPE_CHECKING:
    from sqlalchemy import Engine

pytestmark = pytest.mark.database


def test_the_migrations_make_the_tables_that_the_code_knows(engine: Engine) -> None:
    """Columns, types and indexes, in both directions."""
    ours = {name for name in SQLModel.metadata.tables if name in _names(engine)}
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        differences = [
            difference
            for difference in compare_metadata(context, SQLModel.metadata)
            # Another service's tables are in the same registry when both are imported by one test run.
            if not (difference[0] in {"add_table", "add_index"} and _table(difference) not in ours)
        ]
    assert differences == []


def test_migrating_again_changes_nothing(engine: Engine) -> None:
    """The operator's key is stored once, and one that was revoked stays so."""
    with engine.begin() as connection:
        connection.execute(update(KeyRow).values(revoked_at=NOW))
    migrate(engine, bootstrap_admin_key_sha256=ADMIN_KEY.sha256.upper(), now=NOW)
    with engine.connect() as connection:
        count, revoked = connection.execute(
            select(func.count(), func.count(col(KeyRow.revoked_at))).select_from(KeyRow)
        ).one()
    assert (count, revoked) == (1, 1)


def _names(engine: Engine) -> set[str]:
    with engine.connect() as connection:
        return set(
            connection.exec_driver_sql(
                "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
            ).scalars()
        )


def _table(difference: tuple[object, ...]) -> str:
    changed = difference[1]
    return str(getattr(getattr(changed, "table", changed), "name", ""))
