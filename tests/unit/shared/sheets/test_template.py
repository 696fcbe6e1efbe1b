"""Templates: what is downloaded imports as it is, offers words that are taken, and explains itself."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from duijie_shared.posting import parse_capacity, parse_demand, parse_offer, parse_party
from duijie_shared.posting.columns import (
    COLUMNS,
    DESCRIPTIONS,
    KEYS,
    REQUIRED,
    FileKind,
    Language,
    mark,
    title,
)
from duijie_shared.posting.examples import example
from duijie_shared.sheets import template
from duijie_shared.sheets.options import options
from openpyxl.worksheet.datavalidation import DataValidation
from workbooks import faults, opened, rows_of, saved

KINDS: tuple[FileKind, ...] = ("offers", "demands", "capacities", "parties")
TODAY = dt.date(2026, 11, 23)
PARSE: dict[FileKind, Callable[[dict[str, str]], object]] = {
    "offers": lambda fields: parse_offer(fields, source="text", today=TODAY),
    "demands": lambda fields: parse_demand(fields, source="text", today=TODAY),
    "capacities": lambda fields: parse_capacity(fields, source="text", today=TODAY),
    "parties": lambda fields: parse_party(fields, source="text"),
}

every_template = pytest.mark.parametrize(
    ("kind", "lang"), [(kind, lang) for kind in KINDS for lang in ("zh", "en")]
)


@every_template
def test_an_empty_template_imports_as_no_rows(kind: FileKind, lang: Language) -> None:
    """The example row is none, nor are the sheets of explanations and lists read."""
    assert rows_of(template(kind, lang), kind) == []


@every_template
def test_the_example_is_a_good_row(kind: FileKind, lang: Language) -> None:
    """Whoever copies it under another key has a posting without a fault; it has every column."""
    row = example(kind, lang)
    assert set(row) == set(COLUMNS[kind])
    assert all(row[column] for column in REQUIRED[kind])
    PARSE[kind]({name: text for name, text in row.items() if name not in KEYS[kind]})


@every_template
def test_a_filled_template_imports_as_it_was_filled(kind: FileKind, lang: Language) -> None:
    """Typed below the example as numbers, days and words; the keys found, every row good."""
    book = opened(template(kind, lang))
    page = book.worksheets[0]
    for number in range(3):
        for position, (column, text) in enumerate(ordered(kind, lang), 1):
            value: object = f"k{number}" if column == "row_key" else text or None
            if text and DESCRIPTIONS[column].form == "number":
                value = float(text)
            elif text and DESCRIPTIONS[column].form == "date":
                value = dt.date.fromisoformat(text)
            page.cell(4 + number, position, value)
    read = rows_of(saved(book), kind)
    assert [(row.number, row.row_key, faults(row)) for row in read] == [
        (4, "k0", []),
        (5, "k1", []),
        (6, "k2", []),
    ]
    for row in read:
        assert {name: text for name, text in row.fields.items() if text} == {
            column: text
            for column, text in ordered(kind, lang)
            if text and column not in ("row_key", "party")
        }
        PARSE[kind](row.fields)


def ordered(kind: FileKind, lang: Language) -> list[tuple[str, str]]:
    row = example(kind, lang)
    return [(column, row[column]) for column in COLUMNS[kind]]


@every_template
def test_header_version_and_notes_are_there(kind: FileKind, lang: Language) -> None:
    """The version cell first; each column's title with a note in the template's language."""
    page = opened(template(kind, lang)).worksheets[0]
    assert page["A1"].value == mark(kind)
    assert [cell.value for cell in page[2]] == [title(column, lang) for column in COLUMNS[kind]]
    for cell, column in zip(page[2], COLUMNS[kind], strict=True):
        about = DESCRIPTIONS[column]
        assert (about.help_zh if lang == "zh" else about.help_en) in cell.comment.text
        assert (("必填" if lang == "zh" else "required)") in cell.comment.text) >= (column in REQUIRED[kind])


@every_template
def test_every_word_of_a_drop_down_is_taken(kind: FileKind, lang: Language) -> None:
    """Each list is found by its reference in the hidden sheet, and every word in it reads without a fault there."""
    book = opened(template(kind, lang))
    assert [page.sheet_state for page in book.worksheets] == ["visible", "visible", "hidden"]
    found: dict[str, list[str]] = {}
    validation: DataValidation
    for validation in book.worksheets[0].data_validations.dataValidation:
        if validation.type == "list":
            column = COLUMNS[kind][next(iter(validation.sqref.ranges)).min_col - 1]
            sheet, _, area = str(validation.formula1).strip("'=").partition("'!")
            found[column] = [cell.value for (cell,) in book[sheet][area.replace("$", "")]]
    expected = {"unit", "grade_scheme", "temperature", "activity", "kind", "product"} & set(COLUMNS[kind])
    assert expected <= set(found)
    for column, words in found.items():
        assert len(words) == len(set(words)) >= (2 if column == "publish_price" else 3)
        for word in words:
            assert column not in blamed(kind, lang, column, word), word


def blamed(kind: FileKind, lang: Language, column: str, word: str) -> set[str]:
    """The columns that are refused when `column` of the example says `word`; what only does not fit is no fault here."""
    fields = {name: text for name, text in example(kind, lang).items() if name not in {"row_key", "party"}}
    try:
        PARSE[kind](fields | {column: word})
    except Exception as error:  # noqa: BLE001 - looked at below
        return {one.field for one in error.errors if one.code not in {"unit-does-not-fit", "unknown-grade"}}  # type: ignore[attr-defined]
    return set()


def test_a_template_is_the_same_every_time() -> None:
    """So that it can be cached by its content."""
    assert template("offers", "zh") == template("offers", "zh")
    assert template("offers", "zh") != template("offers", "en")


def test_the_lists_are_those_of_both_languages() -> None:
    """As many words in one as in the other."""
    chinese, english = options("zh"), options("en")
    assert {column: len(words) for column, words in chinese.items()} == {
        column: len(words) for column, words in english.items()
    }


def test_grades_are_explained() -> None:
    """Every scheme with its place on the common scale, in the sheet of explanations."""
    guide = opened(template("offers", "zh")).worksheets[1]
    text = "\n".join(str(cell.value) for row in guide.iter_rows() for cell in row if cell.value)
    assert "NY/T 1066-2006" in text
    assert "特级 (5)" in text
    assert "“供应”" in text
