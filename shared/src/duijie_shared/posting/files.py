"""Files of postings, CSV or XLSX: columns in any order, unknown ones refused by name, rows one at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from duijie_shared.posting.columns import COLUMNS, KEYS, REQUIRED, FileKind
from duijie_shared.posting.errors import FieldError, PostingError
from duijie_shared.posting.examples import is_example, is_example_key
from duijie_shared.posting.fields import Fields
from duijie_shared.posting.headers import NO_OTHERS, Opened, opened
from duijie_shared.posting.repeats import FirstRows
from duijie_shared.tabular import Record, TableError, read_tables
from duijie_shared.tabular.records import LONGEST_CELL

__all__ = [
    "COLUMNS",
    "KEYS",
    "LONGEST_CELL",
    "REQUIRED",
    "FileKind",
    "Row",
    "check_header",
    "count_rows",
    "read_rows",
]


@dataclass(frozen=True)
class Row:
    """One row: its number as a spreadsheet shows it, its key, its party, its fields.

    Every column of the header is a field, empty where the row has no cell; a column that the file lacks is none.
    """

    number: int
    row_key: str
    party: str
    fields: dict[str, str]
    errors: tuple[FieldError, ...] = ()
    """What is wrong with the row as a row: no key, no party, too many cells, a formula in a cell."""

    def beside(self, found: Iterable[FieldError]) -> list[FieldError]:
        """Those of `found`, the errors of the row's terms, that blame other cells than `errors` does.

        A cell that holds a formula is no bad number besides: one cell, one reason.
        """
        blamed = {error.field for error in self.errors}
        return [error for error in found if error.field not in blamed]


def read_rows(content: bytes, kind: FileKind, beside: Mapping[str, str] = NO_OTHERS) -> Iterator[Row]:
    """The rows of a file: XLSX, or CSV in UTF-8 (with or without a byte order mark) or GB18030.

    The header has the columns' names or their Chinese titles; `beside` maps the titles of further columns, which the
    caller alone knows, to their names. A version cell in the row above, which the
    templates have, must fit; an example row that nobody touched is no row. Memory does not grow with the rows
    but for the strings that a workbook's cells share, packed, and some 50 bytes a key.

    Raises
    ------
    PostingError
        At once, when the file is no table or its encoding is unknown, when the header has unknown, repeated
        or missing columns, or it is a template of another kind or version: then nothing of the file is taken.
        While reading, at the row from which on it cannot be read.
    """
    table, columns = _open(content, kind, beside)
    return _rows(table, columns, kind)


def check_header(content: bytes, kind: FileKind) -> None:
    """Read a file's beginning alone, however long it is; of a text file also whether all of it is one encoding.

    Raises
    ------
    PostingError
        What `read_rows` raises at once.
    """
    _open(content, kind)


def count_rows(content: bytes, kind: FileKind) -> int:
    """How many rows `read_rows` will give, for which the file is read to its end; quicker, since no row is judged.

    Raises
    ------
    PostingError
        As `read_rows`, at once or at the row from which on the file cannot be read.
    """
    table, columns = _open(content, kind)
    with _told():
        return sum(not (record.blank or _is_example(record, columns, kind)) for record in table.records)


def _open(content: bytes, kind: FileKind, beside: Mapping[str, str] = NO_OTHERS) -> tuple[Opened, list[str]]:
    with _told():
        table = opened(read_tables(content))
    return table, table.columns(kind, beside)


def _rows(table: Opened, columns: Sequence[str], kind: FileKind) -> Iterator[Row]:
    keys = FirstRows()
    with _told():
        for record in table.records:
            if not (record.blank or _is_example(record, columns, kind)):
                yield _row(record, columns, kind, keys)


def _is_example(record: Record, columns: Sequence[str], kind: FileKind) -> bool:
    """Whether it is the example row as it came."""
    position = columns.index("row_key")
    if len(record.cells) <= position or not is_example_key(record.cells[position]):
        return False
    return is_example(kind, dict(zip(columns, record.cells, strict=False)))


def _row(record: Record, columns: Sequence[str], kind: FileKind, keys: FirstRows) -> Row:
    cells = record.cells
    if len(cells) < len(columns):
        cells = [*cells, *[""] * (len(columns) - len(cells))]
    fields = dict(zip(columns, cells, strict=False))
    who = {name: fields.pop(name, "") for name in KEYS[kind]}
    read = Fields(who, KEYS[kind], "text")
    read.require(*KEYS[kind])
    row_key, party = read.text("row_key") or "", read.text("party") or ""
    if is_example_key(row_key):
        read.refuse(
            "row_key",
            "example-row",
            "这是示例行的标识, 而内容已改动; 请另取行标识, 或删去该行",
            "this is the key of the example row, which was changed; give the row its own key, or remove it",
        )
    first = keys.first(party, row_key, record.number) if row_key else record.number
    if first != record.number:
        zh, en = f"与第 {first} 行的 row_key 相同", f"is the same as in row {first}"
        read.refuse("row_key", "repeated-row-key", zh, en)
    return Row(record.number, row_key, party, fields, (*_cell_errors(record, columns), *read.errors))


def _cell_errors(record: Record, columns: Sequence[str]) -> Iterator[FieldError]:
    if any(cell.strip() for cell in record.cells[len(columns) :]):
        yield FieldError(
            "row", "too-many-cells", "单元格多于表头的列", "has more cells than the header has columns"
        )
    for name, cell in zip(columns, record.cells, strict=False):
        if len(cell) > LONGEST_CELL:
            yield FieldError(name, "too-long", "单元格过长", "the cell is too long")
    for fault in record.faults:
        if fault.column < len(columns):
            yield FieldError(columns[fault.column], fault.code, fault.zh, fault.en)


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except TableError as error:
        raise PostingError([FieldError("file", error.code, error.zh, error.en)]) from error
