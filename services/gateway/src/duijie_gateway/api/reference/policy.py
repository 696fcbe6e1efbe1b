"""The policy in force."""

from __future__ import annotations

from duijie_shared.events.policy import Policy
from duijie_shared.service.errors import not_found
from fastapi import APIRouter, Request, Response

from duijie_gateway.api.deps import Reader, ServicesDep, correlation_id_of
from duijie_gateway.api.described import READING, refusals
from duijie_gateway.api.reference.caching import LIVE, NOT_MODIFIED, IfNoneMatch, cacheable, written

router = APIRouter()


@router.get(
    "/policy",
    summary="The policy in force",
    responses={200: {"model": Policy}, **NOT_MODIFIED, **refusals(*READING, 502)},
)
async def policy(
    request: Request, services: ServicesDep, caller: Reader, if_none_match: IfNoneMatch = None
) -> Response:
    """The tilt, the transport rates and the limits of matching, as published; `version` names every change."""
    found = await services.catalog.get_json("/policy", caller, correlation_id=correlation_id_of(request))
    if found is None:
        raise not_found()
    return cacheable(written(found), if_none_match, LIVE)
