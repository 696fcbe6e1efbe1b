"""Workbooks with XlsxWriter: the same sheet of rows for templates, exports and refused rows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any, BinaryIO

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from duijie_shared.posting.columns import DESCRIPTIONS, REQUIRED, FileKind, mark
from duijie_shared.sheets.values import day_of, fits_a_number, is_number, safe

TITLE_ROW, HEADER_ROW, FIRST_ROW = 0, 1, 2
"""Rows of a data sheet, counted from 0: version cell and title, columns, data."""

CREATED = dt.datetime(2000, 1, 1)  # noqa: DTZ001 - stands in the file, so that the same content gives the same bytes
WIDE = {"note": 40, "name": 30, "contact": 24, "certificates": 20, "uscc": 22, "grade_scheme": 18}
USUAL_WIDTH = 13
DATE_FORMAT, TEXT_FORMAT = "yyyy-mm-dd", "@"
_BLUE, _GREY, _RED = "#DDEBF7", "#808080", "#FFC7CE"

Looks = dict[str, Any]


class Book:
    """A workbook being written into `stream`. Close it to have the file."""

    def __init__(self, stream: BinaryIO, *, row_by_row: bool = False) -> None:
        options = {
            "in_memory": not row_by_row,
            "constant_memory": row_by_row,
            "strings_to_formulas": False,
            "strings_to_numbers": False,
            "strings_to_urls": False,
            "default_date_format": DATE_FORMAT,
        }
        self.file = xlsxwriter.Workbook(stream, options)
        self.file.set_properties({"created": CREATED})
        self._formats: dict[str, Format] = {}

    def close(self) -> None:
        """Write the file."""
        self.file.close()

    def format(self, **looks: Any) -> Format:
        """A cell format, made once."""
        key = repr(sorted(looks.items()))
        if key not in self._formats:
            self._formats[key] = self.file.add_format(looks)
        return self._formats[key]

    def sheet(self, name: str) -> Worksheet:
        """A further sheet."""
        return self.file.add_worksheet(name)


class DataSheet:
    """A sheet that an import reads: version cell and title, header, rows. Rows come in order."""

    def __init__(
        self, book: Book, kind: FileKind, *, name: str, title: str, header: Sequence[tuple[str, str]]
    ) -> None:
        """`header` is (column, its title); a column that is none is text."""
        self._book = book
        self.sheet = book.sheet(name)
        self.columns = [column for column, _ in header]
        self._forms = [
            DESCRIPTIONS[column].form if column in DESCRIPTIONS else "text" for column in self.columns
        ]
        for position, column in enumerate(self.columns):
            width = WIDE.get(column, USUAL_WIDTH)
            self.sheet.set_column(position, position, width, book.format(**self._looks(position)))
        self.sheet.write_string(TITLE_ROW, 0, mark(kind), book.format(font_color=_GREY, font_size=8))
        self.sheet.write_string(TITLE_ROW, 1, title, book.format(bold=True))
        for position, (column, text) in enumerate(header):
            looks = {"bold": True, "border": 1, "num_format": TEXT_FORMAT}
            if column in REQUIRED[kind]:
                looks["bg_color"] = _BLUE
            self.sheet.write_string(HEADER_ROW, position, text, book.format(**looks))
        self.sheet.freeze_panes(FIRST_ROW, 1)

    def write(
        self, row: int, cells: Sequence[str], *, marked: frozenset[int] = frozenset(), **looks: Any
    ) -> None:
        """One row of text; numbers and days become such cells where they lose nothing. `marked` cells are red.

        Raises
        ------
        ValueError
            When the row or a text is beyond what a sheet holds.
        """
        for position, text in enumerate(cells):
            red = {"bg_color": _RED} if position in marked else {}
            if text or red:
                style = self._book.format(**self._looks(position) | looks | red)
                if self._write_cell(row, position, text, style):
                    raise ValueError(f"row {row + 1} does not fit into a sheet")
        for position in marked:
            if position >= len(cells):
                self.sheet.write_blank(row, position, None, self._book.format(bg_color=_RED))

    def _write_cell(self, row: int, position: int, text: str, style: Format) -> int:
        """Anything but 0 when it could not be written."""
        form = self._forms[position] if position < len(self._forms) else "text"
        day = day_of(text, form)
        if not text:
            written = self.sheet.write_blank(row, position, None, style)
        elif is_number(text, form) and fits_a_number(text):
            written = self.sheet.write_number(row, position, float(text), style)
        elif day is not None:
            moment = dt.datetime(day.year, day.month, day.day)  # noqa: DTZ001 - a day of the calendar
            written = self.sheet.write_datetime(row, position, moment, style)
        else:
            written = self.sheet.write_string(row, position, safe(text, form), style)
        return int(written)

    def _looks(self, position: int) -> Looks:
        form = self._forms[position] if position < len(self._forms) else "text"
        if form == "number":
            return {}
        return {"num_format": DATE_FORMAT if form == "date" else TEXT_FORMAT}
