"""Reading the list of counties that staff upload.

XLSX, or CSV in UTF-8 (with or without byte order mark) or GB18030, with a header in Chinese or English: `county` (six
digits, or twelve ending in zeros), and where there are any `name`, `valid_from`, `valid_to`, `note`. Codes mean what
they meant on the day of the list. Every problem is named by its row and column; with any problem there is no edition.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

from duijie_shared.geography.counties import counties
from duijie_shared.geography.county_names import short_names
from duijie_shared.geography.designation_book import Holds, ListEdition, ListEntry
from duijie_shared.geography.designation_table import (
    LONGEST_SHOWN,
    ListProblem,
    ListRow,
    UnreadableListError,
    table,
    whole_file,
)

MOST_PROBLEMS = 200
LONGEST_TEXT = 500
LIST_CODE = re.compile(r"(?=.{1,40}\Z)[a-z0-9]+(?:-[a-z0-9]+)*")
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
COUNTY_CODE = re.compile(r"([0-9]{6})(?:0{6})?")
BAD_TEXT = ("过长或含有控制字符", "is too long or has control characters")


@dataclass(frozen=True, slots=True)
class ListHead:
    """What staff say about a list beside its rows. `effective_from` is the day it was published or takes effect."""

    code: str
    title_zh: str
    title_en: str
    source: str
    effective_from: dt.date
    effective_to: dt.date | None = None
    holds: Holds = "while_valid"
    complete: bool = True
    published_entries: int | None = None
    """How many entries the publisher says there are; a different count of rows is a problem."""


@dataclass(frozen=True, slots=True)
class ParsedList:
    """The edition, or None with the problems (at most 200 of them). `rows` counts rows that are not blank."""

    edition: ListEdition | None
    problems: tuple[ListProblem, ...]
    rows: int


def parse_designation_list(content: bytes, head: ListHead) -> ParsedList:
    """The edition that a file's bytes and its head state; never raises for what staff wrote."""
    problems = list(_head_problems(head))
    reader = _Reader(head.effective_from)
    try:
        for row in table(content):
            reader.read(row)
    except UnreadableListError as error:
        return ParsedList(None, (*problems, *error.problems), 0)
    problems += reader.problems
    if reader.rows == 0:
        problems.append(
            whole_file("empty", "没有数据行; 结束名录请另行操作", "has no rows; end a list instead")
        )
    elif head.published_entries not in {None, reader.rows}:
        zh, en = f"文件有 {reader.rows} 行", f"the file has {reader.rows} rows"
        problems.append(_head("published_entries", head.published_entries, "count-differs", zh, en))
    if problems:
        return ParsedList(None, tuple(problems[:MOST_PROBLEMS]), reader.rows)
    edition = ListEdition(
        code=head.code,
        title_zh=head.title_zh.strip(),
        title_en=head.title_en.strip(),
        source=head.source.strip(),
        holds=head.holds,
        complete=head.complete,
        effective_from=head.effective_from,
        effective_to=head.effective_to,
        entries=tuple(reader.entries),
    )
    return ParsedList(edition, (), reader.rows)


