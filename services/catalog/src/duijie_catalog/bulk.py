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


class LostRaceError(Exception):
    """Another transaction stored this version first; nothing of this one may stand."""


def insert(session: Session, table: type[CatalogModel], rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert `rows`; columns that no row names take their defaults."""
    if rows:
        session.execute(_insert(table, tuple(rows[0])), {"rows": _json(rows)})


def upsert(session: Session, table: type[CatalogModel], rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert aggregates' rows, or replace those whose `id` is there at an older version.

    No two rows may share an id.

    Raises
    ------
    LostRaceError
        When one is there at the same or a newer version: another transaction came first.
    """
    if not rows:
        return
    result = session.connection().execute(_upsert(table, tuple(rows[0])), {"rows": _json(rows)})
    if result.rowcount != len(rows):
        raise LostRaceError


@functools.cache
def _insert(table: type[CatalogModel], columns: tuple[str, ...]) -> TextClause:
    names = ", ".join(f'"{column}"' for column in columns)
    name = table.__tablename__
    return text(
        f"INSERT INTO {name} ({names}) SELECT {names} "  # noqa: S608 - names of our own tables
        f"FROM jsonb_populate_recordset(NULL::{name}, CAST(:rows AS jsonb))"
    )


@functools.cache
def _upsert(table: type[CatalogModel], columns: tuple[str, ...]) -> TextClause:
    changes = ", ".join(f'"{column}" = excluded."{column}"' for column in columns if column != "id")
    newer = f"{table.__tablename__}.version < excluded.version"
    return text(f"{_insert(table, columns).text} ON CONFLICT (id) DO UPDATE SET {changes} WHERE {newer}")


def _json(rows: Sequence[Mapping[str, Any]]) -> str:
    # UUIDs, dates, instants and decimals go as their text, which PostgreSQL reads exactly.
    return json.dumps(rows, default=str, ensure_ascii=False, separators=(",", ":"))
