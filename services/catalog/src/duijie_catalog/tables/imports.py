"""Imports, their files and their refused cells."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from sqlalchemy import BigInteger, Identity, Index, Text, text
from sqlmodel import Field

from duijie_catalog.tables.base import INSTANT, CatalogModel


class ImportRow(CatalogModel, table=True):
    """One import and how far it has come; `attempts` counts openings of its file since the last progress.

    `rows_total` is known once the worker has read the file through, `file_until` where the file stays for a time.
    """

    __tablename__ = "imports"
    __table_args__ = (Index("imports_pending", "sequence", postgresql_where=text("status <> 'done'")),)

    id: UUID = Field(primary_key=True)
    sequence: int = Field(sa_type=BigInteger, unique=True)
    kind: str = Field(sa_type=Text)
    filename: str | None = Field(sa_type=Text)
    dry_run: bool
    atomic: bool
    status: str = Field(default="queued", sa_type=Text)
    rows_total: int | None = None
    rows_done: int = 0
    created: int = 0
    amended: int = 0
    unchanged: int = 0
    refused: int = 0
    attempts: int = 0
    correlation_id: str = Field(sa_type=Text)
    created_at: dt.datetime = Field(sa_type=INSTANT)
    finished_at: dt.datetime | None = Field(default=None, sa_type=INSTANT)
    file_until: dt.datetime | None = Field(default=None, sa_type=INSTANT)


class ImportFileRow(CatalogModel, table=True):
    """The file of an import."""

    __tablename__ = "import_files"

    import_id: UUID = Field(primary_key=True, foreign_key="imports.id")
    content: bytes


class ImportErrorRow(CatalogModel, table=True):
    """One refused cell of an import; `row` as a spreadsheet numbers it."""

    __tablename__ = "import_errors"
    __table_args__ = (Index("import_errors_of_import", "import_id", "id"),)

    id: int | None = Field(default=None, primary_key=True, sa_type=BigInteger, sa_column_args=[Identity()])
    import_id: UUID = Field(foreign_key="imports.id")
    row: int
    column: str = Field(sa_type=Text)
    value: str = Field(sa_type=Text)
    code: str = Field(sa_type=Text)
    zh: str = Field(sa_type=Text)
    en: str = Field(sa_type=Text)