class _Reader:
    """Rows to entries; problems are collected."""

    def __init__(self, as_of: dt.date) -> None:
        self.entries: list[ListEntry] = []
        self.problems: list[ListProblem] = []
        self.rows = 0
        self._as_of = as_of
        self._seen: dict[str, int] = {}

    def read(self, row: ListRow) -> None:
        self.rows += 1
        before = len(self.problems)
        number, values = row.number, row.cells
        for column, fault in row.faults.items():
            self._refuse(number, column, values[column][:LONGEST_SHOWN], fault.code, fault.zh, fault.en)
        if row.faults:
            return
        for name, value in values.items():
            if len(value) > LONGEST_TEXT or not value.isprintable():
                self._refuse(number, name, value[:LONGEST_SHOWN], "bad-text", *BAD_TEXT)
        name, note = values.get("name", ""), values.get("note", "")
        code = self._code(number, values["county"])
        county = None if code is None else self._county(number, code)
        if code is not None and county is not None:
            self._check_name(number, name, code, county)
        first = self._day(number, "valid_from", values.get("valid_from", ""))
        last = self._day(number, "valid_to", values.get("valid_to", ""))
        if first is not None and last is not None and last < first:
            self._refuse(number, "valid_to", str(last), "reversed", "早于起始日期", "is before valid_from")
        if len(self.problems) == before and code is not None and county is not None:
            listed = name or counties().get(county).name_zh
            self.entries.append(ListEntry(county, code, listed, first, last, "uploaded", note))

    def _code(self, number: int, text: str) -> str | None:
        match = COUNTY_CODE.fullmatch(text)
        if not text:
            self._refuse(number, "county", text, "required", "必填", "is required")
        elif match is None:
            zh, en = "应为 6 位行政区划代码", "must be a code of six digits"
            self._refuse(number, "county", text[:LONGEST_SHOWN], "not-a-code", zh, en)
        elif match[1] in self._seen:
            first = self._seen[match[1]]
            self._refuse(
                number, "county", text, "repeated", f"与第 {first} 行重复", f"is the same as in row {first}"
            )
        else:
            self._seen[match[1]] = number
            return match[1]
        return None

    def _county(self, number: int, code: str) -> str | None:
        found = counties().resolve(code, self._as_of)
        if found.ambiguous:
            among = ", ".join(f"{one} {counties().get(one).name_zh}" for one in found.candidates)
            zh, en = f"该代码已拆分, 请写明现代码: {among}", f"was split; name one of today's: {among}"
            problem = ListProblem(number, "county", code, "ambiguous-county", zh, en, found.candidates)
            self.problems.append(problem)
        elif found.code is None and code.endswith("00"):
            zh, en = "是省级或地级代码, 应为县级", "is a province or prefecture, not a county"
            self._refuse(number, "county", code, "not-a-county", zh, en)
        elif found.code is None:
            self._refuse(number, "county", code, "unknown-county", "没有这个县级代码", "is no county code")
        return found.code

    def _check_name(self, number: int, name: str, code: str, county: str) -> None:
        """A name guards against shifted columns: it must be one that the code has or had."""
        today = counties().get(county).name_zh
        names = {today, *(row.name_zh for row in counties().former(code))}
        if name and name not in names and not any(name in short_names(one) for one in names):
            zh, en = f"代码 {code} 是{today}", f"the code {code} is {today}"
            self._refuse(number, "name", name[:LONGEST_SHOWN], "name-differs", zh, en)

    def _day(self, number: int, column: str, text: str) -> dt.date | None:
        day = None
        with suppress(ValueError):
            day = dt.date.fromisoformat(text) if DAY.fullmatch(text) else None
        if text and day is None:
            zh, en = "应为 YYYY-MM-DD 格式的日期", "must be a date, YYYY-MM-DD"
            self._refuse(number, column, text[:LONGEST_SHOWN], "not-a-date", zh, en)
        return day

    def _refuse(self, row: int, column: str, value: str, code: str, zh: str, en: str) -> None:
        self.problems.append(ListProblem(row, column, value, code, zh, en))


def _head_problems(head: ListHead) -> Iterator[ListProblem]:
    if not LIST_CODE.fullmatch(head.code):
        zh, en = (
            "应为小写字母、数字和连字符, 最多 40 个字符",
            "must be small letters, digits and hyphens, 40 at most",
        )
        yield _head("code", head.code[:LONGEST_SHOWN], "bad-code", zh, en)
    for name, text in (("title_zh", head.title_zh), ("title_en", head.title_en), ("source", head.source)):
        if not text.strip():
            yield _head(name, text, "required", "必填", "is required")
        elif len(text) > LONGEST_TEXT or not text.isprintable():
            yield _head(name, text[:LONGEST_SHOWN], "bad-text", *BAD_TEXT)
    if head.effective_to is not None and head.effective_to < head.effective_from:
        yield _head("effective_to", head.effective_to, "reversed", "早于生效日期", "is before effective_from")


def _head(name: str, value: object, code: str, zh: str, en: str) -> ListProblem:
    return ListProblem(None, name, str(value), code, zh, en)
