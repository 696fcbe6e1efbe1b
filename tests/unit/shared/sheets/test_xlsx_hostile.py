"""Hostile and broken workbooks: bounded, refused by name, never evaluated, never a crash."""

from __future__ import annotations

import datetime as dt
import io
import tracemalloc
import zipfile
from contextlib import suppress
from functools import cache

import pytest
import xlsxwriter
from duijie_shared.posting import PostingError
from duijie_shared.posting.files import read_rows
from duijie_shared.tabular.records import LONGEST_CELL
from hypothesis import given, settings
from hypothesis import strategies as st
from workbooks import (
    HEADER,
    an_offer,
    faults,
    opened,
    raw_cell,
    raw_row,
    raw_workbook,
    refusal,
    rows_of,
    saved,
    workbook_of,
)

HEAD = raw_row(1, HEADER)
UNREADABLE = [("file", "unreadable")]


def test_a_formula_is_refused_where_it_stands_and_the_other_rows_are_read() -> None:
    """What it came to when the file was saved is not taken; nothing is ever worked out."""
    book = opened(workbook_of(HEADER, an_offer(), an_offer(row_key="o2")))
    book.active["E2"] = "=15*2"
    bad, good = rows_of(saved(book))
    assert faults(bad) == [("quantity", "formula")]
    assert bad.fields["quantity"] == "=15*2"
    assert faults(good) == []


def test_a_formula_with_its_last_result_is_refused_too() -> None:
    """Spreadsheets save both; the result may be of another day."""
    cells = raw_row(2, an_offer()).replace(raw_cell("30"), "<c><f t='shared' si='0'/><v>30</v></c>")
    (row,) = rows_of(raw_workbook(HEAD + cells))
    assert faults(row) == [("quantity", "formula")]


def test_a_text_that_looks_like_a_formula_is_text_in_a_workbook() -> None:
    """There the file says which of the two it is."""
    (row,) = rows_of(raw_workbook(HEAD + raw_row(2, an_offer(note="=1+1"))))
    assert (row.fields["note"], faults(row)) == ("=1+1", [])


def test_an_error_value_is_no_content() -> None:
    """#N/A in a note would else be stored as its text."""
    cells = raw_row(2, an_offer(note="X")).replace(raw_cell("X"), "<c t='e'><v>#N/A</v></c>")
    (row,) = rows_of(raw_workbook(HEAD + cells))
    assert faults(row) == [("note", "cell-error")]


def test_content_far_to_the_right_is_told() -> None:
    """Column XFD: the row is refused, and no row of 16,384 cells is made of it."""
    far = raw_row(2, an_offer()).replace("</row>", '<c r="XFD2"><v>1</v></c></row>')
    (row,) = rows_of(raw_workbook(HEAD + far))
    assert faults(row) == [("row", "too-many-cells")]


def test_a_cell_far_down_costs_nothing() -> None:
    """Readers that fill the gap with empty rows would make a million of them."""
    (row,) = rows_of(raw_workbook(f"{HEAD}{raw_row(1_048_576, an_offer())}"))
    assert row.number == 1_048_576


@pytest.mark.parametrize(
    "sheet",
    [
        HEAD + raw_row(1_048_577, an_offer()),
        HEAD + raw_row(1, an_offer()),
        HEAD + '<row r="999999999999"/>',
        HEAD + '<row r="x"/>',
        HEAD + '<row r="2"><c r="B2"><v>1</v></c><c r="A2"><v>1</v></c></row>',
        HEAD + '<row r="2"><c r="XFE2"><v>1</v></c></row>',
        HEAD + '<row r="2"><c r="ZZZZ2"><v>1</v></c></row>',
        HEAD + '<row r="2"><c r="Ä2"><v>1</v></c></row>',
        HEAD + '<row r="2"><c><v>one</v></c></row>',
        HEAD + '<row r="2"><c><v>NaN</v></c></row>',
        HEAD + '<row r="2"><c t="s"><v>7</v></c></row>',
        HEAD + '<row r="2"><c t="s"><v>-1</v></c></row>',
        HEAD + '<row r="2"><c t="d"><v>yesterday</v></c></row>',
        HEAD + "<row><c>",
    ],
)
def test_a_damaged_sheet_is_refused(sheet: str) -> None:
    """Rows and cells out of order, indices of nothing, numbers that are none, XML that breaks off."""
    assert refusal(raw_workbook(sheet))[0] == UNREADABLE


@pytest.mark.parametrize(
    "text",
    [
        '<!DOCTYPE a [<!ENTITY b "bbbbbbbbbb"><!ENTITY c "&b;&b;&b;&b;">]><worksheet>&c;</worksheet>',
        '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><worksheet>&x;</worksheet>',
        "<worksheet>&x;</worksheet>",
        "not xml",
        "",
    ],
)
def test_entities_and_document_types_are_refused(text: str) -> None:
    """A billion laughs, a file of the machine: before anything of it is looked up."""
    assert refusal(raw_workbook(parts={"xl/worksheets/sheet1.xml": text}))[0] == UNREADABLE


