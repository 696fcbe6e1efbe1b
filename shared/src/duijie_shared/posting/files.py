"""Files of postings, CSV or XLSX: columns in any order, unknown ones refused by name, rows one at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from duijie_shared.posting.columns import COLUMNS, KEYS, REQUIRED, FileKind
from duijie_shared.posting.errors import FieldError, PostingError
from duijie_shared.posting.examples import is_example, is_example_key
from duijie_shared.posting.fields import Fields
from duijie_shared.posting.headers import Opened, opened
from duijie_shared.posting.repeats import FirstRows
from duijie_shared.tabular import Record, TableError, read_tables
from duijie_shared.tabular.records import LONGEST_CELL

__all__ = ["COLUMNS", "KEYS", "LONGEST_CELL", "REQUIRED", "FileKind", "Row", "count_rows", "read_rows"]


@dataclass(frozen=True)
class Row:
    """One row: its number as a spreadsheet shows it, its key, its party, its fields."""

    number: int
    row_key: str
    party: str
    fields: dict[str, str]
    errors: tuple[FieldError, ...] = ()
    """What is wrong with the row as a row: no key, no party, too many cells, a formula in a cell."""


def read_rows(content: bytes, kind: FileKind) -> Iterator[Row]:
    """The rows of a file: XLSX, or CSV in UTF-8 (with or without a byte order mark) or GB18030.

    The header has the columns' names or their Chinese titles. A version cell in the row above, which the
    templates have, must fit; an example row that nobody touched is no row. Memory does not grow with the rows
    but for the strings that a workbook's cells share, packed, and some 50 bytes a key.

    Raises
    ------
    PostingError
        At once, when the file is no table or its encoding is unknown, when the header has unknown, repeated
        or missing columns, or it is a template of another kind or version: then nothing of the file is taken.
        While reading, at the row from which on it cannot be read.
    """
    with _told():
        table = opened(read_tables(content))
    return _rows(table, table.columns(kind), kind)


def count_rows(content: bytes) -> int:
    """Data rows of a file up to where it can be read, blank ones left out; for progress alone."""
    count = 0
    with suppress(TableError, PostingError):  # `read_rows` says where and why
        for record in opened(read_tables(content)).records:
            count += not record.blank
    return count


def _rows(table: Opened, columns: Sequence[str], kind: FileKind) -> Iterator[Row]:
    keys = FirstRows()
    with _told():
        for record in table.records:
            if record.blank:
                continue
            row = _row(record, columns, kind, keys)
            if row is not None:
                yield row


def _row(record: Record, columns: Sequence[str], kind: FileKind, keys: FirstRows) -> Row | None:
    fields = dict(zip(columns, record.cells, strict=False))
    as_read = dict(fields)
    who = {name: fields.pop(name, "") for name in KEYS[kind]}
    read = Fields(who, KEYS[kind], "text")
    read.require(*KEYS[kind])
    row_key, party = read.text("row_key") or "", read.text("party") or ""
    if is_example_key(row_key):
        if is_example(kind, as_read):
            return None
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
