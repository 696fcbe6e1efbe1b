"""What kind of file it is, told by its bytes and never by its name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from duijie_shared.tabular.delimited import DelimitedTable
from duijie_shared.tabular.errors import TableError
from duijie_shared.tabular.records import Record
from duijie_shared.tabular.xlsx.workbook import Workbook

ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
COMPOUND_FILE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""Old .xls files and encrypted .xlsx ones ([MS-CFB] 2.2)."""


class Table(Protocol):
    """One table of a file: the one of a CSV, or a visible sheet of a workbook."""

    @property
    def name(self) -> str:
        """The sheet's name; empty for a CSV file."""
        ...

    def records(self) -> Iterator[Record]:
        """The rows, from the first at every call. Raises `TableError` where the file cannot be read on."""
        ...


def read_tables(content: bytes) -> Sequence[Table]:
    """The tables of a CSV or XLSX file: none where a workbook has no visible sheet.

    Raises
    ------
    TableError
        When the file is neither, or is broken, or far too large inside.
    """
    if content.startswith(ZIP):
        return Workbook(content).sheets
    if content.startswith(COMPOUND_FILE):
        raise TableError(
            "not-a-table",
            "文件是旧式 .xls 或带密码的工作簿, 请去掉密码并另存为 XLSX 或 CSV",
            "the file is an old .xls or is protected by a password; save it as plain XLSX or CSV",
        )
    return (DelimitedTable(content),)
