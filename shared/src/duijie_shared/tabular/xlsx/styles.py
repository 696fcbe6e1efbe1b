"""Which cell styles show a number as a date."""

from __future__ import annotations

import re
from collections.abc import Iterable

from duijie_shared.tabular.xlsx.xml import MAIN, Reader, number, tags

BUILT_IN_DATES = frozenset((*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)))
"""Number formats that need no definition (ISO/IEC 29500-1, 18.8.30), those of Chinese and Japanese included."""

_LITERAL = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]')
"""What a format code shows as it is, or says about colour and locale."""


def date_styles(chunks: Iterable[bytes]) -> frozenset[int]:
    """The indices of the cell formats that show dates or times."""
    return _Styles(chunks).dates()


def is_date_code(code: str) -> bool:
    """Whether a format code shows a date: `yyyy"年"m"月"d"日"` does, `0.00"kg"` does not."""
    first = _LITERAL.sub("", code).split(";", 1)[0]
    return first.lower() != "general" and any(letter in first for letter in "dmyhsDMYHS")


class _Styles:
    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._tags = tags(MAIN, "numFmt", "cellXfs", "xf")
        self._codes: dict[int, str] = {}
        self._formats: list[int] = []
        self._inside = False
        Reader(self._start, self._end).read(chunks)

    def dates(self) -> frozenset[int]:
        return frozenset(index for index, format_ in enumerate(self._formats) if self._is_date(format_))

    def _is_date(self, format_: int) -> bool:
        code = self._codes.get(format_)
        return format_ in BUILT_IN_DATES if code is None else is_date_code(code)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        tag = self._tags.get(name)
        if tag == "cellXfs":
            self._inside = True
        elif tag == "xf" and self._inside:
            self._formats.append(number(attributes.get("numFmtId"), 0))
        elif tag == "numFmt":
            self._codes[number(attributes.get("numFmtId"), 0)] = attributes.get("formatCode", "")

    def _end(self, name: str) -> None:
        if self._tags.get(name) == "cellXfs":
            self._inside = False
