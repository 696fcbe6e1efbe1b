"""The one thing of its life that a poster may say in a body: whether an order is a draft or open."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from duijie_shared.posting import FieldError, PostingError

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from duijie_catalog.kinds import Kind


def split(fields: Mapping[str, object]) -> tuple[object, dict[str, object]]:
    """The `status` that a body asks for (None for none), and its other fields."""
    return fields.get("status"), {name: value for name, value in fields.items() if name != "status"}


def judged(
    kind: Kind, fields: Mapping[str, object], today: dt.date, status: object, allowed: Sequence[str]
) -> Any:
    """The terms, if status and fields are both acceptable.

    Raises
    ------
    PostingError
        Naming the status together with every field that cannot be accepted.
    """
    errors = [] if status is None else _errors(kind, status, allowed)
    try:
        terms = kind.parse(fields, "json", today)
    except PostingError as error:
        raise PostingError([*errors, *error.errors], error.unknown_grade) from None
    if errors:
        raise PostingError(errors)
    return terms


def _errors(kind: Kind, status: object, allowed: Sequence[str]) -> list[FieldError]:
    if not kind.drafts:
        zh, en = "能力没有草稿, 不能填状态", "a capacity has no drafts; leave the status out"
        return [FieldError("status", "no-drafts", zh, en)]
    if status in allowed:
        return []
    words = ", ".join(allowed)
    zh, en = f"只能填 {words}; 其他状态随预留与成交而定", f"may be {words} alone; the rest follows from deals"
    return [FieldError("status", "not-an-option", zh, en)]
