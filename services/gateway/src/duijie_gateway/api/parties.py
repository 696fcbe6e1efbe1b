"""Parties: entered by staff, read by staff and by themselves."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from duijie_shared.events.parties import PartyStatus
from duijie_shared.service.errors import not_found
from fastapi import APIRouter, Depends, Query, Response

from duijie_gateway.api.cursors import DEFAULT_LIMIT, Cursor, Limit
from duijie_gateway.api.deps import JsonBody, ObjectId, Reader, allowed
from duijie_gateway.api.described import IDEMPOTENCY_KEY, READING, WRITING, body_of, refusals
from duijie_gateway.api.forwarding import ForwardingDep
from duijie_gateway.api.schemas.parties import Party, PartyPage, PartyPosting
from duijie_gateway.domain.access import Caller

router = APIRouter(prefix="/v1/parties", tags=["parties"])

PartyManager = Annotated[Caller, Depends(allowed("manage_parties"))]


def visible(caller: Reader, id_: ObjectId) -> UUID:
    """The party's id. A party sees itself; any other is 404."""
    if not caller.operator and caller.party_id != id_:
        raise not_found()
    return id_


VisibleParty = Annotated[UUID, Depends(visible)]


@router.post(
    "",
    status_code=201,
    summary="Enter a party",
    responses={201: {"model": Party}, **refusals(*WRITING, 409)},
    openapi_extra={**body_of(PartyPosting), "parameters": [IDEMPOTENCY_KEY]},
)
async def create(forwarding: ForwardingDep, caller: PartyManager, body: JsonBody) -> Response:
    """A party entered by the platform is approved; its evidence is self-declared. Staff of an area apply for it."""
    return await forwarding.answer(caller, "/parties", body=body)


@router.get("", summary="Parties, for staff", responses={200: {"model": PartyPage}, **refusals(*READING)})
async def page(
    forwarding: ForwardingDep,
    caller: PartyManager,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
    row_key: Annotated[str | None, Query(max_length=100)] = None,
    status: Annotated[PartyStatus | None, Query()] = None,
) -> Response:
    """All, those of a status (`applied` waits for the county, `recommended` for the platform), or one by its row key."""
    filters = {"row_key": row_key, "status": status}
    return await forwarding.page(caller, "/parties", limit=limit, cursor=cursor, filters=filters)


@router.get("/{id}", summary="A party", responses={200: {"model": Party}, **refusals(*READING, 404)})
async def one(forwarding: ForwardingDep, caller: Reader, party: VisibleParty) -> Response:
    """A party reads itself; any other is 404. Its ETag is the version that a step of its verification asks for."""
    return await forwarding.answer(caller, f"/parties/{party}")
