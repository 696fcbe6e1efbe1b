"""Alembic's environment: the connection is handed in by `migrate`, so no URL is written anywhere."""

from __future__ import annotations

from alembic import context
from sqlmodel import SQLModel

from duijie_gateway import tables

assert tables.MatchRow.metadata is SQLModel.metadata  # noqa: S101 - importing the tables fills the metadata

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=SQLModel.metadata, compare_type=True)
with context.begin_transaction():
    context.run_migrations()
