"""Constraints: what staff decide about pairs and parties, kept by catalog and heeded by the matcher."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from duijie_shared.events.constraints import ConstraintKind, ConstraintStatus
from fastapi import APIRouter, Depends, Query, Response

from duijie_gateway.api.cursors import DEFAULT_LIMIT, Cursor, Limit
from duijie_gateway.api.deps import JsonBody, ObjectId, allowed
from duijie_gateway.api.described import IDEMPOTENCY_KEY, READING, WRITING, body_of, refusals
from duijie_gateway.api.forwarding import ForwardingDep
from duijie_gateway.api.schemas.constraints import ConstraintItem, ConstraintPage, ConstraintPosting
from duijie_gateway.domain.access import Caller

router = APIRouter(prefix="/v1/constraints", tags=["constraints"])

Keeper = Annotated[Caller, Depends(allowed("constrain"))]


@router.get(
    "",
    summary="Pins, forbids, limits and declines, ended ones too; for staff",
    responses={200: {"model": ConstraintPage}, **refusals(*READING)},
)
async def page(
    forwarding: ForwardingDep,
    caller: Keeper,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
    kind: ConstraintKind | None = None,
    status: ConstraintStatus | None = None,
    order: Annotated[UUID | None, Query(description="Those of one offer or demand")] = None,
    party: Annotated[UUID | None, Query(description="Limits of one party")] = None,
) -> Response:
    """Oldest first; staff of an area see those that touch one of its counties."""
    filters = {
        "kind": kind,
        "status": status,
        "order": None if order is None else str(order),
        "party": None if party is None else str(party),
        "area": caller.scope.area,
    }
    return await forwarding.page(caller, "/constraints", limit=limit, cursor=cursor, filters=filters)


@router.post(
    "",
    status_code=201,
    summary="Pin or forbid a pair, or limit what a party trades",
    responses={201: {"model": ConstraintItem}, **refusals(*WRITING, 404, 409)},
    openapi_extra={**body_of(ConstraintPosting), "parameters": [IDEMPOTENCY_KEY]},
)
async def post(forwarding: ForwardingDep, caller: Keeper, body: JsonBody) -> Response:
    """One pin or forbid stands on a pair and one minimum and one maximum on a party: where one is in the way, 409
    names it (`constraint-stands`). What is held or dealt already is not touched.
    """
    return await forwarding.answer(caller, "/constraints", body=body)


@router.get(
    "/{id}", summary="One constraint", responses={200: {"model": ConstraintItem}, **refusals(*READING, 404)}
)
async def one(forwarding: ForwardingDep, caller: Keeper, id_: ObjectId) -> Response:
    """With those who set and ended it; one that touches no county of the reader's area is 404."""
    return await forwarding.answer(caller, f"/constraints/{id_}")


@router.delete(
    "/{id}",
    summary="End a pin, a forbid or a limit",
    responses={200: {"model": ConstraintItem}, **refusals(*READING, 404, 409)},
)
async def end(forwarding: ForwardingDep, caller: Keeper, id_: ObjectId) -> Response:
    """It stays readable. Done again, it changes nothing; a party's decline is the party's own (409 `partys-own`)."""
    return await forwarding.answer(caller, f"/constraints/{id_}")
