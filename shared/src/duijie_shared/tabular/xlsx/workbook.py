"""A workbook and its visible sheets."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from duijie_shared.tabular.errors import TableError
from duijie_shared.tabular.records import Record
from duijie_shared.tabular.xlsx.package import Package, resolved, unreadable
from duijie_shared.tabular.xlsx.strings import SharedStrings
from duijie_shared.tabular.xlsx.styles import date_styles
from duijie_shared.tabular.xlsx.worksheet import Worksheet
from duijie_shared.tabular.xlsx.xml import MAIN, OFFICE_RELATIONS, PACKAGE_RELATIONS, Reader, tags

MOST_STRUCTURE = 16 << 20
MOST_STRINGS = 256 << 20
MOST_SHEETS = 200
TRUE = {"1", "true"}


class Sheet:
    """A visible sheet."""

    def __init__(self, workbook: Workbook, name: str, part: str) -> None:
        self.name = name
        self._workbook, self._part = workbook, part

    def records(self) -> Iterator[Record]:
        """The rows that hold anything, from the first at every call."""
        book = self._workbook
        rows = Worksheet(book.strings, book.dates, since_1904=book.since_1904)
        return rows.records(book.package.chunks(self._part))


class Workbook:
    """An XLSX file.

    Raises
    ------
    TableError
        When it is damaged, far too large inside, or another kind of archive.
    """

    def __init__(self, content: bytes) -> None:
        self.package = Package(content)
        self.since_1904 = False
        self.sheets: list[Sheet] = []
        self._relations: dict[str, tuple[str, str]] = {}
        self._part = self._office_document()
        self._relations = self._relations_of(self._part)
        self._tags = tags(MAIN, "workbookPr", "sheet")
        self._ids = tags(OFFICE_RELATIONS, "id")
        Reader(self._start, lambda _: None).read(self.package.chunks(self._part, MOST_STRUCTURE))

    @cached_property
    def strings(self) -> SharedStrings:
        """The strings that cells share."""
        part = self._part_of("sharedStrings")
        return SharedStrings(self.package.chunks(part, MOST_STRINGS) if part else None)

    @cached_property
    def dates(self) -> frozenset[int]:
        """The cell styles that show dates."""
        part = self._part_of("styles")
        return date_styles(self.package.chunks(part, MOST_STRUCTURE)) if part else frozenset()

    def _office_document(self) -> str:
        found = [
            target
            for kind, target in self._relations_of("").values()
            if kind.endswith("/officeDocument") and self.package.has(target)
        ]
        if not found or found[0].endswith(".bin"):
            raise TableError(
                "not-a-table",
                "文件不是 XLSX 工作簿 (可能是 ODS、XLSB、文档或压缩包), 请另存为 XLSX 或 CSV",
                "the file is no XLSX workbook (an ODS, XLSB, document or archive); save it as XLSX or CSV",
            )
        return found[0]

    def _relations_of(self, part: str) -> dict[str, tuple[str, str]]:
        """Type and target of a part's relations by their ids; none where it has no list of them."""
        folder, _, file = part.rpartition("/")
        listed = f"{folder}/_rels/{file}.rels".lstrip("/")
        found: dict[str, tuple[str, str]] = {}
        known = tags(PACKAGE_RELATIONS, "Relationship")

        def start(name: str, attributes: dict[str, str]) -> None:
            if name in known and attributes.get("TargetMode") != "External":
                target = resolved(part, attributes.get("Target", ""))
                found[attributes.get("Id", "")] = (attributes.get("Type", ""), target)

        if self.package.has(listed):
            Reader(start, lambda _: None).read(self.package.chunks(listed, MOST_STRUCTURE))
        return found

    def _part_of(self, kind: str) -> str | None:
        found = [part for type_, part in self._relations.values() if type_.endswith(f"/{kind}")]
        return found[0] if found else None

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        tag = self._tags.get(name)
        if tag == "workbookPr":
            self.since_1904 = attributes.get("date1904") in TRUE
        elif tag == "sheet" and attributes.get("state", "visible") == "visible":
            id_ = next((attributes[key] for key in self._ids if key in attributes), "")
            kind, part = self._relations.get(id_, ("", ""))
            if not kind:
                raise unreadable("找不到工作表", "a sheet is missing")
            if kind.endswith("/worksheet") and len(self.sheets) < MOST_SHEETS:
                self.sheets.append(Sheet(self, attributes.get("name", ""), part))
