"""Answers that are asked for once: a strong ETag of the very bytes, 304 for who holds them."""

from __future__ import annotations

import hashlib
import json
from typing import Annotated, Any

from fastapi import Header, Response

RELEASED = "private, max-age=300"
"""For what changes with a release alone."""
LIVE = "private, no-cache"
"""For what people change: kept, and asked for again every time."""

IfNoneMatch = Annotated[str | None, Header(description="ETags of what is held already, or *; answers 304")]
NOT_MODIFIED: dict[int | str, dict[str, Any]] = {304: {"description": "Nothing has changed"}}


def cacheable(body: bytes, if_none_match: str | None, cache_control: str = RELEASED) -> Response:
    """The body with its ETag, or 304 without one. Comparison is weak (RFC 9110, 13.1.2)."""
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {"ETag": etag, "Cache-Control": cache_control}
    held = {tag.strip().removeprefix("W/") for tag in (if_none_match or "").split(",")}
    if etag in held or "*" in held:
        return Response(status_code=304, headers=headers)
    return Response(body, headers=headers, media_type="application/json")


def written(value: Any) -> bytes:
    """JSON as it is sent."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def whole(version: str, items: list[dict[str, Any]], **more: Any) -> bytes:
    """A list that has no further page, with the version of the data it is from."""
    return written({"version": version, **more, "items": items, "next": None})
