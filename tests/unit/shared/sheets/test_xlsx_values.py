"""XLSX as people see it: numbers, dates and texts of cells are exactly what the sheet shows."""

from __future__ import annotations

import datetime as dt

import pytest
from duijie_shared.posting import parse_offer
from duijie_shared.posting.files import count_rows
from duijie_shared.tabular import read_tables
from duijie_shared.tabular.xlsx.styles import is_date_code
from duijie_shared.tabular.xlsx.values import number_text
from hypothesis import given
from hypothesis import strategies as st
from workbooks import (
    HEADER,
    an_offer,
    faults,
    opened,
    raw_row,
    raw_workbook,
    refusal,
    rows_of,
    saved,
    workbook_of,
)

STYLES = (
    '<numFmts><numFmt numFmtId="164" formatCode="{}"/></numFmts>'
    '<cellXfs><xf numFmtId="0"/><xf numFmtId="{}"/></cellXfs>'
)


def cells_of(content: bytes) -> list[list[str]]:
    (table,) = read_tables(content)
    return [record.cells for record in table.records()]


def cell_of(xml: str, **more: str) -> str:
    """The text of one cell given as XML."""
    ((text,),) = cells_of(raw_workbook(f"<row>{xml}</row>", **more))  # type: ignore[arg-type]
    return text


def test_a_sheet_reads_as_the_same_csv() -> None:
    """Typed as a person would: numbers as numbers, days as days, codes as numbers or text."""
    day, until = dt.date(2026, 11, 25), dt.datetime(2027, 1, 20)  # noqa: DTZ001
    (row,) = rows_of(workbook_of(HEADER, ("o1", "p1", "potato", 4, 30.5, "t", 520526, day, until, None)))
    assert (row.number, row.row_key, row.party, row.errors) == (2, "o1", "p1", ())
    terms = parse_offer(row.fields, source="text", today=None)
    assert (terms.quantity, terms.county) == (30_500_000, "520526")
    assert (terms.window_from.isoformat(), terms.window_to.isoformat()) == ("2026-11-25", "2027-01-20")


@pytest.mark.parametrize(
    ("stored", "shown"),
    [
        ("0.30000000000000004", "0.3"), ("1.1000000000000001", "1.1"), ("-0.1", "-0.1"), ("7", "7"), ("1E-3", "0.001"),
        ("1.5E+3", "1500"), ("0", "0"), ("-0", "0"), ("10.50", "10.5"), ("007", "7"), (".5", "0.5"), ("5.", "5"),
        ("123456789012345", "123456789012345"), ("2.4000000000000004", "2.4"), ("1E+100", "1E+100"),
        ("99999999999999.9", "99999999999999.9"), ("1.0000000000000002", "1"),
    ],
)  # fmt: skip
def test_numbers_have_the_digits_that_are_shown(stored: str, shown: str) -> None:
    """A spreadsheet stores binary fractions and shows 15 digits."""
    assert cell_of(f"<c><v>{stored}</v></c>") == shown


@given(st.decimals(allow_nan=False, allow_infinity=False, places=6, min_value=-(10**8), max_value=10**8))
def test_a_decimal_survives_the_binary_fraction(value: object) -> None:
    """Every price and quantity with up to 6 decimals comes back as typed, though stored with 17 digits."""
    shown = number_text(f"{float(value):.17g}")  # type: ignore[arg-type]
    assert float(shown) == float(value)  # type: ignore[arg-type]
    assert len(shown.lstrip("-").replace(".", "").lstrip("0")) <= 15


def test_a_number_too_long_for_a_number_is_refused() -> None:
    """An 18-digit credit code typed as a number has lost its end; as text it is whole."""
    code = 91520526123456789
    typed, text = rows_of(
        workbook_of(
            ("row_key", "name", "kind", "uscc"),
            ("a", "甲", "producer", code),
            ("b", "乙", "producer", str(code)),
        ),
        "parties",
    )
    assert faults(typed) == [("uscc", "lost-digits")]
    assert (faults(text), text.fields["uscc"]) == ([], str(code))


@pytest.mark.parametrize(
    "code",
    [
        "yyyy-mm-dd",
        'yyyy"年"m"月"d"日";@',
        "[$-804]m/d/yy",
        "[h]:mm",
        "mmm\\ yy",
        "d.m.",
        "hh:mm:ss.0",
        "e/m/d",
    ],
)
def test_formats_of_dates_are_known(code: str) -> None:
    """Chinese ones, elapsed time, with locale."""
    assert is_date_code(code)


@pytest.mark.parametrize(
    "code", ["General", "0.00", '0.00"kg"', "#,##0_);[Red](#,##0)", "0.00E+00", "@", '0"days"', "0\\d"]
)
def test_formats_of_numbers_are_no_dates(code: str) -> None:
    """Letters that are shown as they are make no date."""
    assert not is_date_code(code)


