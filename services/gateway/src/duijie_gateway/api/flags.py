"""Flags: what catalog found implausible, for staff to look at. Nobody is banned by one."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from duijie_shared.service.errors import not_found
from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import JSONResponse

from duijie_gateway.api.cursors import DEFAULT_LIMIT, Cursor, Limit, bound, open_cursor
from duijie_gateway.api.deps import JsonBody, ObjectId, ServicesDep, allowed, correlation_id_of
from duijie_gateway.api.described import IDEMPOTENCY_KEY, READING, WRITING, body_of, refusals
from duijie_gateway.api.schemas.flags import Flag, FlagCode, FlagDecision, FlagPage, FlagStatus
from duijie_gateway.domain.access import Caller

router = APIRouter(prefix="/v1/flags", tags=["flags"])

Reviewer = Annotated[Caller, Depends(allowed("review_flags"))]


@router.get(
    "",
    summary="What does not look plausible, for staff",
    responses={200: {"model": FlagPage}, **refusals(*READING)},
)
async def page(
    request: Request,
    services: ServicesDep,
    caller: Reviewer,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
    status: FlagStatus | None = None,
    code: FlagCode | None = None,
    order: Annotated[UUID | None, Query(description="Those of one offer or demand")] = None,
) -> Response:
    """Oldest first; staff of an area see those of its counties."""
    filters: dict[str, str | None] = {"status": status, "code": code, "order": str(order) if order else None}
    params = {name: value for name, value in filters.items() if value is not None}
    bound_to = bound(caller, "flags", *(filters[name] or "" for name in sorted(filters)))
    inner = open_cursor(services.cursors, cursor, bound_to)
    params["limit"] = str(limit)
    if isinstance(inner, str):
        params["cursor"] = inner
    listed: dict[str, Any] | None = await services.catalog.get_json(
        "/flags", caller, correlation_id=correlation_id_of(request), params=params
    )
    if listed is None:
        raise not_found()
    return JSONResponse(
        {
            "items": listed["items"],
            "next": listed["next"] and services.cursors.sign(listed["next"], bound_to=bound_to),
        }
    )


@router.post(
    "/{id}",
    summary="Decide on a flag",
    responses={200: {"model": Flag}, **refusals(*WRITING, 404, 409)},
    openapi_extra={**body_of(FlagDecision), "parameters": [IDEMPOTENCY_KEY]},
)
async def decide(
    request: Request, services: ServicesDep, caller: Reviewer, id_: ObjectId, body: JsonBody
) -> Response:
    """Dismissed or confirmed, with a note; what follows from it people decide, the order stays as it is."""
    headers = {"content-type": "application/json"}
    if key := request.headers.get("idempotency-key"):
        headers["idempotency-key"] = key
    response = await services.catalog.send(
        "POST",
        f"/flags/{id_}",
        caller,
        correlation_id=correlation_id_of(request),
        headers=headers,
        content=body,
    )
    return Response(
        response.content, status_code=response.status_code, media_type=response.headers.get("content-type")
    )
