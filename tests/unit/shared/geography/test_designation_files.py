"""Uploaded lists: every cell that cannot be taken is named, and then nothing is taken."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
from duijie_shared.geography import DesignationBook, ListHead, ListProblem, parse_designation_list
from workbooks import workbook_of

HEAD = ListHead("our-list", "本地名录", "Our list", "Notice 12 of 2027", dt.date(2027, 1, 1))


def problems(text: str, head: ListHead = HEAD) -> list[tuple[int | None, str, str]]:
    parsed = parse_designation_list(text.encode(), head)
    assert parsed.edition is None
    assert all(problem.zh and problem.en for problem in parsed.problems)
    return [(problem.row, problem.column, problem.code) for problem in parsed.problems]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize(
    "text",
    [
        "county,name,note\n520526,威宁县,高原\n\n420321,郧县,\n",
        "行政区划代码,县名,备注\r\n520526,威宁彝族回族苗族自治县,高原\r\n420321000000,郧阳区,\r\n",
        "note,Code\n高原,520526\n,420321\n",
    ],
)
def test_a_list_becomes_an_edition(text: str, encoding: str) -> None:
    """Chinese or English header, any order of columns, old and new names, UTF-8 and GB18030."""
    parsed = parse_designation_list(text.encode(encoding), HEAD)
    assert parsed.problems == ()
    assert parsed.rows == 2
    assert parsed.edition is not None
    first, second = parsed.edition.entries
    assert (first.county, first.listed_code, first.note, first.status) == (
        "520526",
        "520526",
        "高原",
        "uploaded",
    )
    assert (second.county, second.listed_code) == ("420304", "420321")
    book = DesignationBook([parsed.edition])
    assert book.of("420304", HEAD.effective_from) == ("our-list",)
    assert book.of("420304", dt.date(2026, 12, 31)) == ()


def test_a_workbook_does_as_well() -> None:
    """XLSX with codes as text or as numbers and days as days; of several visible sheets nobody can say which."""
    rows = (("county", "name", "valid_from"), ("520526", "威宁县", dt.date(2027, 1, 1)), (420321, "", None))
    parsed = parse_designation_list(workbook_of(*rows), HEAD)
    assert parsed.problems == ()
    assert parsed.edition is not None
    assert [(entry.county, entry.valid_from) for entry in parsed.edition.entries] == [
        ("520526", dt.date(2027, 1, 1)),
        ("420304", None),
    ]
    two = parse_designation_list(workbook_of(*rows, other=rows), HEAD)
    assert [problem.code for problem in two.problems] == ["sheets"]


def test_codes_mean_what_they_meant_on_the_day_of_the_list() -> None:
    """110103 was 崇文区 until 2010, which is 东城区 today."""
    parsed = parse_designation_list(b"county\n110103\n", replace(HEAD, effective_from=dt.date(2009, 1, 1)))
    assert parsed.edition is not None
    assert parsed.edition.entries[0].county == "110101"


def test_days_of_entries() -> None:
    """Both are optional, each on its own."""
    text = (
        "county,valid_from,valid_to\n520526,2027-01-01,2027-01-01\n520525,,2028-12-31\n370783,2027-05-01,\n"
    )
    parsed = parse_designation_list(text.encode(), HEAD)
    assert parsed.edition is not None
    assert [(entry.valid_from, entry.valid_to) for entry in parsed.edition.entries] == [
        (dt.date(2027, 1, 1), dt.date(2027, 1, 1)),
        (None, dt.date(2028, 12, 31)),
        (dt.date(2027, 5, 1), None),
    ]


@pytest.mark.parametrize(
    ("row", "column", "code"),
    [
        (",威宁县,,", "county", "required"),
        ("52052,,,", "county", "not-a-code"),
        ("5205260,,,", "county", "not-a-code"),
        ("520526.0,,,", "county", "not-a-code"),
        ("520526000001,,,", "county", "not-a-code"),
        ("520500,,,", "county", "not-a-county"),
        ("520000,,,", "county", "not-a-county"),
        ("999999,,,", "county", "unknown-county"),
        ("342401,,,", "county", "ambiguous-county"),
        ("370783,,,", "county", "repeated"),
        ("370783000000,,,", "county", "repeated"),
        ("520526,纳雍县,,", "name", "name-differs"),
        ("520526,,2027-1-1,", "valid_from", "not-a-date"),
        ("520526,,2027-02-29,", "valid_from", "not-a-date"),
        ("520526,,,20271231", "valid_to", "not-a-date"),
        ("520526,,2027-01-02,2027-01-01", "valid_to", "reversed"),
        ("520526,=A1,,", "name", "formula"),
        ("520526,威宁\u0007县,,", "name", "bad-text"),
        (f"520526,{'威' * 501},,", "name", "bad-text"),
    ],
)
def test_each_problem_is_named_by_row_and_column(row: str, column: str, code: str) -> None:
    """Row 1 is the header and row 2 is right: the third is to blame, and the whole list waits."""
    found = problems(f"county,name,valid_from,valid_to\n370783,,,\n{row}\n")
    assert (3, column, code) in found
    assert {at for at, _, _ in found} == {3}


def test_an_ambiguous_code_names_its_candidates() -> None:
    """Staff see among which counties of today they have to choose."""
    parsed = parse_designation_list(b"county\n342401\n", HEAD)
    (problem,) = parsed.problems
    assert problem.candidates == ("341502", "341503")
    assert "金安区" in problem.zh
    assert "341503" in problem.en


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", [(1, "county", "missing-column")]),
        ("name\n威宁县\n", [(1, "county", "missing-column")]),
        ("county,colour\n520526,red\n", [(1, "colour", "unknown-column")]),
        ("county,代码\n520526,520526\n", [(1, "代码", "repeated-column")]),
        ('county\n"520526\n', [(None, "file", "unreadable")]),
        ("county\n", [(None, "file", "empty")]),
        ("county\n\n , \n", [(None, "file", "empty")]),
    ],
)
def test_files_of_which_nothing_can_be_taken(text: str, found: list[tuple[int | None, str, str]]) -> None:
    """An empty list is a slip, not an end: a list is ended on purpose elsewhere."""
    assert problems(text) == found


def test_other_bytes_are_refused() -> None:
    """Neither UTF-8 nor GB18030, and too much of either."""
    for content, code in ((b"\xff\xfec\x00", "not-utf-8"), (b"county\n" + b"5" * 5_000_000, "too-large")):
        parsed = parse_designation_list(content, HEAD)
        assert [problem.code for problem in parsed.problems] == [code]


@pytest.mark.parametrize(("rows", "code"), [(10_000, []), (10_001, ["too-large"])])
def test_limit_of_rows(rows: int, code: list[str]) -> None:
    """Ten thousand rows, blank ones counted."""
    parsed = parse_designation_list(b"county\n520526\n" + b"\n" * (rows - 1), HEAD)
    assert [problem.code for problem in parsed.problems] == code


@pytest.mark.parametrize(
    ("change", "column", "code"),
    [
        ({"code": "Our list"}, "code", "bad-code"),
        ({"code": ""}, "code", "bad-code"),
        ({"code": "a" * 41}, "code", "bad-code"),
        ({"title_zh": " "}, "title_zh", "required"),
        ({"title_en": ""}, "title_en", "required"),
        ({"source": ""}, "source", "required"),
        ({"source": "a\u0000b"}, "source", "bad-text"),
        ({"effective_to": dt.date(2026, 12, 31)}, "effective_to", "reversed"),
        ({"published_entries": 2}, "published_entries", "count-differs"),
    ],
)
def test_what_is_said_beside_the_rows_is_checked_too(change: dict[str, Any], column: str, code: str) -> None:
    """These problems have no row."""
    assert problems("county\n520526\n", replace(HEAD, **change)) == [(None, column, code)]


def test_the_head_on_the_right_side_of_its_limits() -> None:
    """Forty characters, an end on the first day, a count that agrees."""
    head = replace(HEAD, code="a" * 40, effective_to=HEAD.effective_from, published_entries=1)
    parsed = parse_designation_list(b"county\n520526\n", head)
    assert parsed.problems == ()


def test_problems_are_cut_off_somewhere() -> None:
    """A file of rubbish answers with its first 200 problems."""
    parsed = parse_designation_list(b"county\n" + b"x\n" * 300, HEAD)
    assert len(parsed.problems) == 200
    assert all(isinstance(problem, ListProblem) for problem in parsed.problems)
