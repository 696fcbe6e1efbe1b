"""The parts of a workbook file, unpacked within bounds."""

from __future__ import annotations

import io
import posixpath
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager

from duijie_shared.tabular.errors import TableError

CHUNK = 1 << 16
MOST_PARTS = 5_000
MOST_UNPACKED = 1 << 30
FREE_UNPACKED = 64 << 20
MOST_RATIO = 100
"""A part may unpack to 64 MiB, and beyond to 100 times its packed size: sheets come to 10 to 40 times, bombs to 1,000."""

_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, ValueError)
"""What zipfile raises for damaged, encrypted and exotic archives."""


class Package:
    """A zip archive in memory.

    Raises
    ------
    TableError
        `unreadable` when the archive is damaged, `file-too-large` when it would unpack to more than it may.
    """

    def __init__(self, content: bytes) -> None:
        with _told():
            self._zip = zipfile.ZipFile(io.BytesIO(content))
        if len(self._zip.infolist()) > MOST_PARTS:
            raise _too_large()
        self._names = {name.lower(): name for name in self._zip.namelist()}  # part names have no case

    def has(self, name: str) -> bool:
        """Whether there is such a part."""
        return name.lower() in self._names

    def chunks(self, name: str, most: int = MOST_UNPACKED) -> Iterator[bytes]:
        """The bytes of a part, at most `most` of them."""
        part = self._names.get(name.lower())
        if part is None:
            raise unreadable(f"缺少 {name}", f"{name} is missing")
        info = self._zip.getinfo(part)
        if info.file_size > min(most, max(FREE_UNPACKED, MOST_RATIO * info.compress_size)):
            raise _too_large()
        with _told():
            stream = self._zip.open(info)
        with stream:
            while True:
                with _told():
                    chunk = stream.read(CHUNK)  # never more than the size that was declared
                if not chunk:
                    return
                yield chunk


def resolved(source: str, target: str) -> str:
    """The part that a relation of the part `source` points to."""
    if target.startswith("/"):
        return target.lstrip("/")
    return posixpath.normpath(posixpath.join(posixpath.dirname(source), target))


def unreadable(zh: str, en: str) -> TableError:
    """The refusal of a damaged workbook."""
    return TableError("unreadable", f"工作簿无法读取: {zh}", f"the workbook cannot be read: {en}")


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except _BROKEN as error:
        raise unreadable("文件已损坏或带密码", f"it is damaged or has a password ({error})") from error


def _too_large() -> TableError:
    return TableError(
        "file-too-large",
        "工作簿解压后过大, 请删去多余的工作表和格式, 或分成几个文件",
        "the workbook is far too large inside; remove what is not needed, or cut it into several files",
    )
