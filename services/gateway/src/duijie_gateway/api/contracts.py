"""The contract of the topics, for who reads along on Kafka."""

from __future__ import annotations

from duijie_shared.events.asyncapi import DOCUMENT
from fastapi import APIRouter, Response

from duijie_gateway.api.reference.caching import IfNoneMatch, cacheable

router = APIRouter(include_in_schema=False)

PUBLIC = "public, max-age=300"


@router.get("/asyncapi.json")
async def asyncapi(if_none_match: IfNoneMatch = None) -> Response:
    """AsyncAPI 3 of all topics."""
    return cacheable(DOCUMENT.read_bytes(), if_none_match, PUBLIC)
