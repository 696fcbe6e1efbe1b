"""Imports as jobs: a file is read through, kept, and worked off by the worker (`import_runner`)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from duijie_shared.posting.files import FileKind, read_rows
from sqlalchemy import func
from sqlmodel import Session, col, select

from duijie_catalog import bulk
from duijie_catalog.tables import ImportErrorRow, ImportFileRow, ImportRow
from duijie_catalog.unit_of_work import UnitOfWork

DONE = "done"


@dataclass(frozen=True)
class Submission:
    """A file to import. `dry_run` stores nothing, `atomic` stores all rows or none."""

    kind: FileKind
    content: bytes
    rows_total: int
    filename: str | None = None
    dry_run: bool = False
    atomic: bool = False


@dataclass(frozen=True)
class RowError:
    """Why a row was refused: where it stands in a spreadsheet, and what to do about it in both languages."""

    row: int
    column: str
    value: str
    code: str
    zh: str
    en: str


def check(content: bytes, kind: FileKind) -> int:
    """How many rows the file has.

    Raises
    ------
    PostingError
        When it cannot be read to its end, or a column is unknown, repeated or missing.
    """
    return sum(1 for _ in read_rows(content, kind))


def submit(uow: UnitOfWork, submission: Submission, now: dt.datetime) -> ImportRow:
    """Queue an import; the worker is told when the transaction commits."""
    job_ = ImportRow(
        id=uuid4(),
        sequence=uow.sequences(1)[0],
        kind=submission.kind,
        filename=submission.filename,
        dry_run=submission.dry_run,
        atomic=submission.atomic,
        rows_total=submission.rows_total,
        correlation_id=uow.correlation_id,
        created_at=now,
    )
    uow.session.add(job_)
    uow.session.flush()
    uow.session.add(ImportFileRow(import_id=job_.id, content=submission.content))
    uow.session.flush()
    return job_


def job(uow: UnitOfWork, id: UUID) -> ImportRow | None:  # noqa: A002
    """An import, or None."""
    return uow.session.get(ImportRow, id)


def errors_of(uow: UnitOfWork, id: UUID) -> list[ImportErrorRow]:  # noqa: A002
    """The refused cells of an import, in file order."""
    query = select(ImportErrorRow).where(ImportErrorRow.import_id == id).order_by(col(ImportErrorRow.id))
    return list(uow.session.exec(query))


def add_errors(uow: UnitOfWork, id: UUID, errors: Iterable[RowError]) -> None:  # noqa: A002
    """Note refused cells."""
    rows: list[dict[str, Any]] = [{"import_id": id, **vars(error)} for error in errors]
    bulk.insert(uow.session, ImportErrorRow, rows)


def pending(session: Session) -> int:
    """How many imports are not done."""
    return session.exec(select(func.count()).select_from(ImportRow).where(ImportRow.status != DONE)).one()
