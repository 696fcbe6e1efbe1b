"""Workbooks for tests: by an independent writer (openpyxl), or from raw XML where a hostile one is wanted."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from duijie_shared.posting import PostingError
from duijie_shared.posting.files import FileKind, Row, read_rows
from openpyxl import Workbook, load_workbook

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"

HEADER = (
    "row_key",
    "party",
    "product",
    "grade",
    "quantity",
    "unit",
    "county",
    "available_from",
    "available_to",
    "note",
)
OFFER = ("o1", "p1", "potato", "4", "30", "t", "520526", "2026-11-25", "2027-01-20", "")


def an_offer(**changes: str) -> tuple[str, ...]:
    """The cells of a good offer with changes."""
    return tuple({**dict(zip(HEADER, OFFER, strict=True)), **changes}.values())


def csv_of(*rows: Iterable[str], header: Iterable[str] = HEADER, separator: str = ",") -> str:
    """Rows as CSV; cells are taken as they are, quotes included."""
    return "".join(separator.join(row) + "\r\n" for row in (header, *rows))


def workbook_of(*rows: Sequence[Any], sheet: str = "Sheet1", **more: Sequence[Sequence[Any]]) -> bytes:
    """A workbook by openpyxl; `more` are further sheets."""
    book = Workbook()
    book.remove(book.active)  # type: ignore[arg-type]
    for name, lines in {sheet: rows, **more}.items():
        page = book.create_sheet(name)
        for line in lines:
            page.append(list(line))
    return saved(book)


def saved(book: Any) -> bytes:
    """The file of an openpyxl workbook."""
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def opened(content: bytes) -> Any:
    """The openpyxl workbook of a file."""
    return load_workbook(io.BytesIO(content))


def raw_workbook(
    sheet_data: str = "",
    *,
    strings: str | None = None,
    styles: str | None = None,
    properties: str = "",
    main: str = MAIN,
    parts: Mapping[str, str | bytes] | None = None,
) -> bytes:
    """A workbook of one sheet whose `sheetData` is given as XML; `parts` are added or put in place of others."""
    relation = f'<Relationship Id="r{{0}}" Type="{OFFICE}/{{1}}" Target="{{2}}"/>'
    relations = [relation.format(1, "worksheet", "worksheets/sheet1.xml")]
    office = relation.format(1, "officeDocument", "xl/workbook.xml")
    files: dict[str, str | bytes] = {
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}">{office}</Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{OFFICE}"><workbookPr {properties}/>'
        '<sheets><sheet name="one" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{main}"><sheetData>{sheet_data}</sheetData></worksheet>',
    }
    if strings is not None:
        relations.append(relation.format(2, "sharedStrings", "sharedStrings.xml"))
        files["xl/sharedStrings.xml"] = f'<sst xmlns="{main}">{strings}</sst>'
    if styles is not None:
        relations.append(relation.format(3, "styles", "/xl/styles.xml"))
        files["xl/styles.xml"] = f'<styleSheet xmlns="{main}">{styles}</styleSheet>'
    files["xl/_rels/workbook.xml.rels"] = (
        f'<Relationships xmlns="{PACKAGE}">{"".join(relations)}</Relationships>'
    )
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in {**files, **(parts or {})}.items():
            archive.writestr(name, text)
    return stream.getvalue()


def raw_row(number: int, cells: Iterable[str]) -> str:
    """A row of inline texts."""
    return f'<row r="{number}">{"".join(map(raw_cell, cells))}</row>'


def raw_cell(text: str) -> str:
    """A cell of inline text."""
    return f"<c t='inlineStr'><is><t>{text}</t></is></c>"


def rows_of(content: bytes | str, kind: FileKind = "offers") -> list[Row]:
    """All rows of a file."""
    return list(read_rows(content.encode() if isinstance(content, str) else content, kind))


def faults(row: Row) -> list[tuple[str, str]]:
    """Column and code of what is wrong with the row as a row, after a look that each says why in both languages."""
    for error in row.errors:
        assert any("\u4e00" <= char <= "\u9fff" for char in error.zh), error
        assert error.en
    return [(error.field, error.code) for error in row.errors]


def refusal(content: bytes | str, kind: FileKind = "offers") -> tuple[list[tuple[str, str]], str]:
    """Why a file is refused as a whole: fields and codes, and what it says in English."""
    try:
        rows_of(content, kind)
    except PostingError as error:
        for one in error.errors:
            assert any("\u4e00" <= char <= "\u9fff" for char in one.zh), one
        return [(one.field, one.code) for one in error.errors], " ".join(one.en for one in error.errors)
    raise AssertionError("the file was taken")
