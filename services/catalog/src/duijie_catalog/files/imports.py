"""Imports as jobs: a file is kept, and read and worked off by the worker (`import_runner`)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from duijie_shared.posting.files import FileKind
from sqlalchemy import func
from sqlmodel import Session, col, select

from duijie_catalog import bulk
from duijie_catalog.files import import_files
from duijie_catalog.tables import ImportErrorRow, ImportRow
from duijie_catalog.unit_of_work import UnitOfWork

DONE = "done"


@dataclass(frozen=True)
class Submission:
    """A file to import. `dry_run` stores nothing, `atomic` stores all rows or none."""

    kind: FileKind
    content: bytes
    filename: str | None = None
    dry_run: bool = False
    atomic: bool = False


@dataclass(frozen=True)
class RowError:
    """Why a row was refused: where it stands in a spreadsheet (0: the file as a whole), and the reason."""

    row: int
    column: str
    value: str
    code: str
    zh: str
    en: str


def submit(uow: UnitOfWork, submission: Submission, now: dt.datetime) -> ImportRow:
    """Queue an import; the worker is told when the transaction commits."""
    job_ = ImportRow(
        id=uuid4(),
        sequence=uow.sequences(1)[0],
        kind=submission.kind,
        filename=submission.filename,
        dry_run=submission.dry_run,
        atomic=submission.atomic,
        correlation_id=uow.correlation_id,
        created_at=now,
    )
    uow.session.add(job_)
    uow.session.flush()
    import_files.keep(uow.session, job_.id, submission.content)
    return job_


def job(uow: UnitOfWork, id: UUID) -> ImportRow | None:  # noqa: A002
    """An import, or None."""
    return uow.session.get(ImportRow, id)


def newest(uow: UnitOfWork, *, before: int | None, limit: int) -> list[ImportRow]:
    """Up to `limit` imports, newest first, from behind the sequence `before`."""
    query = select(ImportRow).order_by(col(ImportRow.sequence).desc()).limit(limit)
    if before is not None:
        query = query.where(ImportRow.sequence < before)
    return list(uow.session.exec(query))


def errors_of(uow: UnitOfWork, id: UUID, limit: int) -> tuple[list[RowError], int]:  # noqa: A002
    """The first refused cells of an import, in file order, and how many there are."""
    of_import = ImportErrorRow.import_id == id
    shown = select(  # type: ignore[call-overload]
        ImportErrorRow.row,
        ImportErrorRow.column,
        ImportErrorRow.value,
        ImportErrorRow.code,
        ImportErrorRow.zh,
        ImportErrorRow.en,
    )
    query = shown.where(of_import).order_by(col(ImportErrorRow.id)).limit(limit)
    found = [RowError(*row) for row in uow.session.exec(query)]
    if len(found) < limit:
        return found, len(found)
    return found, uow.session.exec(select(func.count()).select_from(ImportErrorRow).where(of_import)).one()


def add_errors(uow: UnitOfWork, id: UUID, errors: Iterable[RowError]) -> None:  # noqa: A002
    """Note refused cells."""
    rows: list[dict[str, Any]] = [{"import_id": id, **vars(error)} for error in errors]
    bulk.insert(uow.session, ImportErrorRow, rows)


def pending(session: Session) -> int:
    """How many imports are not done."""
    return session.exec(select(func.count()).select_from(ImportRow).where(ImportRow.status != DONE)).one()
