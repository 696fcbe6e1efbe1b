"""Text of a cell, which may come in runs and with escaped characters."""

from __future__ import annotations

import re

from duijie_shared.tabular.records import LONGEST_CELL

_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_SURROGATES = range(0xD800, 0xE000)


class TextParts:
    """The pieces of one text. `add` takes the next; whoever feeds it calls `trim` now and then."""

    __slots__ = ("_parts", "add")

    def __init__(self) -> None:
        self._parts: list[str] = []
        self.add = self._parts.append

    def clear(self) -> None:
        """Begin another text."""
        self._parts.clear()

    def trim(self) -> None:
        """Let go of what is beyond the longest cell by more than one character."""
        if sum(map(len, self._parts)) > LONGEST_CELL:
            self._parts[:] = ["".join(self._parts)[: LONGEST_CELL + 1]]

    def text(self) -> str:
        """The text so far, as it is written in the file."""
        parts = self._parts
        text = parts[0] if len(parts) == 1 else "".join(parts)
        return text if len(text) <= LONGEST_CELL else text[: LONGEST_CELL + 1]


def unescaped(text: str) -> str:
    """`_x000D_` and the like as the character they stand for (ISO/IEC 29500-1, 22.9.2.19). Half characters stay."""
    return _ESCAPED.sub(_character, text) if "_x" in text else text


def _character(found: re.Match[str]) -> str:
    code = int(found[1], 16)
    return found[0] if code in _SURROGATES else chr(code)
