"""Parties: entered by staff, read by staff and by themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

from duijie_shared.events.parties import PartyStatus
from duijie_shared.service.errors import not_found
from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import JSONResponse

from duijie_gateway.api.cursors import DEFAULT_LIMIT, Cursor, Limit, bound, open_cursor
from duijie_gateway.api.deps import JsonBody, ObjectId, Reader, ServicesDep, allowed, correlation_id_of
from duijie_gateway.api.described import IDEMPOTENCY_KEY, READING, WRITING, body_of, refusals
from duijie_gateway.api.schemas.parties import Party, PartyPage, PartyPosting
from duijie_gateway.domain.access import Caller

if TYPE_CHECKING:
    from duijie_gateway.api.deps import Services

router = APIRouter(prefix="/v1/parties", tags=["parties"])

PartyManager = Annotated[Caller, Depends(allowed("manage_parties"))]

_PASSED_ON = ("if-match", "idempotency-key", "content-type")
_PASSED_BACK = ("etag", "retry-after")


def visible(caller: Reader, id_: ObjectId) -> UUID:
    """The party's id. A party sees itself; any other is 404."""
    if not caller.operator and caller.party_id != id_:
        raise not_found()
    return id_


VisibleParty = Annotated[UUID, Depends(visible)]


async def forward(
    request: Request, services: Services, caller: Caller, path: str, body: bytes | None = None
) -> Response:
    """Catalog's answer to the same request about a party."""
    headers = {name: value for name in _PASSED_ON if (value := request.headers.get(name)) is not None}
    answer = await services.catalog.send(
        request.method,
        f"/parties{path}",
        caller,
        correlation_id=correlation_id_of(request),
        headers=headers,
        content=body,
    )
    return Response(
        answer.content,
        status_code=answer.status_code,
        headers={name: value for name in _PASSED_BACK if (value := answer.headers.get(name)) is not None},
        media_type=answer.headers.get("content-type"),
    )


@router.post(
    "",
    status_code=201,
    summary="Enter a party",
    responses={201: {"model": Party}, **refusals(*WRITING, 409)},
    openapi_extra={**body_of(PartyPosting), "parameters": [IDEMPOTENCY_KEY]},
)
async def create(request: Request, services: ServicesDep, caller: PartyManager, body: JsonBody) -> Response:
    """A party entered by the platform is approved; its evidence is self-declared. Staff of an area apply for it."""
    return await forward(request, services, caller, "", body)


@router.get("", summary="Parties, for staff", responses={200: {"model": PartyPage}, **refusals(*READING)})
async def page(
    request: Request,
    services: ServicesDep,
    caller: PartyManager,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
    row_key: Annotated[str | None, Query(max_length=100)] = None,
    status: Annotated[PartyStatus | None, Query()] = None,
) -> Response:
    """All, those of a status (`applied` waits for the county, `recommended` for the platform), or one by its row key."""
    bound_to = bound(caller, "parties", row_key or "", status or "")
    inner = open_cursor(services.cursors, cursor, bound_to)
    params = {"limit": str(limit)}
    if row_key is not None:
        params["row_key"] = row_key
    if status is not None:
        params["status"] = status
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
async def one(request: Request, services: ServicesDep, caller: Reader, party: VisibleParty) -> Response:
    """A party reads itself; any other is 404. Its ETag is the version that a step of its verification asks for."""
    return await forward(request, services, caller, f"/{party}")
