"""The sheet of what an import refused: made from the uploaded file while that is kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from duijie_shared.service.errors import Refusal, not_found
from duijie_shared.sheets import error_sheet

from duijie_catalog.files import import_files, imports

if TYPE_CHECKING:
    from collections.abc import Sequence

    from duijie_shared.posting.files import FileKind

    from duijie_catalog.unit_of_work import UnitOfWork

MOST_CELLS = 50_000
"""Refused cells in a sheet. Those beyond are told by their number; the next import names them again."""


@dataclass(frozen=True)
class Refused:
    """What the sheet is made of; `more` cells were refused beside `errors`."""

    kind: FileKind
    content: bytes
    errors: Sequence[imports.RowError]
    more: int

    def sheet(self) -> bytes:
        """An XLSX file: the refused rows to correct and import again, and every cell with its reason and fix."""
        return error_sheet(self.content, self.kind, self.errors, more=self.more)


def refused(uow: UnitOfWork, id: UUID) -> Refused:  # noqa: A002 - the import's
    """What was refused of an import.

    Raises
    ------
    Refusal
        404 where there is no such import or nothing was refused, 409 before its end, 410 once the file is gone.
    """
    job = imports.job(uow, id)
    if job is None:
        raise not_found()
    if job.status != imports.DONE:
        raise Refusal(409, "not-done", "导入尚未结束", "The import has not ended yet")
    errors, total = imports.errors_of(uow, id, MOST_CELLS)
    if not errors:
        raise Refusal(404, "nothing-refused", "没有未接受的行", "No row was refused")
    content = import_files.content_of(uow.session, id)
    if content is None:
        raise Refusal(
            410,
            "file-gone",
            "上传的文件已按期删除; 请重新导入",
            "The uploaded file was removed when its time was over; import it again",
        )
    kind: FileKind = job.kind  # type: ignore[assignment]
    return Refused(kind, content, errors, total - len(errors))
