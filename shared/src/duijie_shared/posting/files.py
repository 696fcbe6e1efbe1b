"""CSV files of postings: columns in any order, unknown ones refused by name, rows one at a time."""

from __future__ import annotations

import contextlib
import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from duijie_shared.posting.capacities import CAPACITY_FIELDS
from duijie_shared.posting.errors import FieldError, PostingError
from duijie_shared.posting.fields import Fields, printable
from duijie_shared.posting.orders import DEMAND_FIELDS, OFFER_FIELDS
from duijie_shared.posting.parties import PARTY_FIELDS

FileKind = Literal["offers", "demands", "capacities", "parties"]

KEYS: Mapping[FileKind, tuple[str, ...]] = {
    "offers": ("row_key", "party"),
    "demands": ("row_key", "party"),
    "capacities": ("row_key", "party"),
    "parties": ("row_key",),
}
"""The columns that say which row this is and whose; the API's bodies do without them."""

COLUMNS: Mapping[FileKind, tuple[str, ...]] = {
    "offers": (*KEYS["offers"], *OFFER_FIELDS),
    "demands": (*KEYS["demands"], *DEMAND_FIELDS),
    "capacities": (*KEYS["capacities"], *CAPACITY_FIELDS),
    "parties": (*KEYS["parties"], *PARTY_FIELDS),
}

REQUIRED: Mapping[FileKind, tuple[str, ...]] = {
    "offers": ("row_key", "party", "product", "grade", "quantity", "unit", "available_from", "available_to"),
    "demands": ("row_key", "party", "product", "quantity", "unit", "needed_from", "needed_to"),
    "capacities": (
        "row_key",
        "party",
        "activity",
        "throughput_per_day",
        "unit",
        "fee",
        "available_from",
        "available_to",
    ),
    "parties": ("row_key", "name", "kind"),
}
"""Columns without which no row could be accepted."""

LONGEST_CELL = 20_000


@dataclass(frozen=True)
class Row:
    """One row: its number as a spreadsheet shows it (the header is row 1), its key, its party, its fields."""

    number: int
    row_key: str
    party: str
    fields: dict[str, str]
    errors: tuple[FieldError, ...] = ()
    """What is wrong with the row as a row: no key, no party, too many cells."""


def read_rows(content: bytes, kind: FileKind) -> Iterator[Row]:
    """The rows of a UTF-8 CSV file, with or without a byte order mark.

    Raises
    ------
    PostingError
        At once, when the bytes are not UTF-8 or the header has unknown, repeated or missing columns: then
        nothing of the file is taken.
    """
    text = _decode(content)
    rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = [name.strip() for name in next(rows, [])]
    except csv.Error as error:
        raise _unreadable(1, error) from error
    _check_header(header, kind)
    return _rows(rows, header, kind)


def count_rows(content: bytes) -> int:
    """Data rows of a file up to where it can be read, blank ones left out; for progress alone."""
    rows = csv.reader(io.StringIO(content.decode("utf-8-sig", errors="replace"), newline=""), strict=True)
    count = -1  # the header is none
    with contextlib.suppress(csv.Error):  # `read_rows` says where and why
        for cells in rows:
            count += any(cell.strip() for cell in cells)
    return max(count, 0)


def _decode(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise PostingError(
            [
                FieldError(
                    "file",
                    "not-utf-8",
                    f"第 {line} 行不是 UTF-8 编码, 请另存为 UTF-8 的 CSV",
                    f"line {line} is not UTF-8; save the file as UTF-8 CSV",
                )
            ]
        ) from error


def _check_header(header: Sequence[str], kind: FileKind) -> None:
    known, errors = COLUMNS[kind], []
    for position, name in enumerate(header):
        if name not in known:
            options = ", ".join(known)
            shown = printable(name)
            zh, en = f"没有列“{shown}”; 可用: {options}", f"no column {shown!r}; there are: {options}"
            errors.append(FieldError(shown, "unknown-column", zh, en))
        elif name in header[:position]:
            errors.append(
                FieldError(name, "repeated-column", f"列“{name}”重复", f"the column {name!r} is repeated")
            )
    errors.extend(
        FieldError(name, "missing-column", f"缺少列“{name}”", f"the column {name!r} is missing")
        for name in REQUIRED[kind]
        if name not in header
    )
    if errors:
        raise PostingError(errors)


def _rows(rows: Iterator[list[str]], header: Sequence[str], kind: FileKind) -> Iterator[Row]:
    number = 1
    seen: dict[tuple[str, str], int] = {}
    while True:
        number += 1
        try:
            cells = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            raise _unreadable(number, error) from error
        if not any(cell.strip() for cell in cells):
            continue
        fields = dict(zip(header, cells, strict=False))
        who = {name: fields.pop(name, "") for name in KEYS[kind]}
        read = Fields(who, KEYS[kind], "text")
        read.require(*KEYS[kind])
        row_key, party = read.text("row_key") or "", read.text("party") or ""
        first = seen.setdefault((party, row_key), number) if row_key else number
        if first != number:
            zh, en = f"与第 {first} 行的 row_key 相同", f"is the same as in row {first}"
            read.refuse("row_key", "repeated-row-key", zh, en)
        yield Row(number, row_key, party, fields, (*_cell_errors(cells, header), *read.errors))


def _cell_errors(cells: Sequence[str], header: Sequence[str]) -> Iterator[FieldError]:
    if len(cells) > len(header):
        yield FieldError(
            "row", "too-many-cells", "单元格多于表头的列", "has more cells than the header has columns"
        )
    for name, cell in zip(header, cells, strict=False):
        if len(cell) > LONGEST_CELL:
            yield FieldError(name, "too-long", "单元格过长", "the cell is too long")


def _unreadable(number: int, error: csv.Error) -> PostingError:
    return PostingError(
        [
            FieldError(
                "file",
                "unreadable",
                f"第 {number} 行无法读取: {error}",
                f"row {number} cannot be read: {error}",
            )
        ]
    )
