"""Writing rows that come from records: guarded by where in its topic a record stands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, delete
from sqlalchemy.dialects.postgresql import insert

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection
    from sqlmodel import SQLModel


def upsert(
    connection: Connection, table: type[SQLModel], key_name: str, rows: Sequence[dict[str, Any]]
) -> None:
    """Insert or replace rows, except where what is stored comes from a later record."""
    if not rows:
        return
    statement = insert(table)
    new = statement.excluded
    columns: Any = table.__table__.c  # type: ignore[attr-defined]
    later = columns.source_offset <= new.source_offset
    if "source_partition" in columns:
        # Offsets of different partitions say nothing about each other.
        later |= columns.source_partition != new.source_partition
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=[key_name],
            set_={name: new[name] for name in rows[0] if name != key_name},
            where=later,
        ),
        list(rows),
    )


def remove(
    connection: Connection, table: type[SQLModel], key_name: str, keys: Sequence[tuple[object, int]]
) -> None:
    """Delete rows by (key, offset of the tombstone), except where what is stored is later."""
    if not keys:
        return
    columns: Any = table.__table__.c  # type: ignore[attr-defined]
    connection.execute(
        delete(table).where(columns[key_name] == bindparam("gone"), columns.source_offset < bindparam("at")),
        [{"gone": key, "at": offset} for key, offset in keys],
    )
