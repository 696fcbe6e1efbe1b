"""Flags: what catalog found implausible, for staff to look at. Nobody is banned by one."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response

from duijie_gateway.api.cursors import DEFAULT_LIMIT, Cursor, Limit
from duijie_gateway.api.deps import JsonBody, ObjectId, allowed
from duijie_gateway.api.described import IDEMPOTENCY_KEY, READING, WRITING, body_of, refusals
from duijie_gateway.api.forwarding import ForwardingDep
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
    forwarding: ForwardingDep,
    caller: Reviewer,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
    status: FlagStatus | None = None,
    code: FlagCode | None = None,
    order: Annotated[UUID | None, Query(description="Those of one offer or demand")] = None,
) -> Response:
    """Oldest first; staff of an area see those of its counties."""
    filters = {"status": status, "code": code, "order": str(order) if order else None}
    return await forwarding.page(caller, "/flags", limit=limit, cursor=cursor, filters=filters)


@router.post(
    "/{id}",
    summary="Decide on a flag",
    responses={200: {"model": Flag}, **refusals(*WRITING, 404, 409)},
    openapi_extra={**body_of(FlagDecision), "parameters": [IDEMPOTENCY_KEY]},
)
async def decide(forwarding: ForwardingDep, caller: Reviewer, id_: ObjectId, body: JsonBody) -> Response:
    """Dismissed or confirmed, with a note; what follows from it people decide, the order stays as it is."""
    return await forwarding.answer(caller, f"/flags/{id_}", body=body)