@pytest.mark.parametrize(
    ("serial", "format_", "properties", "shown"),
    [
        ("46351", 14, "", "2026-11-25"), ("46351", 164, "", "2026-11-25"), ("46351", 31, "", "2026-11-25"),
        ("46351.5", 22, "", "2026-11-25 12:00:00"), ("44889", 14, 'date1904="1"', "2026-11-25"),
        ("61", 14, "", "1900-03-01"), ("59", 14, "", "1900-02-28"), ("1", 14, "", "1900-01-01"),
        ("-1", 14, "", "-1"), ("2958465", 14, "", "9999-12-31"), ("2958466", 14, "", "2958466"), ("46351", 2, "", "46351"),
    ],
)  # fmt: skip
def test_days_are_days(serial: str, format_: int, properties: str, shown: str) -> None:
    """Both calendars, built-in and own formats; what no calendar has stays the number it is."""
    styles = STYLES.format("yyyy/m/d", format_)
    assert cell_of(f'<c s="1"><v>{serial}</v></c>', styles=styles, properties=properties) == shown


def test_texts_are_whole() -> None:
    """Shared, inline and rich ones; a phonetic guide is no part, an escaped character is the character."""
    rich = "<si><r><t>马铃</t></r><r><t xml:space='preserve'>薯 </t></r><rPh><t>maling</t></rPh></si>"
    strings = f"<si><t>a&lt;b</t></si>{rich}<si><t>_x000D_ _x005F_x0041_ _xD83D_</t></si>"
    cells = '<c t="s"><v>0</v></c><c t="s"><v>1</v></c><c t="s"><v>2</v></c><c t="inlineStr"><is><t>甲_x0009_</t></is></c>'
    days = '<c t="d"><v>2026-11-25</v></c><c t="d"><v>2026-11-25T08:30:00</v></c>'
    more = f'<c t="b"><v>1</v></c>{days}<c t="str"><v>x</v></c>'
    assert cells_of(raw_workbook(f"<row>{cells}{more}</row>", strings=strings)) == [
        ["a<b", "马铃薯 ", "\r _x0041_ _xD83D_", "甲\t", "TRUE", "2026-11-25", "2026-11-25 08:30:00", "x"]
    ]


def test_what_openpyxl_changes_stays_here() -> None:
    """A text with x005F_ in it: some readers drop that."""
    assert cells_of(workbook_of(("ax005F_b",))) == [["ax005F_b"]]


def test_missing_cells_and_rows_keep_their_places() -> None:
    """Only what holds something is in the file; the numbers are those of the sheet."""
    book = opened(workbook_of(HEADER))
    page = book.active
    for column, value in enumerate(an_offer(note="ende"), 1):
        page.cell(7, column, value or None)
    page["C4"].number_format = "0.00"  # formatted, but empty
    (row,) = rows_of(saved(book))
    assert (row.number, row.fields["note"], row.fields["county"]) == (7, "ende", "520526")
    assert count_rows(saved(book), "offers") == 1


def test_both_dialects_and_prefixed_names_are_read() -> None:
    """Strict OOXML is saved by some; names with a prefix are the same names."""
    strict = raw_workbook("<row><c><v>1</v></c></row>", main="http://purl.oclc.org/ooxml/spreadsheetml/main")
    assert cells_of(strict) == [["1"]]
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    sheet = f'<x:worksheet xmlns:x="{main}"><x:sheetData><x:row><x:c><x:v>2</x:v></x:c></x:row></x:sheetData></x:worksheet>'
    assert cells_of(raw_workbook(parts={"xl/worksheets/sheet1.xml": sheet})) == [["2"]]


def test_the_sheet_to_import_is_the_one_that_looks_like_it() -> None:
    """Whatever its place and name; hidden sheets are not looked at."""
    notes = [("How to", "fill this in"), ("row", "1")]
    expected = rows_of(workbook_of(HEADER, an_offer()))
    assert rows_of(workbook_of(*notes, sheet="notes", data=[HEADER, an_offer()])) == expected
    assert rows_of(workbook_of(sheet="empty", data=[HEADER, an_offer()])) == expected
    book = opened(workbook_of(HEADER, an_offer(), more=[HEADER, an_offer(row_key="o2")]))
    book["more"].sheet_state = "hidden"
    assert rows_of(saved(book)) == expected


def test_two_sheets_that_could_be_meant_are_refused_by_name() -> None:
    """Neither is left out in silence."""
    codes, said = refusal(
        workbook_of(HEADER, an_offer(), sheet="早稻", 晚稻=[HEADER, an_offer(row_key="o2")])
    )
    assert codes == [("file", "several-sheets")]
    assert "早稻" in said
    assert "晚稻" in said


def test_a_sheet_with_a_strange_header_is_refused_as_a_csv_would_be() -> None:
    """The first sheet with content is taken at its word."""
    assert ("colour", "unknown-column") in refusal(workbook_of((*HEADER, "colour"), an_offer()))[0]
    assert refusal(workbook_of())[0][0] == ("row_key", "missing-column")


def test_raw_rows_are_read_too() -> None:
    """Cells and rows without references follow one another."""
    sheet = f"{raw_row(1, HEADER)}<row>{raw_row(2, an_offer()).partition('>')[2]}"
    assert rows_of(raw_workbook(sheet)) == rows_of(workbook_of(HEADER, an_offer()))
