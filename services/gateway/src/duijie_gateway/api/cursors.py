"""Cursors: signed, and good for the caller and the filter that they were made for alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from duijie_shared.service.errors import FieldError, Refusal, unprocessable
from fastapi import Query

from duijie_gateway.domain.signing import ForgedError, Signer

if TYPE_CHECKING:
    from duijie_gateway.domain.access import Caller

Limit = Annotated[int, Query(ge=1, le=200, description="Items on a page")]
Cursor = Annotated[str | None, Query(max_length=1000, description="`next` of the page before")]
DEFAULT_LIMIT = 50


def bound(caller: Caller, *rest: str) -> str:
    """What a cursor is bound to: whose data, which list, which filter. Not the key, which may be rotated."""
    return "|".join((caller.scope.key(), *rest))


def open_cursor(signer: Signer, cursor: str | None, bound_to: str) -> object:
    """What the cursor holds; None without one. Raises 422 for one that was not made for this list."""
    if cursor is None:
        return None
    try:
        return signer.open(cursor, bound_to=bound_to)
    except ForgedError:
        raise bad_cursor() from None


def bad_cursor() -> Refusal:
    """422: the cursor belongs to another list, another filter or another caller."""
    return unprocessable(
        [FieldError("cursor", "cursor", "游标无效或不属于此查询", "is not valid for this list and caller")]
    )
