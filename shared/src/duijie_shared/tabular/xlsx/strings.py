"""The strings that the cells of a workbook share, packed: one buffer and where each one ends."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator
from functools import lru_cache

from duijie_shared.tabular.formulas import restored
from duijie_shared.tabular.xlsx.package import unreadable
from duijie_shared.tabular.xlsx.text import TextParts, unescaped
from duijie_shared.tabular.xlsx.xml import MAIN, Reader, tags

KEPT = 4096
"""Strings that are kept unpacked: units, products and the like come again and again."""


class SharedStrings:
    """Strings by their index; 100,000 of 30 letters take 4 MB, as Python objects they would take 10.

    They are read as far as they are asked for, so that the header of a large workbook is there at once. `text(index)`
    raises `TableError` where there is no such string, or the part cannot be read up to it.
    """

    def __init__(self, chunks: Iterable[bytes] | None = None) -> None:
        self._text = bytearray()
        self._ends = array("Q")
        self._parts = TextParts()
        self._phonetic = 0
        self._tags = tags(MAIN, "si", "t", "rPh")
        self._reader = Reader(self._start, self._end)
        self._unread: Iterator[None] = iter(()) if chunks is None else self._reader.feed(chunks)
        self.text = lru_cache(KEPT)(self._find)

    def _find(self, index: int) -> str:
        while index >= len(self._ends) and self._read_on():
            self._parts.trim()
        if not 0 <= index < len(self._ends):
            raise unreadable("单元格引用了不存在的文本", "a cell refers to a text that is not there")
        start = self._ends[index - 1] if index else 0
        return restored(self._text[start : self._ends[index]].decode())

    def _read_on(self) -> bool:
        """Read one more piece; whether there was one."""
        return next(self._unread, self) is None

    def _start(self, name: str, _: dict[str, str]) -> None:
        tag = self._tags.get(name)
        if tag == "si":
            self._parts.clear()
        elif tag == "rPh":  # a phonetic guide is no part of the text
            self._phonetic += 1
        elif tag == "t" and not self._phonetic:
            self._reader.hear(self._parts.add)

    def _end(self, name: str) -> None:
        tag = self._tags.get(name)
        if tag == "t":
            self._reader.hear(None)
        elif tag == "rPh":
            self._phonetic -= 1
        elif tag == "si":
            self._text += unescaped(self._parts.text()).encode()
            self._ends.append(len(self._text))
