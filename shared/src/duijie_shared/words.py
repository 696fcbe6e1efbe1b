"""How people's words are compared: width, case and blanks do not count."""

from __future__ import annotations

import unicodedata


def folded(text: str) -> str:
    """The form of a word under which it is looked up: NFKC, case-folded, runs of blanks and `_` as one blank."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().replace("_", " ").split())
