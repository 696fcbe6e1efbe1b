"""How a file is handed over HTTP: its media type, and its name in any script."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal
from urllib.parse import quote

from duijie_shared.sheets.export import FileFormat

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MEDIA_TYPES: Mapping[FileFormat, str] = {"csv": "text/csv; charset=utf-8; header=present", "xlsx": XLSX}

ATTR_CHARS = "!#$&+-.^_`|~"
"""What RFC 8187 leaves as it is, beside letters and digits."""


def content_disposition(name: str, plain: str, kind: Literal["attachment", "inline"] = "attachment") -> str:
    """The header of RFC 6266: `name` in UTF-8 (RFC 8187), `plain` (ASCII) for programs that do not read that.

    Raises
    ------
    ValueError
        When `plain` would need quoting.
    """
    if not (plain.isascii() and plain.replace("-", "").replace(".", "").replace("_", "").isalnum()):
        raise ValueError(f"{plain!r} is no plain file name")
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe=ATTR_CHARS)}"
