"""Headers: Chinese or English, comma, tab or semicolon; what is not understood is named, and nothing is guessed."""

from __future__ import annotations

import pytest
from duijie_shared.posting.columns import COLUMNS, DESCRIPTIONS, KIND_TITLES, FileKind, column_of, mark
from duijie_shared.posting.files import count_rows
from workbooks import HEADER, an_offer, csv_of, faults, refusal, rows_of, workbook_of

KINDS: tuple[FileKind, ...] = ("offers", "demands", "capacities", "parties")


@pytest.mark.parametrize("kind", KINDS)
def test_every_column_has_one_name_and_one_title(kind: FileKind) -> None:
    """No title stands for two columns of a kind, and both words lead to the column."""
    titles = [DESCRIPTIONS[name].zh for name in COLUMNS[kind]]
    assert len({*titles, *COLUMNS[kind]}) == 2 * len(COLUMNS[kind])
    assert [column_of(title, kind) for title in titles] == list(COLUMNS[kind])
    assert [column_of(name, kind) for name in COLUMNS[kind]] == list(COLUMNS[kind])


def test_titles_of_both_languages_may_be_mixed() -> None:
    """A file that two people worked on."""
    header = [DESCRIPTIONS[name].zh if n % 2 else name for n, name in enumerate(HEADER)]
    assert rows_of(csv_of(an_offer(), header=header)) == rows_of(csv_of(an_offer()))


def test_a_column_in_both_languages_is_a_repeated_one() -> None:
    """Which of the two is meant?"""
    assert refusal(csv_of(header=(*HEADER, "备注")))[0] == [("note", "repeated-column")]


@pytest.mark.parametrize(
    ("cell", "meant"),
    [
        ("Product", "product"),
        ("quantitiy", "quantity"),
        ("可供起始日期", "available_from"),
        ("avail_from", "available_from"),
    ],
)
def test_a_column_that_comes_close_is_suggested_not_taken(cell: str, meant: str) -> None:
    """The fault names the cell and says which column may be meant."""
    codes, said = refusal(csv_of(header=(*HEADER, cell)))
    assert codes == [(cell, "unknown-column")]
    assert f"did you mean {meant!r}?" in said


def test_nothing_is_suggested_for_a_strange_word() -> None:
    """Rather the list alone than a wrong hint."""
    assert "did you mean" not in refusal(csv_of(header=(*HEADER, "xyzzy")))[1]


def test_a_column_without_a_name_is_told_by_its_place() -> None:
    """In the middle; formatted but empty cells behind the last title are nothing."""
    codes, said = refusal(csv_of(header=(*HEADER[:3], "", *HEADER[3:])))
    assert codes == [("#4", "unknown-column")]
    assert "4" in said
    (row,) = rows_of(csv_of((*an_offer(), "", " "), header=(*HEADER, "", "")))
    assert row.errors == ()


@pytest.mark.parametrize("separator", ["\t", ";"])
def test_tab_and_semicolon_separate_where_the_header_says_so(separator: str) -> None:
    """As spreadsheets of other countries save CSV; a cell with the separator is quoted as ever."""
    cells = {"note": f'"a{separator}b,c"'}
    (row,) = rows_of(csv_of(an_offer(**cells), separator=separator))
    assert (row.fields["note"], row.errors) == (f"a{separator}b,c", ())


def test_a_header_with_several_separators_is_not_guessed() -> None:
    """Comma is the rule: what is between commas is then the unknown column."""
    text = csv_of(an_offer()).replace("row_key,party,", "row_key;party,")
    assert ("row_key;party", "unknown-column") in refusal(text)[0]
    assert refusal("row_key;party\tproduct\r\n")[0][0] == ("row_key;party\\u0009product", "unknown-column")


def test_the_version_cell_of_a_template_is_checked() -> None:
    """The right one is passed over, with the header in the row below; row numbers stay those of the sheet."""
    title = ("供应导入", mark("offers"))
    (row,) = rows_of(csv_of(HEADER, an_offer(note="x"), header=title))
    assert (row.number, row.row_key) == (3, "o1")
    assert rows_of(workbook_of(title, HEADER, an_offer(note="x"))) == [row]
    assert count_rows(csv_of(HEADER, an_offer(), header=title).encode(), "offers") == 1


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "offers"])
def test_a_template_of_another_kind_is_named(kind: FileKind) -> None:
    """One message that says so, instead of a list of unknown columns."""
    codes, said = refusal(csv_of(COLUMNS[kind], header=(mark(kind),)))
    assert codes == [("file", "other-kind")]
    assert KIND_TITLES[kind][1].lower() in said


def test_a_template_of_another_version_is_refused() -> None:
    """An older or newer one may mean something else by the same column."""
    for version in ("0", "2", "999999"):
        codes, said = refusal(csv_of(HEADER, an_offer(), header=(f"duijie/offers/{version}",)))
        assert codes == [("file", "other-version")]
        assert version in said
    assert refusal("duijie/offers/x\r\n")[0][0] == ("duijie/offers/x", "unknown-column")


def test_too_many_cells_are_those_that_hold_something() -> None:
    """Empty cells behind the last column come from formatting; a word there is content that nobody asked for."""
    right, wrong = rows_of(csv_of((*an_offer(), "", ""), (*an_offer(row_key="o2"), "", "x")))
    assert (faults(right), faults(wrong)) == ([], [("row", "too-many-cells")])
