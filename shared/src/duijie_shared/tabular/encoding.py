"""In which encoding a text file was saved: UTF-8 wins, else GB18030 (what Chinese spreadsheets save), else refused."""

from __future__ import annotations

import codecs
import io
from collections.abc import Iterator
from typing import Literal

from duijie_shared.tabular.errors import TableError

Encoding = Literal["utf-8-sig", "gb18030"]

CHUNK = 1 << 16
UTF_16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def encoding_of(content: bytes) -> Encoding:
    """The encoding that every byte of `content` fits.

    A damaged UTF-8 file may by chance be valid GB18030 and would then be read as nonsense. It is told from a
    GB18030 one by its other characters: most of them are good UTF-8, which in GB18030 text are a few by chance.

    Raises
    ------
    TableError
        `not-utf-8`, naming the first line that does not fit.
    """
    line = _first_broken_line(content, "utf-8")
    if line is None:
        return "utf-8-sig"
    if content.startswith(UTF_16_MARKS):
        raise TableError(
            "not-utf-8",
            "文件是 UTF-16 编码 (从第 1 行起), 请另存为 UTF-8 的 CSV 或 XLSX",
            "the file is UTF-16 from line 1 on; save it as UTF-8 CSV or as XLSX",
        )
    if content.startswith(codecs.BOM_UTF8) or _mostly_utf_8(content):
        raise TableError(
            "not-utf-8",
            f"第 {line} 行有损坏的字符 (其余为 UTF-8), 请改正后另存为 UTF-8 的 CSV",
            f"line {line} has broken characters (the rest is UTF-8); correct it and save the file as UTF-8 CSV",
        )
    line = _first_broken_line(content, "gb18030")
    if line is None:
        return "gb18030"
    raise TableError(
        "not-utf-8",
        f"第 {line} 行既不是 UTF-8 也不是 GB18030 编码, 请另存为 UTF-8 的 CSV",
        f"line {line} is neither UTF-8 nor GB18030; save the file as UTF-8 CSV",
    )


def _first_broken_line(content: bytes, codec: str) -> int | None:
    line = 1
    for chunk in _whole_lines(content):
        try:
            chunk.decode(codec)
        except UnicodeDecodeError as error:
            return line + chunk.count(b"\n", 0, error.start)
        line += chunk.count(b"\n")
    return None


def _mostly_utf_8(content: bytes) -> bool:
    good = broken = 0
    for chunk in _whole_lines(content):
        text = chunk.decode("utf-8", errors="replace")
        marks = text.count("\ufffd")
        broken += marks
        good += len(text) - len(text.encode("ascii", errors="ignore")) - marks
    return good > broken


def _whole_lines(content: bytes) -> Iterator[bytes]:
    # No character of either encoding has the byte of a line feed inside it, so none is cut in two.
    stream = io.BytesIO(content)
    while lines := stream.readlines(CHUNK):
        yield b"".join(lines)
