"""The sheet of refused rows: what was uploaded, marked, explained, and ready to be corrected and imported."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import pytest
from duijie_shared.posting import PostingError, parse_offer
from duijie_shared.posting.columns import mark
from duijie_shared.posting.files import read_rows
from duijie_shared.posting.fixes import fix_of
from duijie_shared.sheets import error_sheet
from workbooks import HEADER, an_offer, csv_of, faults, opened, rows_of, saved, workbook_of

TODAY = dt.date(2026, 11, 23)
RED = "FFFFC7CE"


@dataclass(frozen=True)
class Refused:
    """As catalog reports a cell."""

    row: int
    column: str
    value: str
    code: str
    zh: str
    en: str


def judged(content: bytes) -> list[Refused]:
    """The refused cells of a file of offers."""
    found = []
    for row in read_rows(content, "offers"):
        errors = list(row.errors)
        try:
            parse_offer(row.fields, source="text", today=TODAY)
        except PostingError as error:
            errors += error.errors
        values = {**row.fields, "row_key": row.row_key, "party": row.party}
        found += [Refused(row.number, e.field, values.get(e.field, ""), e.code, e.zh, e.en) for e in errors]
    return found


def uploads() -> list[bytes]:
    """Three rows, of which the second and third have faults, as CSV (Chinese titles, GB18030) and as XLSX."""
    lines = (
        an_offer(),
        an_offer(row_key="o2", unit="", quantity="-5", note="备注"),
        an_offer(row_key="o3", product="金苹果", available_to="2026-11-01"),
    )
    return [csv_of(*lines).encode("gb18030"), workbook_of(HEADER, *lines)]


upload = pytest.mark.parametrize("content", uploads(), ids=["csv", "xlsx"])


@upload
def test_the_refused_rows_stand_as_they_were_uploaded(content: bytes) -> None:
    """Under the version cell and the header; the good row is not among them; the cells to blame are red."""
    page = opened(error_sheet(content, "offers", judged(content))).worksheets[0]
    assert page["A1"].value == mark("offers")
    rows = [
        [str(cell.value) if cell.value is not None else "" for cell in line]
        for line in page.iter_rows(min_row=2)
    ]
    assert rows[0] == list(HEADER)
    assert [row[0] for row in rows[1:]] == ["o2", "o3"]
    assert (rows[1][4], rows[1][9]) == ("-5", "备注")
    red = {cell.coordinate for line in page.iter_rows() for cell in line if cell.fill.start_color.rgb == RED}
    assert red == {"E3", "F3", "C4", "I4"}
    assert all(page[cell].comment is not None for cell in red)
    assert "必填" in page["F3"].comment.text
    assert "required" in page["F3"].comment.text


@upload
def test_the_list_has_cell_value_reason_and_fix(content: bytes) -> None:
    """Of every refused cell, in both languages, at its place in the uploaded file."""
    errors = judged(content)
    page = opened(error_sheet(content, "offers", errors)).worksheets[1]
    lines = [[cell.value for cell in line] for line in page.iter_rows(min_row=2)]
    assert {(line[0], line[1], line[2]) for line in lines} == {
        (3, "E3", "quantity"), (3, "F3", "unit"), (4, "C4", "product"), (4, "I4", "available_to"),
    }  # fmt: skip
    for line, error in zip(lines, errors, strict=True):
        fix = fix_of(error.code)
        assert line[3:] == [
            neutral(error.value), error.zh, error.en, fix.zh, fix.en, error.code,
        ]  # fmt: skip


def neutral(value: str) -> str:
    return f"'{value}" if value.startswith("-") else value


@upload
def test_corrected_it_imports_as_it_is(content: bytes) -> None:
    """The red cells filled in, the file uploaded again: every row is good."""
    book = opened(error_sheet(content, "offers", judged(content)))
    page = book.worksheets[0]
    page["E3"], page["F3"], page["C4"], page["I4"] = 5, "t", "苹果", dt.date(2027, 1, 20)
    assert [row.row_key for row in rows_of(saved(book))] == ["o2", "o3"]
    assert judged(saved(book)) == []


def test_uncorrected_it_is_refused_again() -> None:
    """What was not understood is not understood the second time; a formula is by then its own text."""
    content = csv_of(an_offer(note="=1+1", quantity="1e9"), (*an_offer(row_key="o2"), "more")).encode()
    first = judged(content)
    again = judged(error_sheet(content, "offers", first))
    stays = {("quantity", "not-a-number"), ("row", "too-many-cells")}
    assert {(error.column, error.code) for error in first} == stays | {("note", "formula")}
    assert {(error.column, error.code) for error in again} == stays


def test_a_fault_of_the_whole_row_marks_its_first_cell() -> None:
    """A party that catalog does not know, a row with cells too many."""
    content = csv_of(an_offer()).encode()
    errors = [Refused(2, "row", "", "too-many-cells", "单元格多于表头的列", "has more cells")]
    page = opened(error_sheet(content, "offers", errors)).worksheets[0]
    assert page["A3"].fill.start_color.rgb == RED


@pytest.mark.parametrize("content", [b"\xff\xff", csv_of(header=("colour",)).encode(), b"PK\x03\x04"])
def test_a_file_that_cannot_be_read_has_the_list_alone(content: bytes) -> None:
    """There are no rows to show; the reason is there all the same."""
    errors = [Refused(0, "file", "", "unreadable", "无法读取", "cannot be read")]
    book = opened(error_sheet(content, "offers", errors))
    assert len(book.worksheets) == 1
    assert [cell.value for cell in book.worksheets[0][2]][2:6] == ["file", "", "无法读取", "cannot be read"]


def test_a_file_that_breaks_off_shows_the_rows_before() -> None:
    """The open quote is in the list."""
    content = (csv_of(an_offer(unit="")) + 'o2,"open').encode()
    errors = [
        Refused(2, "unit", "", "required", "必填", "is required"),
        Refused(3, "file", "", "unreadable", "无", "no"),
    ]
    book = opened(error_sheet(content, "offers", errors))
    assert [book.worksheets[0].max_row, book.worksheets[1].max_row] == [3, 3]


def test_hostile_cells_do_no_harm_in_it() -> None:
    """A formula that was uploaded is text with a quote in front, in both sheets."""
    content = workbook_of(HEADER, an_offer())
    book = opened(content)
    book.active["J2"] = '=HYPERLINK("http://x")'
    errors = judged(saved(book))
    assert [(e.column, e.code) for e in errors] == [("note", "formula")]
    shown = opened(error_sheet(saved(book), "offers", errors))
    assert shown.worksheets[0]["J3"].value == '\'=HYPERLINK("http://x")'
    assert shown.worksheets[1]["D2"].value == '\'=HYPERLINK("http://x")'
    assert faults(rows_of(saved(shown))[0]) == []
