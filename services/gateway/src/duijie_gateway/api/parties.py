"""Parties: entered by staff, read by staff and by themselves."""

from __future__ import annotations

from typing import Annotated, Any

from duijie_shared.service.errors import not_found
from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import JSONResponse

from duijie_gateway.api.cursors import DEFAULT_LIMIT, Cursor, Limit, bound, open_cursor
from duijie_gateway.api.deps import JsonBody, ObjectId, Reader, ServicesDep, allowed, correlation_id_of
from duijie_gateway.api.described import IDEMPOTENCY_KEY, READING, WRITING, body_of, refusals
from duijie_gateway.api.schemas.access import Party, PartyPage, PartyPosting
from duijie_gateway.domain.access import Caller

router = APIRouter(prefix="/v1/parties", tags=["parties"])

PartyManager = Annotated[Caller, Depends(allowed("manage_parties"))]


@router.post(
    "",
    status_code=201,
    summary="Enter a party",
    responses={201: {"model": Party}, **refusals(*WRITING, 409)},
    openapi_extra={**body_of(PartyPosting), "parameters": [IDEMPOTENCY_KEY]},
)
async def create(request: Request, services: ServicesDep, caller: PartyManager, body: JsonBody) -> Response:
    """A party entered by the operator is approved; its evidence is self-declared."""
    headers = {"content-type": "application/json"}
    if key := request.headers.get("idempotency-key"):
        headers["idempotency-key"] = key
    response = await services.catalog.send(
        "POST", "/parties", caller, correlation_id=correlation_id_of(request), headers=headers, content=body
    )
    return Response(
        response.content, status_code=response.status_code, media_type=response.headers.get("content-type")
    )


@router.get("", summary="Parties, for staff", responses={200: {"model": PartyPage}, **refusals(*READING)})
async def page(
    request: Request,
    services: ServicesDep,
    caller: PartyManager,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
    row_key: Annotated[str | None, Query(max_length=100)] = None,
) -> Response:
    """All, or the one with a row key."""
    bound_to = bound(caller, "parties", row_key or "")
    inner = open_cursor(services.cursors, cursor, bound_to)
    params = {"limit": str(limit)}
    if row_key is not None:
        params["row_key"] = row_key
    if isinstance(inner, str):
        params["cursor"] = inner
    listed: dict[str, Any] = await services.catalog.get_json(
        "/parties", caller, correlation_id=correlation_id_of(request), params=params
    )
    return JSONResponse(
        {
            "items": listed["items"],
            "next": listed["next"] and services.cursors.sign(listed["next"], bound_to=bound_to),
        }
    )


@router.get("/{id}", summary="A party", responses={200: {"model": Party}, **refusals(*READING, 404)})
async def one(request: Request, services: ServicesDep, caller: Reader, id_: ObjectId) -> Response:
    """A party reads itself; any other is 404."""
    if not caller.operator and caller.party_id != id_:
        raise not_found()
    found = await services.catalog.get_json(
        f"/parties/{id_}", caller, correlation_id=correlation_id_of(request)
    )
    if found is None:
        raise not_found()
    return JSONResponse(found)
