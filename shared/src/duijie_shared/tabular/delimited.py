"""CSV files: RFC 4180 with comma, or with tab or semicolon where the first row leaves no doubt."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator

from duijie_shared.tabular.encoding import Encoding, encoding_of
from duijie_shared.tabular.errors import TableError
from duijie_shared.tabular.formulas import QUOTE, restored
from duijie_shared.tabular.records import Record, formula_fault

OTHER_SEPARATORS = ("\t", ";")
MARKUP = "<"
_WATCHED = frozenset(("=", QUOTE, " ", "\t", "\ufeff"))


class DelimitedTable:
    """A CSV file. `name` is empty: it has one table.

    Raises
    ------
    TableError
        At once when the encoding is unknown or the file is a web page; while reading, at the row that
        cannot be read.
    """

    name = ""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._encoding = encoding_of(content)
        self._separator = ","
        if _start(content, self._encoding).startswith(MARKUP):
            raise TableError(
                "not-a-table",
                "文件是网页或 XML 而不是表格, 请另存为 XLSX 或 CSV",
                "the file is a web page or XML and no table; save it as XLSX or CSV",
            )
        self._separator = _separator(next(self.records(), None))

    def records(self) -> Iterator[Record]:
        """The rows from the first, blank ones included."""
        text = io.TextIOWrapper(io.BytesIO(self._content), self._encoding, newline="")
        rows = csv.reader(text, delimiter=self._separator, strict=True)
        number = 0
        while True:
            number += 1
            try:
                cells = next(rows)
            except StopIteration:
                return
            except csv.Error as error:
                raise _unreadable(number, error) from error
            if number == 1 and cells:
                cells[0] = cells[0].removeprefix("\ufeff")  # GB18030 has a byte order mark too
            yield _record(number, cells)


def _start(content: bytes, encoding: Encoding) -> str:
    text = codecs.getincrementaldecoder(encoding)().decode(content[:1000])
    return text.removeprefix("\ufeff").lstrip()


def _separator(first: Record | None) -> str:
    cells = first.cells if first is not None else []
    found = [sign for sign in OTHER_SEPARATORS if len(cells) == 1 and sign in cells[0]]
    return found[0] if len(found) == 1 else ","


def _record(number: int, cells: list[str]) -> Record:
    watched = [column for column, cell in enumerate(cells) if cell[:1] in _WATCHED]
    faults = tuple(formula_fault(column) for column in watched if cells[column].lstrip().startswith("="))
    for column in watched:
        cells[column] = restored(cells[column])
    return Record(number, cells, faults)


def _unreadable(number: int, error: csv.Error) -> TableError:
    return TableError(
        "unreadable",
        f"第 {number} 行无法读取: 引号没有成对或单元格过长 ({error})",
        f"row {number} cannot be read: a quote is not closed or a cell is far too long ({error})",
    )
