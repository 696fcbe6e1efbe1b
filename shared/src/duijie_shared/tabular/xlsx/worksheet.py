"""The rows of one sheet."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator

from duijie_shared.tabular.formulas import restored
from duijie_shared.tabular.records import MOST_COLUMNS, Fault, Record, formula_fault
from duijie_shared.tabular.xlsx import values
from duijie_shared.tabular.xlsx.package import unreadable
from duijie_shared.tabular.xlsx.strings import SharedStrings
from duijie_shared.tabular.xlsx.text import TextParts, unescaped
from duijie_shared.tabular.xlsx.xml import MAIN, Reader, number, tags

MOST_ROWS = 1_048_576
"""Rows, and columns below, of the largest sheet there is."""
WIDEST = 16_384
MORE = "…"

_REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")


class Worksheet:
    """Reads rows as they come; holds one row and the text of one cell at a time."""

    def __init__(self, strings: SharedStrings, dates: frozenset[int], *, since_1904: bool) -> None:
        self._strings, self._since_1904 = strings, since_1904
        self._dates = {str(style) for style in dates}
        self._tags = tags(MAIN, "row", "c", "v", "f", "is", "t", "rPh")
        self._columns: dict[str, int] = {}
        self._found: list[Record] = []
        self._reader = Reader(self._start, self._end)
        self._row = 0
        self._column = -1
        self._cells: list[str] = []
        self._faults: list[Fault] = []
        self._more = False
        self._type = "n"
        self._style = "0"
        self._parts = TextParts()
        self._formula = TextParts()
        self._has_formula = False
        self._phonetic = 0

    def records(self, chunks: Iterable[bytes]) -> Iterator[Record]:
        """The rows that hold anything.

        Raises
        ------
        TableError
            When the sheet is damaged: rows or cells out of order, numbers that are none, XML that breaks off.
        """
        for _ in self._reader.feed(chunks):
            yield from self._found
            self._found.clear()
            self._parts.trim()
            self._formula.trim()

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        tag = self._tags.get(name)
        if tag == "c":
            self._open_cell(attributes)
        elif tag == "v" or (tag == "t" and not self._phonetic):
            self._reader.hear(self._parts.add)
        elif tag == "row":
            self._open_row(number(attributes.get("r"), self._row + 1))
        elif tag == "f":
            self._has_formula = True
            self._reader.hear(self._formula.add)
        elif tag == "rPh":
            self._phonetic += 1

    def _end(self, name: str) -> None:
        tag = self._tags.get(name)
        if tag == "c":
            self._close_cell()
        elif tag in {"v", "t", "f"}:
            self._reader.hear(None)
        elif tag == "row":
            self._close_row()
        elif tag == "rPh":
            self._phonetic -= 1

    def _open_row(self, row: int) -> None:
        if not self._row < row <= MOST_ROWS:
            raise unreadable(
                f"第 {self._row} 行之后的行号有误", f"the row numbers are wrong after row {self._row}"
            )
        self._row, self._column = row, -1
        self._cells, self._faults, self._more = [], [], False

    def _close_row(self) -> None:
        if self._more:
            self._cells.extend([""] * (MOST_COLUMNS - len(self._cells)))
            self._cells.append(MORE)
        if self._cells:
            self._found.append(Record(self._row, self._cells, tuple(self._faults)))

    def _open_cell(self, attributes: dict[str, str]) -> None:
        reference = attributes.get("r")
        column = self._column + 1 if reference is None else self._column_of(reference)
        if not self._column < column < WIDEST:
            raise self._misplaced()
        self._column = column
        self._type = attributes.get("t", "n")
        self._style = attributes.get("s", "0")
        self._parts.clear()
        if self._has_formula:
            self._has_formula = False
            self._formula.clear()

    def _column_of(self, reference: str) -> int:
        letters = reference.rstrip("0123456789")
        column = self._columns.get(letters)
        if column is None:
            if not _REFERENCE.fullmatch(reference):
                raise self._misplaced()
            column = 0
            for letter in letters:
                column = column * 26 + ord(letter) - ord("A") + 1
            column = self._columns[letters] = column - 1
        return column

    def _misplaced(self) -> Exception:
        return unreadable(f"第 {self._row} 行的单元格有误", f"the cells of row {self._row} are wrong")

    def _close_cell(self) -> None:
        raw = self._parts.text()
        if not raw and not self._has_formula:
            return
        column = self._column
        if column >= MOST_COLUMNS:
            self._more = True
            return
        cells = self._cells
        if len(cells) < column:
            cells.extend([""] * (column - len(cells)))
        if self._has_formula:
            self._faults.append(formula_fault(column))
            cells.append(f"={self._formula.text()}")
        else:
            cells.append(self._value(raw))

    def _value(self, raw: str) -> str:
        kind = self._type
        try:
            if kind == "n":
                return self._number(raw)
            if kind == "s":
                return self._strings.text(int(raw))
            if kind == "b":
                return "TRUE" if raw.strip() == "1" else "FALSE"
            if kind == "d":
                return values.iso_text(dt.datetime.fromisoformat(raw.strip()))
        except ValueError as error:
            raise self._misplaced() from error
        if kind == "e":
            self._faults.append(_error_fault(self._column, raw))
        return restored(unescaped(raw))

    def _number(self, raw: str) -> str:
        if self._style in self._dates:
            return values.date_text(raw, since_1904=self._since_1904)
        text = values.number_text(raw)
        if values.has_lost_digits(text):
            self._faults.append(values.lost_digits_fault(self._column))
        return text


def _error_fault(column: int, raw: str) -> Fault:
    return Fault(
        column,
        "cell-error",
        f"单元格是错误值 {raw[:20]}, 不是内容",
        f"is the error value {raw[:20]} and no content",
    )
