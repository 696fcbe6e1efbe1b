"""Feeding XML to handlers piece by piece: no document type, no entity, no endless tag."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from xml.parsers import expat

from duijie_shared.tabular.errors import TableError
from duijie_shared.tabular.xlsx.package import unreadable

MAIN = (
    "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
    "http://purl.oclc.org/ooxml/spreadsheetml/main",
)
"""The namespaces of the two dialects, transitional and strict."""
OFFICE_RELATIONS = (
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    "http://purl.oclc.org/ooxml/officeDocument/relationships",
)
PACKAGE_RELATIONS = ("http://schemas.openxmlformats.org/package/2006/relationships",)

LONGEST_TAG = 1 << 20
"""Bytes that expat may hold back: it keeps a tag until its end, and a bomb may be one tag."""

Start = Callable[[str, dict[str, str]], None]
End = Callable[[str], None]


def tags(namespaces: Iterable[str], *names: str) -> dict[str, str]:
    """The names as the parser tells them (namespace, blank, name) by their plain ones."""
    return {f"{namespace} {name}": name for namespace in namespaces for name in names}


class Reader:
    """An expat parser whose text arrives in whole pieces while `text` is set."""

    def __init__(self, start: Start, end: End) -> None:
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartElementHandler = start
        parser.EndElementHandler = end
        parser.StartDoctypeDeclHandler = _refuse
        self._parser = parser

    def hear(self, text: Callable[[str], None] | None) -> None:
        """Where text goes from here on; None for nowhere."""
        self._parser.CharacterDataHandler = text

    def feed(self, chunks: Iterable[bytes]) -> Iterator[None]:
        """Parse; after each chunk control comes back, so that what was found can be taken.

        Raises
        ------
        TableError
            When it is not well formed or holds what a workbook has no need of.
        """
        fed = 0
        try:
            for chunk in chunks:
                self._parser.Parse(chunk, False)
                fed += len(chunk)
                if fed - self._parser.CurrentByteIndex > LONGEST_TAG:
                    raise unreadable("XML 标签过长", "it has an endless XML tag")
                yield
            self._parser.Parse(b"", True)
        except expat.ExpatError as error:
            raise unreadable(f"XML 有误 ({error})", f"its XML is broken ({error})") from error
        yield

    def read(self, chunks: Iterable[bytes]) -> None:
        """Parse to the end."""
        for _ in self.feed(chunks):
            pass


def _refuse(*_: object) -> None:
    raise unreadable("XML 含有 DOCTYPE", "its XML declares a document type")


def number(text: str | None, otherwise: int) -> int:
    """A whole number of an attribute; `otherwise` where it is absent."""
    if text is None:
        return otherwise
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise unreadable(f"“{text[:20]}”不是编号", f"{text[:20]!r} is no index")
    return int(text)


__all__ = [
    "MAIN",
    "OFFICE_RELATIONS",
    "PACKAGE_RELATIONS",
    "Reader",
    "TableError",
    "number",
    "tags",
]
