"""Many rows in one statement: one JSON parameter that PostgreSQL unfolds by the table's own row type."""

from __future__ import annotations

import functools
import json
from typing import TYPE_CHECKING, Any

from sqlalchemy import TextClause, text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlmodel import Session

    from duijie_catalog.tables import CatalogModel


Rows = tuple["type[CatalogModel]", "Sequence[Mapping[str, Any]]"]
"""A table and what it is to be given."""


class LostRaceError(Exception):
    """Another transaction stored this version first; nothing of this one may stand."""


def insert(session: Session, table: type[CatalogModel], rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert `rows`; columns that no row names take their defaults."""
    if rows:
        session.connection().execute(_insert(table, tuple(rows[0])), {"rows": _json(rows)})


def upsert(
    session: Session,
    table: type[CatalogModel],
    rows: Sequence[Mapping[str, Any]],
    beside: Sequence[Rows] = (),
) -> None:
    """Insert aggregates' rows, or replace those whose `id` is there at an older version.

    No two rows may share an id. Rows that come `beside`, for other tables, are inserted by the same statement.

    Raises
    ------
    LostRaceError
        When one is there at the same or a newer version: another transaction came first.
    """
    if not rows:
        return
    more = [each for each in beside if each[1]]
    tables = tuple((other, tuple(its[0])) for other, its in more)
    values = {f"rows_{place}": _json(its) for place, (_, its) in enumerate(more)}
    stored = (
        session.connection()
        .execute(_upsert(table, tuple(rows[0]), tables), {"rows": _json(rows), **values})
        .scalar()
    )
    if stored != len(rows):
        raise LostRaceError


@functools.cache
def _insert(table: type[CatalogModel], columns: tuple[str, ...]) -> TextClause:
    return text(_inserting(table, columns, "rows"))


@functools.cache
def _upsert(
    table: type[CatalogModel],
    columns: tuple[str, ...],
    beside: tuple[tuple[type[CatalogModel], tuple[str, ...]], ...],
) -> TextClause:
    changes = ", ".join(f'"{column}" = excluded."{column}"' for column in columns if column != "id")
    newer = f"{table.__tablename__}.version < excluded.version"
    insert_ = _inserting(table, columns, "rows")
    parts = [f"stored AS ({insert_} ON CONFLICT (id) DO UPDATE SET {changes} WHERE {newer} RETURNING 1)"]
    for place, (other, its) in enumerate(beside):
        parts.append(f"beside_{place} AS ({_inserting(other, its, f'rows_{place}')})")
    return text(f"WITH {', '.join(parts)} SELECT count(*) FROM stored")  # noqa: S608 - as below


def _inserting(table: type[CatalogModel], columns: tuple[str, ...], parameter: str) -> str:
    names = ", ".join(f'"{column}"' for column in columns)
    name = table.__tablename__
    return (
        f"INSERT INTO {name} ({names}) SELECT {names} "  # noqa: S608 - names of our own tables
        f"FROM jsonb_populate_recordset(NULL::{name}, CAST(:{parameter} AS jsonb))"
    )


def _json(rows: Sequence[Mapping[str, Any]]) -> str:
    # UUIDs, dates, instants and decimals go as their text, which PostgreSQL reads exactly.
    return json.dumps(rows, default=str, ensure_ascii=False, separators=(",", ":"))
