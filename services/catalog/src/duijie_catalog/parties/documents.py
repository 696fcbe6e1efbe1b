"""Fields that speak of documents: digests, days, ids, lists of a few words."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeVar
from uuid import UUID

from duijie_shared.posting.fields import Fields

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

SHA256 = re.compile(r"[0-9a-f]{64}")

Word = TypeVar("Word", bound=str)


def fields(values: Mapping[str, object], known: tuple[str, ...]) -> Fields:
    """The fields of a JSON body, of which only `known` ones are taken."""
    return Fields(values, known, "json")


def digest_of(read: Fields, name: str = "document_sha256") -> str | None:
    """The SHA-256 of a document, 64 hexadecimal digits; of the document itself nothing is kept."""
    text = read.text(name)
    if text is None:
        return None
    if not SHA256.fullmatch(text.lower()):
        read.refuse(
            name, "not-a-digest", "应为 64 位十六进制 SHA-256", "must be a SHA-256, 64 hexadecimal digits"
        )
        return None
    return text.lower()


def days_of(read: Fields, first: str, last: str, today: dt.date) -> tuple[dt.date, dt.date] | None:
    """First and last day, both included; refused in the wrong order, and where it is over already."""
    start, end = read.date(first), read.date(last)
    if start is None or end is None:
        return None
    if end < start:
        read.refuse(last, "window-reversed", f"不能早于 {first}", f"is before {first}")
    elif end < today:
        read.refuse(last, "window-over", "已经过期", "is over already")
    else:
        return start, end
    return None


def id_of(read: Fields, name: str) -> UUID | None:
    """An id."""
    text = read.text(name)
    if text is None:
        return None
    try:
        return UUID(text)
    except ValueError:
        read.refuse(name, "not-an-id", "应为编号 (UUID)", "must be an id (UUID)")
        return None


def words_of(
    read: Fields, name: str, options: Mapping[str, Word], *, needed: bool = True
) -> tuple[Word, ...]:
    """A list of some of a few words, without repeats, in the order of the options; one at least where it is `needed`."""
    refused = len(read.errors)
    found = read.items(name)
    if unknown := [word for word in found if word not in options]:
        allowed = ", ".join(options)
        read.refuse(
            name,
            "not-an-option",
            f"“{unknown[0]}”应为其中之一: {allowed}",
            f"{unknown[0]!r} must be one of: {allowed}",
        )
    if needed and not found and len(read.errors) == refused:
        read.refuse(name, "required", "至少填一项", "is required: one at least")
    return tuple(word for key, word in options.items() if key in found)
