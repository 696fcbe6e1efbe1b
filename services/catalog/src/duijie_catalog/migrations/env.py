"""How Alembic runs catalog's migrations: in one transaction, one process at a time."""

from __future__ import annotations

from alembic import context
from sqlalchemy import create_engine, text

engine = create_engine(context.config.attributes["database_url"])
with engine.connect() as connection, connection.begin():
    connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('migrations'))"))
    context.configure(connection=connection)
    context.run_migrations()
engine.dispose()
