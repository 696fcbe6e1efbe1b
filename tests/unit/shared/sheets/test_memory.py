"""Memory is flat: ten times the rows take hardly more of it, beside the file itself."""

from __future__ import annotations

import io
import tracemalloc
from functools import cache

import pytest
import xlsxwriter
from duijie_shared.posting.files import read_rows
from duijie_shared.posting.repeats import FirstRows
from workbooks import HEADER, an_offer, csv_of

FEW, MANY = 1_000, 6_000
MIB = 1 << 20


@cache
def csv_file(rows: int) -> bytes:
    return csv_of(*(an_offer(row_key=f"offer-{n}", note=f"备注 {n} " * 5) for n in range(rows))).encode()


@cache
def gb_file(rows: int) -> bytes:
    return csv_file(rows).decode().encode("gb18030")


@cache
def xlsx_file(rows: int) -> bytes:
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream) as book:
        page = book.add_worksheet()
        page.write_row(0, 0, HEADER)
        for n in range(rows):
            page.write_row(n + 1, 0, an_offer(row_key=f"offer-{n}", note=f"备注 {n} " * 5))
    return stream.getvalue()


def peak(content: bytes, rows: int) -> int:
    """The most memory that reading took, in bytes, the file not counted."""
    tracemalloc.start()
    try:
        assert sum(1 for _ in read_rows(content, "offers")) == rows
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("file", [csv_file, gb_file])
def test_a_csv_file_is_read_in_flat_memory(file: object) -> None:
    """A row's key takes 24 to 72 bytes, and nothing else stays."""
    few, many = (peak(file(rows), rows) for rows in (FEW, MANY))  # type: ignore[operator]
    assert many < 2 * MIB
    assert many - few < 80 * (MANY - FEW)


def test_a_workbook_is_read_in_flat_memory() -> None:
    """Beside the keys only the text of strings that it shares, packed: here 40 letters a row."""
    few, many = (peak(xlsx_file(rows), rows) for rows in (FEW, MANY))
    assert many < 4 * MIB
    assert many - few < 350 * (MANY - FEW)


def test_keys_are_found_again_however_many_there_are() -> None:
    """Across every growth of the table; a party's keys are its own."""
    keys = FirstRows()
    for number in range(5_000):
        assert keys.first(f"p{number % 3}", f"k{number // 3}", number) == number
    assert [keys.first(f"p{n % 3}", f"k{n // 3}", 9_999) for n in range(0, 5_000, 7)] == list(
        range(0, 5_000, 7)
    )
    assert keys.first("", "p0k0", 7) == 7
