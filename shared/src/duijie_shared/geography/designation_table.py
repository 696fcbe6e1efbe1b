"""The table in an uploaded list: its bytes, its header, its rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from duijie_shared.tabular import Fault, Record, TableError, read_tables

COLUMNS: Mapping[str, str] = {
    "county": "county", "code": "county", "adcode": "county", "县代码": "county", "行政区划代码": "county", "代码": "county",
    "name": "name", "县名": "name", "名称": "name", "县": "name",
    "valid_from": "valid_from", "起始日期": "valid_from",
    "valid_to": "valid_to", "截止日期": "valid_to",
    "note": "note", "备注": "note",
}  # fmt: skip
"""Spellings of the columns in a file's header, in lower case."""

MOST_BYTES = 5_000_000
MOST_ROWS = 10_000
LONGEST_SHOWN = 50


@dataclass(frozen=True, slots=True)
class ListProblem:
    """Why a list can't be taken. `row` is counted as a spreadsheet does (the header is 1) and None for what is said
    beside the rows and for the file as a whole.
    """

    row: int | None
    column: str
    value: str
    code: str
    zh: str
    en: str
    candidates: tuple[str, ...] = ()
    """For an ambiguous county: the codes of today among which staff have to name one."""


class UnreadableListError(Exception):
    """A file of which no row can be taken."""

    def __init__(self, *problems: ListProblem) -> None:
        super().__init__(problems)
        self.problems = problems


@dataclass(frozen=True, slots=True)
class ListRow:
    """One row: its number as a spreadsheet shows it, its cells by column, and what no cell may be (a formula)."""

    number: int
    cells: dict[str, str]
    faults: Mapping[str, Fault]


def table(content: bytes) -> Iterator[ListRow]:
    """The rows of a CSV or XLSX file, blank ones left out.

    Raises UnreadableListError for a file that is too large, a CSV in neither UTF-8 nor GB18030, no table at all, a
    workbook of several visible sheets, or whose header has unknown, repeated or missing columns.
    """
    rows = _rows(content)
    first = next(rows, None)
    columns = _columns([] if first is None else first.cells)
    for record in rows:
        if record.blank:
            continue
        cells = {
            name: record.cells[at].strip() if at < len(record.cells) else "" for name, at in columns.items()
        }
        faults = {fault.column: fault for fault in record.faults}
        yield ListRow(
            record.number, cells, {name: faults[at] for name, at in columns.items() if at in faults}
        )


def whole_file(code: str, zh: str, en: str) -> ListProblem:
    """A problem of the file, not of a row."""
    return ListProblem(None, "file", "", code, zh, en)


def _rows(content: bytes) -> Iterator[Record]:
    if len(content) > MOST_BYTES:
        limit = (f"不能超过 {MOST_BYTES} 字节", f"must be {MOST_BYTES} bytes at most")
        raise UnreadableListError(whole_file("too-large", *limit))
    try:
        tables = read_tables(content)
        if len(tables) != 1:
            zh, en = "工作簿应只有一个可见的工作表", "the workbook must have one visible sheet"
            raise UnreadableListError(whole_file("sheets", zh, en))
        for record in tables[0].records():
            if record.number > MOST_ROWS + 1:
                limit = (f"不能超过 {MOST_ROWS} 行", f"must be {MOST_ROWS} rows at most")
                raise UnreadableListError(whole_file("too-large", *limit))
            yield record
    except TableError as error:
        raise UnreadableListError(whole_file(error.code, error.zh, error.en)) from error


def _columns(header: Sequence[str]) -> Mapping[str, int]:
    columns: dict[str, int] = {}
    problems: list[ListProblem] = []
    for at, cell in enumerate(header):
        word = cell.strip()
        name = COLUMNS.get(word.lower())
        if name is None and word:
            known = ", ".join(dict.fromkeys(COLUMNS.values()))
            zh, en = f"没有这一列; 可用: {known}", f"is no column; there are: {known}"
            shown = word[:LONGEST_SHOWN]
            problems.append(ListProblem(1, shown, shown, "unknown-column", zh, en))
        elif name in columns:
            problems.append(ListProblem(1, word, word, "repeated-column", "列重复", "the column is repeated"))
        elif name is not None:
            columns[name] = at
    if "county" not in columns:
        zh, en = "缺少列 county (行政区划代码)", "the column county is missing"
        problems.append(ListProblem(1, "county", "", "missing-column", zh, en))
    if problems:
        raise UnreadableListError(*problems)
    return columns
