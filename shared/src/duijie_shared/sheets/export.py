"""Rows as a file that opens in a spreadsheet without harm and that an import reads as the same rows."""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Iterable, Iterator, Mapping
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
) -> Iterator[bytes]:
    """The bytes of a CSV (UTF-8 with a byte order mark, RFC 4180) or XLSX file, piece by piece, in flat memory.

    Each row is values by column name, `row_key` and `party` among them; what is absent is empty. Text that a
    spreadsheet would take for a formula has a single quote in front, which an import takes off again; numbers in
    columns of numbers are left as they are, negative ones too.

    Raises
    ------
    KeyError
        When a row has a column that the kind does not have.
    TypeError
        When a value is a binary fraction or a boolean.
    """
    lines = (_cells(kind, row) for row in rows)
    return _csv(kind, lines, lang) if format == "csv" else _xlsx(kind, lines, lang)


def _cells(kind: FileKind, row: Mapping[str, Value]) -> list[str]:
    unknown = row.keys() - set(COLUMNS[kind])
    if unknown:
        raise KeyError(f"{kind} have no {sorted(unknown)}")
    return [text_of(row.get(column)) for column in COLUMNS[kind]]


def _csv(kind: FileKind, lines: Iterable[list[str]], lang: Language) -> Iterator[bytes]:
    forms = [DESCRIPTIONS[column].form for column in COLUMNS[kind]]
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    text.write(BYTE_ORDER_MARK)
    writer.writerow([title(column, lang) for column in COLUMNS[kind]])
    for cells in lines:
        writer.writerow([safe(cell, form) for cell, form in zip(cells, forms, strict=True)])
        if text.tell() > CHUNK:
            yield text.getvalue().encode()
            text.seek(0)
            text.truncate()
    yield text.getvalue().encode()


def _xlsx(kind: FileKind, lines: Iterable[list[str]], lang: Language) -> Iterator[bytes]:
    name = KIND_TITLES[kind][0 if lang == "zh" else 1]
    with tempfile.TemporaryFile() as stream:
        book = Book(stream, row_by_row=True)
        header = [(column, title(column, lang)) for column in COLUMNS[kind]]
        sheet = DataSheet(book, kind, name=name, title=name, header=header)
        for number, cells in enumerate(lines, FIRST_ROW):
            sheet.write(number, cells)
        book.close()
        stream.seek(0)
        while chunk := stream.read(CHUNK):
            yield chunk
