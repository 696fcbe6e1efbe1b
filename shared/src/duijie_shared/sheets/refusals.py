"""What an import refused, as a workbook: the rows as they were uploaded, to correct and upload again, and why."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Protocol

from xlsxwriter.utility import xl_rowcol_to_cell

from duijie_shared.posting.columns import KIND_TITLES, FileKind
from duijie_shared.posting.errors import PostingError
from duijie_shared.posting.fixes import fix_of
from duijie_shared.posting.headers import Opened, opened
from duijie_shared.sheets.book import FIRST_ROW, Book, DataSheet
from duijie_shared.tabular import Record, TableError, read_tables
from duijie_shared.tabular.formulas import neutralised

MOST_NOTES = 2_000
"""Cells that get their reason as a note; beyond, the list has it."""

_ROWS = "未接受的行 Refused rows"
_REASONS = "原因 Reasons"
_TITLE = (
    "{} · 未接受的行: 改正标红的单元格后可直接导入本文件 · "
    "{} · refused rows: correct the red cells and import this file as it is"
)
_HEADINGS = ("行 row", "单元格 cell", "列 column", "值 value", "原因", "reason", "处理", "fix", "code")
_WIDTHS = (8, 11, 16, 24, 44, 44, 32, 32, 18)


class RefusedCell(Protocol):
    """Why a row was refused: where it stands in the uploaded file, and the reason in both languages."""

    @property
    def row(self) -> int:
        """The row's number as a spreadsheet shows it."""
        ...

    @property
    def column(self) -> str:
        """The column's name; `row` or `file` where no single cell is to blame."""
        ...

    @property
    def value(self) -> str:
        """What stood there, perhaps shortened."""
        ...

    @property
    def code(self) -> str: ...
    @property
    def zh(self) -> str: ...
    @property
    def en(self) -> str: ...


def error_sheet(content: bytes, kind: FileKind, errors: Iterable[RefusedCell], *, more: int = 0) -> bytes:
    """An XLSX file of two sheets about the refused cells of the uploaded file `content`.

    The first has the version cell, the header and the refused rows as they were uploaded, with the cells to blame in
    red and their reasons as notes: corrected, it can be imported as it is. The second lists every refused cell with
    its value, the reason and what to do, in both languages, and says how many `more` there were. Of a file that
    cannot be read there is the second alone.
    """
    listed = list(errors)
    stream = io.BytesIO()
    book = Book(stream, row_by_row=True)
    try:
        table = opened(read_tables(content))
        columns = table.columns(kind)
    except (PostingError, TableError):  # then that is what the errors tell
        _add_reasons(book, listed, [], {}, more)
    else:
        places = _add_rows(book, kind, table, columns, listed)
        _add_reasons(book, listed, columns, places, more)
    book.close()
    return stream.getvalue()


def _add_rows(
    book: Book, kind: FileKind, table: Opened, columns: Sequence[str], errors: Sequence[RefusedCell]
) -> dict[int, int]:
    """The refused rows; where each of them stands now, by the number that it had, from 0."""
    by_row: dict[int, list[RefusedCell]] = {}
    for error in errors:
        by_row.setdefault(error.row, []).append(error)
    titles = list(zip(columns, table.header, strict=True))
    sheet = DataSheet(book, kind, name=_ROWS, title=_TITLE.format(*KIND_TITLES[kind]), header=titles)
    places: dict[int, int] = {}
    noted = 0
    for record in _refused(table.records, by_row):
        row = places[record.number] = FIRST_ROW + len(places)
        notes = _notes(by_row[record.number], columns)
        sheet.write(row, record.cells, marked=frozenset(notes))
        for position, note in notes.items():
            if noted < MOST_NOTES:
                sheet.sheet.write_comment(row, position, note, {"x_scale": 3, "y_scale": 1.5})
                noted += 1
    return places


def _refused(records: Iterable[Record], by_row: Mapping[int, object]) -> Iterator[Record]:
    with suppress(TableError):  # a file that breaks off: the rows before are shown, the list says the rest
        for record in records:
            if record.number in by_row:
                yield record


def _notes(errors: Iterable[RefusedCell], columns: Sequence[str]) -> dict[int, str]:
    """The reasons by the position of the cell; the first cell stands for the row."""
    found: dict[int, list[str]] = {}
    for error in errors:
        position = columns.index(error.column) if error.column in columns else 0
        fix = fix_of(error.code)
        found.setdefault(position, []).append(f"{error.zh}\n→ {fix.zh}\n{error.en}\n→ {fix.en}")
    return {position: "\n\n".join(reasons) for position, reasons in found.items()}


def _add_reasons(
    book: Book, errors: Sequence[RefusedCell], columns: Sequence[str], places: Mapping[int, int], more: int
) -> None:
    sheet = book.sheet(_REASONS)
    for place, width in enumerate(_WIDTHS):
        sheet.set_column(place, place, width)
    bold, wrap = book.format(bold=True, bottom=1), book.format(text_wrap=True, valign="top")
    sheet.freeze_panes(1, 0)
    for place, heading in enumerate(_HEADINGS):
        sheet.write_string(0, place, heading, bold)
    for row, error in enumerate(errors, 1):
        fix = fix_of(error.code)
        cell = ""
        if error.column in columns and error.row > 0:
            position = columns.index(error.column)
            cell = xl_rowcol_to_cell(error.row - 1, position)
        sheet.write_number(row, 0, error.row, wrap)
        if cell and row <= MOST_NOTES and error.row in places:
            there = xl_rowcol_to_cell(places[error.row], position)
            sheet.write_url(row, 1, f"internal:'{_ROWS}'!{there}", string=cell)
        else:
            sheet.write_string(row, 1, cell, wrap)
        texts = (error.column, error.value, error.zh, error.en, fix.zh, fix.en, error.code)
        for place, text in enumerate(texts, 2):
            sheet.write_string(row, place, neutralised(text), wrap)
    if more:
        zh = f"另有 {more} 处: 改正以上各处后再次导入, 即会列出"
        en = f"{more} more: correct those above and import again to see them"
        sheet.write_string(len(errors) + 1, 4, zh, bold)
        sheet.write_string(len(errors) + 1, 5, en, bold)
