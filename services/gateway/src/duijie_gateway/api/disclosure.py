"""Who saw what is private of a party, and the deletion of its data: catalog answers, the gateway says who asks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

from duijie_shared.service.errors import not_found
from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import JSONResponse

from duijie_gateway.api.cursors import DEFAULT_LIMIT, Cursor, Limit, bound, open_cursor
from duijie_gateway.api.deps import JsonBody, ObjectId, Reader, ServicesDep, allowed, correlation_id_of
from duijie_gateway.api.described import READING, WRITING, body_of, refusals
from duijie_gateway.api.schemas.disclosure import (
    Erasure,
    ErasurePosting,
    Revealed,
    RevealPage,
    RevealPosting,
)
from duijie_gateway.domain.access import Caller

if TYPE_CHECKING:
    import httpx

    from duijie_gateway.api.deps import Services

router = APIRouter(prefix="/v1/parties/{id}", tags=["disclosure"])

Revealer = Annotated[Caller, Depends(allowed("reveal"))]
Eraser = Annotated[Caller, Depends(allowed("erase"))]


def visible(caller: Reader, id_: ObjectId) -> UUID:
    """The party's id. A party sees itself; any other is 404."""
    if not caller.operator and caller.party_id != id_:
        raise not_found()
    return id_


VisibleParty = Annotated[UUID, Depends(visible)]


@router.get(
    "/reveals",
    summary="Who was shown a party's contact or exact place, when and why",
    responses={200: {"model": RevealPage}, **refusals(*READING, 404)},
)
async def reveals(
    request: Request,
    services: ServicesDep,
    caller: Reader,
    party: VisibleParty,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
) -> Response:
    """For the party itself and for staff; oldest first."""
    bound_to = bound(caller, "reveals", str(party))
    inner = open_cursor(services.cursors, cursor, bound_to)
    params = {"limit": str(limit)} | ({"cursor": inner} if isinstance(inner, str) else {})
    listed: dict[str, Any] | None = await services.catalog.get_json(
        f"/parties/{party}/reveals", caller, correlation_id=correlation_id_of(request), params=params
    )
    if listed is None:
        raise not_found()
    following = listed["next"] and services.cursors.sign(listed["next"], bound_to=bound_to)
    return JSONResponse({"items": listed["items"], "next": following})


@router.post(
    "/reveals",
    status_code=201,
    summary="Be shown a party's contact and exact place, for a reason that is noted",
    responses={201: {"model": Revealed}, **refusals(*WRITING, 404)},
    openapi_extra=body_of(RevealPosting),
)
async def reveal(
    request: Request, services: ServicesDep, caller: Revealer, id_: ObjectId, body: JsonBody
) -> Response:
    """The only way in which staff see either. The party reads in its list that it happened."""
    return await _send(request, services, caller, f"/parties/{id_}/reveals", body)


@router.get(
    "/erasure",
    summary="Where the deletion of a party's data stands",
    responses={200: {"model": Erasure}, **refusals(*READING, 404)},
)
async def erasure(request: Request, services: ServicesDep, caller: Reader, party: VisibleParty) -> Response:
    """What was asked for and what was done, without personal data."""
    found = await services.catalog.get_json(
        f"/parties/{party}/erasure", caller, correlation_id=correlation_id_of(request)
    )
    if found is None:
        raise not_found()
    return JSONResponse(found)


@router.post(
    "/erasure",
    summary="Delete a party's data, or ask for it",
    responses={
        200: {"model": Erasure, "description": "Deleted, by an admin"},
        202: {"model": Erasure, "description": "Asked for, by the party itself"},
        **refusals(*WRITING, 404, 409),
    },
    openapi_extra=body_of(ErasurePosting),
)
async def erase(
    request: Request, services: ServicesDep, caller: Eraser, party: VisibleParty, body: JsonBody
) -> Response:
    """Name, contact, codes, places, notes and keys go, its orders are withdrawn, and the topics forget it within a
    day. Quantities and prices stay, under an id that names nobody. Done again, it changes nothing.
    """
    return await _send(request, services, caller, f"/parties/{party}/erasure", body)


async def _send(request: Request, services: Services, caller: Caller, path: str, body: bytes) -> Response:
    answered: httpx.Response = await services.catalog.send(
        "POST",
        path,
        caller,
        correlation_id=correlation_id_of(request),
        headers={"content-type": "application/json"},
        content=body,
    )
    passed = {name: answered.headers[name] for name in ("retry-after",) if name in answered.headers}
    return Response(
        answered.content,
        status_code=answered.status_code,
        headers=passed,
        media_type=answered.headers.get("content-type"),
    )
