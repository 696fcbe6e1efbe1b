"""Working off imports: batch by batch, progress in the same transaction as the rows, one import at a time."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog
from duijie_shared.posting import PostingError
from duijie_shared.posting.files import count_rows, read_rows
from sqlmodel import col, select

from duijie_catalog.files import import_files
from duijie_catalog.files.import_rows import Outcome, process
from duijie_catalog.files.imports import DONE, RowError, add_errors
from duijie_catalog.metrics import IMPORTED
from duijie_catalog.reference import grade_reviews
from duijie_catalog.tables import ImportRow
from duijie_catalog.unit_of_work import UnitOfWork, unit_of_work

if TYPE_CHECKING:
    from uuid import UUID

    from duijie_shared.posting.files import FileKind, Row
    from sqlalchemy import Engine

    from duijie_catalog.clock import Clock

log = structlog.get_logger()

CHANNEL = "imports"
"""PostgreSQL notifies here, by a trigger, when an import is queued."""

MOST_ATTEMPTS = 10
"""Openings of a file without any progress after which it is given up, so that it cannot hold up the others."""


@dataclass
class _Reader:
    """An open file: the next row is number `position`, counted from 0 without the header."""

    import_id: UUID
    content: bytes
    rows: Iterator[Row]
    position: int


class ImportRunner:
    """Works off the queue in the order of submission. A second runner waits while one is at a batch."""

    def __init__(self, engine: Engine, clock: Clock, batch: int = 500) -> None:
        self._engine = engine
        self._clock = clock
        self._batch = batch
        self._reader: _Reader | None = None

    def step(self) -> bool:
        """Count the rows of a new import, or do one batch (of an atomic one, all of it); whether there was any work."""
        if self._reader is None and not self._open():
            return False
        if self._reader is None:
            return True
        with unit_of_work(self._engine, "") as uow:
            job = self._locked(uow, self._reader)
            if job is None:
                self._reader = None  # not ours at this place any more: look again
                return True
            uow.correlation_id = job.correlation_id
            if job.rows_total is None:
                outcome = self._count(uow, job, self._reader)
            else:
                outcome = self._all_or_nothing(uow, job) if job.atomic else self._one_batch(uow, job)
                self._record(uow, job, outcome)
            finished = job.rows_done >= (job.rows_total or 0)
            if finished:
                self._finish(uow, job, refused=bool(job.refused or outcome.errors))
        if finished:
            self._reader = None
        for name in ("created", "amended", "unchanged", "refused"):
            IMPORTED.labels(name).inc(getattr(outcome, name))
        grade_reviews.note(self._engine, outcome.unplaced, self._clock())
        return True

    def _open(self) -> bool:
        """Open the file of the oldest import, or give it up; whether there is one."""
        with unit_of_work(self._engine, "") as uow:
            job = _oldest(uow)
            if job is None:
                return False
            job.status, job.attempts = "running", job.attempts + 1
            if job.attempts > MOST_ATTEMPTS:
                self._give_up(uow, job)
                return True
            uow.session.flush()
            content = import_files.content_of(uow.session, job.id)
            if content is None:
                raise AssertionError(f"the file of import {job.id} is gone before its end")
            rows = read_rows(content, _kind(job))
            self._reader = _Reader(
                job.id, content, itertools.islice(rows, job.rows_done, None), job.rows_done
            )
            return True

    def _locked(self, uow: UnitOfWork, reader: _Reader) -> ImportRow | None:
        job = _oldest(uow)
        here = job is not None and (job.id, job.rows_done) == (reader.import_id, reader.position)
        return job if here else None

    def _count(self, uow: UnitOfWork, job: ImportRow, reader: _Reader) -> Outcome:
        """Read the file through before anything of it is taken: one that breaks off is refused whole."""
        errors: list[RowError] = []
        try:
            job.rows_total = count_rows(reader.content, _kind(job))
        except PostingError as error:
            job.rows_total = 0
            errors = [RowError(0, each.field, "", each.code, each.zh, each.en) for each in error.errors]
        job.attempts = 0
        uow.session.flush()
        add_errors(uow, job.id, errors)
        return Outcome(errors=errors)

    def _one_batch(self, uow: UnitOfWork, job: ImportRow) -> Outcome:
        return process(uow, _kind(job), self._next_rows(), self._clock(), store=not job.dry_run)

    def _all_or_nothing(self, uow: UnitOfWork, job: ImportRow) -> Outcome:
        """All rows at once. When one is refused nothing is kept, and the rest is only judged."""
        total = Outcome()
        savepoint = uow.session.begin_nested()
        while rows := self._next_rows():
            store = not job.dry_run and not total.refused
            outcome = process(uow, _kind(job), rows, self._clock(), store=store)
            if outcome.refused and savepoint.is_active:
                savepoint.rollback()
            add_errors(uow, job.id, outcome.errors)  # at once: they may be as many as the rows
            outcome.errors.clear()
            total.add(outcome)
        if not total.refused:
            savepoint.commit()
            return total
        return Outcome(refused=total.refused, unplaced=total.unplaced)

    def _next_rows(self) -> list[Row]:
        reader = self._reader
        if reader is None:
            raise AssertionError("no file is open")
        rows = list(itertools.islice(reader.rows, self._batch))
        reader.position += len(rows)
        return rows

    def _record(self, uow: UnitOfWork, job: ImportRow, outcome: Outcome) -> None:
        if self._reader is not None:
            job.rows_done = self._reader.position
        job.created += outcome.created
        job.amended += outcome.amended
        job.unchanged += outcome.unchanged
        job.refused += outcome.refused
        job.attempts = 0
        uow.session.flush()
        add_errors(uow, job.id, outcome.errors)

    def _finish(self, uow: UnitOfWork, job: ImportRow, *, refused: bool) -> None:
        job.status, job.finished_at = DONE, self._clock()
        uow.session.flush()
        import_files.ended(uow.session, job, needed=refused, now=job.finished_at)
        log.info(
            "import done",
            correlation_id=job.correlation_id,
            import_id=str(job.id),
            kind=job.kind,
            dry_run=job.dry_run,
            created=job.created,
            amended=job.amended,
            unchanged=job.unchanged,
            refused=job.refused,
        )

    def _give_up(self, uow: UnitOfWork, job: ImportRow) -> None:
        log.error("import given up", import_id=str(job.id), rows_done=job.rows_done)
        kept_zh, kept_en = "之前的行已保存", "the rows before are stored"
        if job.dry_run or job.atomic:
            kept_zh, kept_en = "没有保存任何行", "nothing is stored"
        first = job.rows_done + 1
        error = RowError(
            row=0,
            column="file",
            value="",
            code="internal",
            zh=f"从第 {first} 条数据起处理多次中断, 已停止; {kept_zh}",
            en=f"from entry {first} on, processing failed repeatedly and was stopped; {kept_en}",
        )
        job.rows_total = job.rows_done if job.rows_total is None else job.rows_total
        self._record(uow, job, Outcome(refused=job.rows_total - job.rows_done, errors=[error]))
        self._finish(uow, job, refused=True)


def _oldest(uow: UnitOfWork) -> ImportRow | None:
    """The import to work on, None while another runner has it: one at a time, so that files stay in order."""
    if not uow.try_lock("imports"):
        return None
    query = (
        select(ImportRow)
        .where(ImportRow.status != DONE)
        .order_by(col(ImportRow.sequence))
        .limit(1)
        .with_for_update()
    )
    return uow.session.exec(query).first()


def _kind(job: ImportRow) -> FileKind:
    kind: FileKind = job.kind  # type: ignore[assignment]
    return kind
