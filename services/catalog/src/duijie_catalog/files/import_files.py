"""The uploaded files: kept while they are worked off, and some days longer where rows were refused."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import delete
from sqlmodel import col, select

from duijie_catalog.tables import ImportFileRow, ImportRow

if TYPE_CHECKING:
    from sqlmodel import Session

FILES_STAY = dt.timedelta(days=7)
"""How long the file of an import with refused rows stays after its end, for the sheet of what was refused."""


def keep(session: Session, id: UUID, content: bytes) -> None:  # noqa: A002 - the import's
    """Keep the file of a queued import."""
    session.add(ImportFileRow(import_id=id, content=content))
    session.flush()


def content_of(session: Session, id: UUID) -> bytes | None:  # noqa: A002
    """The file of an import, None once it is gone."""
    found = session.exec(select(ImportFileRow.content).where(ImportFileRow.import_id == id)).first()
    return None if found is None else bytes(found)


def ended(session: Session, job: ImportRow, *, needed: bool, now: dt.datetime) -> None:
    """Drop the file of an import that ended, or note until when it is `needed`."""
    if needed:
        job.file_until = now + FILES_STAY
        session.flush()
    else:
        session.execute(delete(ImportFileRow).where(col(ImportFileRow.import_id) == job.id))


def forget(session: Session, now: dt.datetime) -> None:
    """Drop the files whose time is over."""
    over = select(ImportRow.id).where(col(ImportRow.file_until) <= now)
    session.execute(delete(ImportFileRow).where(col(ImportFileRow.import_id).in_(over)))
