"""Rows as a file that opens in a spreadsheet without harm and that an import reads as the same rows."""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Literal

from duijie_shared.posting.columns import COLUMNS, DESCRIPTIONS, KIND_TITLES, FileKind, Language, title
from duijie_shared.sheets.book import FIRST_ROW, Book, DataSheet
from duijie_shared.sheets.values import Value, safe, text_of

FileFormat = Literal["csv", "xlsx"]

CHUNK = 1 << 16
BYTE_ORDER_MARK = "\ufeff"
"""Without it spreadsheets read a CSV file in the encoding of their country."""


def write_rows(
    kind: FileKind,
    rows: Iterable[Mapping[str, Value]],
    format: FileFormat = "csv",  # noqa: A002 - the word for it
    lang: Language = "zh",
    *,
    without: frozenset[str] = frozenset(),
) -> Iterator[bytes]:
    """The bytes of a CSV (UTF-8 with a byte order mark, RFC 4180) or XLSX file, piece by piece, in flat memory.

    Each row is values by column name, `row_key` and `party` among them; what is absent is empty. The columns in
    `without` are not in the file, so that an import of it leaves what is stored of them as it is. Text that a
    spreadsheet would take for a formula has a single quote in front, which an import takes off again; numbers in
    columns of numbers are left as they are, negative ones too.

    Raises
    ------
    KeyError
        When a row has a column that the kind does not have.
    TypeError
        When a value is a binary fraction or a boolean.
    """
    columns = [column for column in COLUMNS[kind] if column not in without]
    lines = (_cells(kind, columns, row) for row in rows)
    return _csv(columns, lines, lang) if format == "csv" else _xlsx(kind, columns, lines, lang)


def _cells(kind: FileKind, columns: Sequence[str], row: Mapping[str, Value]) -> list[str]:
    unknown = row.keys() - set(columns)
    if unknown:
        raise KeyError(f"{kind} have no {sorted(unknown)} here")
    return [text_of(row.get(column)) for column in columns]


def _csv(columns: Sequence[str], lines: Iterable[list[str]], lang: Language) -> Iterator[bytes]:
    forms = [DESCRIPTIONS[column].form for column in columns]
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    text.write(BYTE_ORDER_MARK)
    writer.writerow([title(column, lang) for column in columns])
    for cells in lines:
        writer.writerow([safe(cell, form) for cell, form in zip(cells, forms, strict=True)])
        if text.tell() > CHUNK:
            yield text.getvalue().encode()
            text.seek(0)
            text.truncate()
    yield text.getvalue().encode()


def _xlsx(
    kind: FileKind, columns: Sequence[str], lines: Iterable[list[str]], lang: Language
) -> Iterator[bytes]:
    name = KIND_TITLES[kind][0 if lang == "zh" else 1]
    with tempfile.TemporaryFile() as stream:
        book = Book(stream, row_by_row=True)
        header = [(column, title(column, lang)) for column in columns]
        sheet = DataSheet(book, kind, name=name, title=name, header=header)
        for number, cells in enumerate(lines, FIRST_ROW):
            sheet.write(number, cells)
        book.close()
        stream.seek(0)
        while chunk := stream.read(CHUNK):
            yield chunk
