"""Finding the table in a file and the columns in its header."""

from __future__ import annotations

import difflib
import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from duijie_shared.posting.columns import (
    COLUMNS,
    DESCRIPTIONS,
    KIND_TITLES,
    REQUIRED,
    SCHEMA_VERSION,
    FileKind,
    column_of,
    read_mark,
)
from duijie_shared.posting.errors import FieldError, PostingError
from duijie_shared.posting.fields import printable
from duijie_shared.tabular import Record, Table

ROW_KEY_TITLES = {"row_key", DESCRIPTIONS["row_key"].zh}
NO_OTHERS: Mapping[str, str] = MappingProxyType({})
CLOSE = 0.6
"""Likeness from which on a column is suggested, of 1 (difflib's ratio)."""


@dataclass(frozen=True)
class Opened:
    """A table whose header was read: what its cells say, the version cell if there was one, the rows below."""

    name: str
    header: list[str]
    version: tuple[FileKind, int] | None
    records: Iterator[Record]

    def columns(self, kind: FileKind, beside: Mapping[str, str] = NO_OTHERS) -> list[str]:
        """The column of every header cell; `beside` has columns that the reader alone knows, by title.

        Raises
        ------
        PostingError
            Naming every cell that names no column or one that was there before, and every column that is missing;
            or the version cell, when it is of another kind or version.
        """
        _check_version(self.version, kind)
        errors: list[FieldError] = []
        columns: list[str] = []
        for position, cell in enumerate(self.header):
            name = column_of(cell, kind) or beside.get(cell)
            if name is None:
                errors.append(_unknown(cell, position, kind))
            elif name in columns:
                errors.append(
                    FieldError(name, "repeated-column", f"列“{cell}”重复", f"the column {cell!r} is repeated")
                )
            columns.append(name or "")
        errors.extend(
            FieldError(
                name,
                "missing-column",
                f"缺少列“{DESCRIPTIONS[name].zh}” ({name})",
                f"the column {name!r} is missing",
            )
            for name in REQUIRED[kind]
            if name not in columns
        )
        if errors:
            raise PostingError(errors)
        return columns


def opened(tables: Sequence[Table]) -> Opened:
    """The one table to import: the sheet with a version cell, else the one with a row key, else the first filled one.

    Raises
    ------
    PostingError
        When several sheets could be meant: none of them is left out in silence.
    """
    found = [_open(table) for table in tables]
    marked = [table for table in found if table.version is not None]
    keyed = [table for table in found if ROW_KEY_TITLES.intersection(table.header)]
    likely = marked or keyed or [table for table in found if table.header][:1] or found[:1]
    if len(likely) > 1:
        names = ", ".join(printable(table.name) for table in likely)
        zh = f"有几张工作表都像要导入的: {names}; 请合成一张, 或分成几个文件"
        en = f"several sheets could be meant: {names}; put the rows into one, or into several files"
        raise PostingError([FieldError("file", "several-sheets", zh, en)])
    return likely[0] if likely else Opened("", [], None, iter(()))


def _open(table: Table) -> Opened:
    records = table.records()
    filled = (record for record in records if not record.blank)
    first = next(filled, None)
    version = None
    if first is not None:
        version = next(filter(None, (read_mark(cell.strip()) for cell in first.cells)), None)
    header = first if version is None else next(filled, None)
    return Opened(table.name, _titles(header), version, records)


def _titles(record: Record | None) -> list[str]:
    """The header's cells; what is empty at its end is nothing but formatted cells."""
    cells = [cell.strip() for cell in record.cells] if record is not None else []
    return list(reversed(list(itertools.dropwhile(lambda cell: not cell, reversed(cells)))))


def _check_version(version: tuple[FileKind, int] | None, kind: FileKind) -> None:
    if version is None or version == (kind, SCHEMA_VERSION):
        return
    of, number = version
    (is_zh, is_en), (want_zh, want_en) = KIND_TITLES[of], KIND_TITLES[kind]
    if of != kind:
        error = FieldError(
            "file",
            "other-kind",
            f"这是“{is_zh}”的文件, 而要导入的是“{want_zh}”",
            f"this is a file of {is_en.lower()}, while {want_en.lower()} are to be imported",
        )
    else:
        error = FieldError(
            "file",
            "other-version",
            f"模板版本是 {number}, 现用版本是 {SCHEMA_VERSION}; 请重新下载模板",
            f"the template has version {number}, the present one is {SCHEMA_VERSION}; download it again",
        )
    raise PostingError([error])


def _unknown(cell: str, position: int, kind: FileKind) -> FieldError:
    if not cell:
        zh, en = f"第 {position + 1} 列没有列名", f"the column {position + 1} has no name"
        return FieldError(f"#{position + 1}", "unknown-column", zh, en)
    shown = printable(cell)
    names = COLUMNS[kind]
    words = {title: name for name in names for title in (name, DESCRIPTIONS[name].zh)}
    close = difflib.get_close_matches(cell[:100].lower(), words, n=1, cutoff=CLOSE)
    hint_zh = hint_en = ""
    if close:
        name = words[close[0]]
        hint_zh, hint_en = f"是否指“{DESCRIPTIONS[name].zh}” ({name})? ", f"did you mean {name!r}? "
    titles = ", ".join(DESCRIPTIONS[name].zh for name in names)
    return FieldError(
        shown,
        "unknown-column",
        f"没有列“{shown}”; {hint_zh}可用: {titles}",
        f"no column {shown!r}; {hint_en}there are: {', '.join(names)}",
    )
