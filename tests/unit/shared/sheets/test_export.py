"""Exports: nothing a spreadsheet would run, and what was written is what is read."""

from __future__ import annotations

import csv
import datetime as dt
import io
import tracemalloc
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from duijie_shared.posting.columns import COLUMNS, DESCRIPTIONS, FileKind, Language, title
from duijie_shared.sheets import FileFormat, write_rows
from duijie_shared.sheets.values import Value, text_of
from duijie_shared.tabular.formulas import neutralised, restored
from hypothesis import given, settings
from hypothesis import strategies as st
from workbooks import opened, rows_of

KINDS: tuple[FileKind, ...] = ("offers", "demands", "capacities", "parties")
MARKUP = ("<r>", "<r>&</r>")
DANGEROUS = (
    "=1+1",
    "+1",
    "-18℃",
    "@x",
    "\tx",
    "\rx",
    "\0x",
    "\nx",
    "＝1",
    "＋1",
    "－1",
    "＠x",
    "'=1",
    "''=1",
    *MARKUP,
)

both = pytest.mark.parametrize("format_", ["csv", "xlsx"])

# Neither half characters nor noncharacters: XML has none, and postings with them are refused.
anything = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\ufffe\uffff"), max_size=30)
risky = st.one_of(anything, st.builds("{}{}".format, st.sampled_from(DANGEROUS), anything))
numbers = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**14), max_value=10**14, places=6)
days = st.dates(dt.date(1901, 1, 1), dt.date(2100, 12, 31))


@st.composite
def rows(draw: st.DrawFn, kind: FileKind) -> dict[str, Any]:
    """A row with any text, number and day in its columns; its keys are plain words."""
    row: dict[str, Any] = {"row_key": draw(st.uuids()).hex, "party": "p1"}
    for column in COLUMNS[kind]:
        if column not in row or (kind == "parties" and column == "party"):
            strategy = {"number": numbers, "date": days, "list": risky, "text": risky}[
                DESCRIPTIONS[column].form
            ]
            row[column] = draw(st.one_of(st.none(), strategy))
    return row if kind != "parties" else {name: value for name, value in row.items() if name != "party"}


def written(kind: FileKind, some: Any, format_: FileFormat, lang: Language = "zh") -> bytes:
    return b"".join(write_rows(kind, some, format_, lang))


def same(column: str, was: object, text: str) -> bool:
    if DESCRIPTIONS[column].form == "number" and was is not None:
        return Decimal(text) == was
    return text == text_of(was)  # type: ignore[arg-type]


@both
@settings(max_examples=40, deadline=None)
@given(st.data(), st.sampled_from(KINDS), st.sampled_from(["zh", "en"]))
def test_what_is_written_is_read_the_same(
    format_: FileFormat, data: st.DataObject, kind: FileKind, lang: Language
) -> None:
    """Any text, formulas and control characters included, every digit, every day; nothing is a fault on the way back."""
    some = data.draw(st.lists(rows(kind), max_size=4))
    read = rows_of(written(kind, some, format_, lang), kind)
    assert [row.row_key for row in read] == [row["row_key"] for row in some]
    for was, row in zip(some, read, strict=True):
        assert row.errors == ()
        for column, text in row.fields.items():
            assert same(column, was.get(column), text), (column, was.get(column), text)


@given(risky)
def test_restoring_undoes_neutralising(text: str) -> None:
    """Of any text, with any number of quotes in front."""
    assert restored(neutralised(text)) == text
    assert not neutralised(text).startswith(tuple("=+-@\t\r\n\0＝＋－＠"))


@pytest.mark.parametrize("text", DANGEROUS)
@both
def test_no_cell_begins_a_formula(format_: FileFormat, text: str) -> None:
    """Read with other programs: every such text has a quote in front, and in a workbook the type of text."""
    content = written("offers", [{"row_key": "o1", "party": "p1", "note": text}], format_, "en")
    if format_ == "csv":
        cells = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))[1]
        assert cells[-1] == f"'{text}"
    else:
        cell = opened(content).worksheets[0].cell(3, len(COLUMNS["offers"]))
        assert cell.data_type in {"s", "inlineStr"}
        assert cell.value.startswith("'")


@both
def test_numbers_stay_numbers(format_: FileFormat) -> None:
    """A negative longitude is no formula: no quote, and in a workbook a number. Text in such a column is text."""
    some = [
        {"row_key": "a", "party": "p", "longitude": Decimal("-75.5"), "quantity": Decimal("1E+3")},
        {"row_key": "b", "party": "p", "longitude": "-1+2", "quantity": Decimal("12345678901234567.123")},
    ]
    content = written("offers", some, format_)
    first, second = rows_of(content)
    assert (first.fields["longitude"], first.fields["quantity"]) == ("-75.5", "1000")
    assert (second.fields["longitude"], second.fields["quantity"]) == ("-1+2", "12345678901234567.123")
    if format_ == "csv":
        assert ",-75.5," in content.decode()
        assert ",'-1+2," in content.decode()
    else:
        page, place = opened(content).worksheets[0], COLUMNS["offers"].index("longitude") + 1
        assert page.cell(3, place).value == -75.5
        assert page.cell(4, place).value == "'-1+2"


@both
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_titles_are_in_the_language_asked_for(format_: FileFormat, lang: Language) -> None:
    """The header row; a CSV has nothing above it, for programs, and its mark for spreadsheets."""
    content = written("demands", [], format_, lang)
    titles = [title(column, lang) for column in COLUMNS["demands"]]
    if format_ == "csv":
        assert content == ("\ufeff" + ",".join(titles) + "\r\n").encode()
    else:
        assert [cell.value for cell in opened(content).worksheets[0][2]] == titles


@pytest.mark.parametrize("value", [0.1])
def test_what_is_not_exact_is_not_written(value: Any) -> None:
    """A binary fraction is a mistake of the program that calls."""
    with pytest.raises(TypeError):
        written("offers", [{"row_key": "a", "quantity": value}], "csv")


def test_an_unknown_column_is_not_dropped() -> None:
    """Nor is it written: a program that calls has a mistake."""
    with pytest.raises(KeyError):
        written("offers", [{"row_key": "a", "colour": "red"}], "csv")


def test_lists_are_joined_as_they_are_read() -> None:
    """By semicolons."""
    (row,) = rows_of(
        written("offers", [{"row_key": "a", "party": "p", "certificates": ["green", "gi"]}], "csv")
    )
    assert row.fields["certificates"] == "green;gi"


@both
def test_an_export_is_written_in_flat_memory(format_: FileFormat) -> None:
    """Piece by piece: ten times the rows take hardly more."""

    def peak(count: int) -> int:
        some: Iterator[dict[str, Value]] = (
            {"row_key": f"o{n}", "party": "p", "note": f"note {n} " * 10, "quantity": n} for n in range(count)
        )
        tracemalloc.start()
        try:
            assert sum(len(piece) for piece in write_rows("offers", some, format_, "en")) > 0
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    few, many = peak(300), peak(3_000)
    assert many - few < 400_000