def test_a_bomb_of_zeros_is_refused_by_its_size() -> None:
    """A thousand times its packed size, more than 64 MiB: not unpacked at all."""
    bomb = raw_workbook(f"{HEAD}{' ' * (65 << 20)}")
    assert len(bomb) < 1 << 20
    assert refusal(bomb)[0] == [("file", "file-too-large")]


def test_an_endless_tag_is_refused_before_it_is_held() -> None:
    """60 MiB in one attribute: a parser keeps a tag until its end."""
    bomb = raw_workbook(f'{HEAD}<row x="{"a" * (60 << 20)}"/>')
    tracemalloc.start()
    try:
        assert refusal(bomb)[0] == UNREADABLE
        assert tracemalloc.get_traced_memory()[1] < 8 << 20
    finally:
        tracemalloc.stop()


def test_an_endless_text_is_cut_and_refused() -> None:
    """60 MiB in one cell, in one shared string: the row is refused, what is kept of it is short."""
    text = "a" * (60 << 20)
    inline = raw_workbook(HEAD + raw_row(2, an_offer(note=text)))
    pointing = raw_row(2, an_offer()[:-1]).replace("</row>", "<c t='s'><v>0</v></c></row>")
    shared = raw_workbook(HEAD + pointing, strings=f"<si><t>{text}</t></si>")
    del text
    tracemalloc.start()
    try:
        for content in (inline, shared):
            (row,) = rows_of(content)
            assert faults(row) == [("note", "too-long")]
            assert len(row.fields["note"]) == LONGEST_CELL + 1
        assert tracemalloc.get_traced_memory()[1] < 4 << 20
    finally:
        tracemalloc.stop()


def test_a_size_that_is_a_lie_is_found() -> None:
    """A part that declares less than it holds is damaged, not read on."""
    content = bytearray(raw_workbook(HEAD + raw_row(2, an_offer())))
    where = content.rindex(b"xl/worksheets/sheet1.xml") - 46  # its entry in the central directory
    content[where + 24 : where + 28] = (100).to_bytes(4, "little")
    assert refusal(bytes(content))[0] == UNREADABLE


def test_other_archives_and_old_workbooks_are_named() -> None:
    """By what they hold, whatever they are called: the message says what to save instead."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
    for content in (
        stream.getvalue(),
        b"PK\x05\x06" + bytes(18),
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
    ):
        codes, said = refusal(content)
        assert codes == [("file", "not-a-table")]
        assert "XLSX" in said
    assert refusal("\ufeff <html><table><tr><td>row_key</td></tr></table></html>")[0] == [
        ("file", "not-a-table")
    ]


@cache
def a_workbook() -> bytes:
    """With shared strings and dates, as spreadsheets save it."""
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream) as book:
        page = book.add_worksheet()
        for number, row in enumerate([HEADER, *(an_offer(row_key=f"o{n}", note="备注") for n in range(5))]):
            page.write_row(number, 0, row)
        page.write_datetime(1, 7, dt.datetime(2026, 11, 25), book.add_format({"num_format": 14}))  # noqa: DTZ001
    return stream.getvalue()


@cache
def a_part(name: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(a_workbook())) as archive:
        return archive.read(name)


def damaged(data: st.DataObject, content: bytes) -> bytes:
    """Some bytes changed, the end perhaps cut off."""
    changed = bytearray(content)
    for _ in range(data.draw(st.integers(1, 4))):
        changed[data.draw(st.integers(0, len(changed) - 1))] = data.draw(st.integers(0, 255))
    return bytes(changed[: data.draw(st.integers(len(changed) // 2, len(changed)))])


def read_or_refused(content: bytes) -> None:
    with suppress(PostingError):
        for row in read_rows(content, "offers"):
            assert row.fields


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_damaged_file_is_refused_or_read_never_a_crash(data: st.DataObject) -> None:
    """Bytes changed or cut anywhere: PostingError is the only error there is."""
    read_or_refused(damaged(data, a_workbook()))


@settings(max_examples=100, deadline=None)
@given(
    st.data(), st.sampled_from(["worksheets/sheet1.xml", "sharedStrings.xml", "styles.xml", "workbook.xml"])
)
def test_damaged_parts_in_a_whole_archive_are_refused_or_read(data: st.DataObject, name: str) -> None:
    """The same inside the archive, where its check sums do not help."""
    parts = {
        f"xl/{part}": a_part(f"xl/{part}") for part in ("sharedStrings.xml", "styles.xml", "workbook.xml")
    }
    parts |= {"xl/worksheets/sheet1.xml": a_part("xl/worksheets/sheet1.xml")}
    parts["xl/_rels/workbook.xml.rels"] = a_part("xl/_rels/workbook.xml.rels")
    parts[f"xl/{name}"] = damaged(data, parts[f"xl/{name}"])
    read_or_refused(raw_workbook(parts=parts))
