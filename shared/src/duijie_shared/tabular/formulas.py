"""Text that a spreadsheet would run as a formula, made harmless on the way out and restored on the way in.

OWASP ASVS 5.0 1.2.10: a leading = + - @ TAB NUL is escaped with a single quote; CR, LF and the full-width
forms, which spreadsheets also take, likewise; and `<r>`, which XlsxWriter takes for rich text of its own making and
writes as XML. Text that has the quote already gets one more, so that `restored`
is the exact inverse of `neutralised`.
"""

from __future__ import annotations

import re

QUOTE = "'"
_RISKY = re.compile(r"'*(?:[=+\-@\t\r\n\0＝＋－＠]|<r>)")


def neutralised(text: str) -> str:
    """`text` with a leading single quote where a spreadsheet might take it for a formula."""
    return QUOTE + text if _RISKY.match(text) else text


def restored(text: str) -> str:
    """What `neutralised` was given."""
    return text[1:] if text.startswith(QUOTE) and _RISKY.match(text) else text
