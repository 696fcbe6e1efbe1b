"""Who saw what is private of a party, and the deletion of its data: catalog answers, the gateway says who asks."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from duijie_gateway.api.cursors import DEFAULT_LIMIT, Cursor, Limit
from duijie_gateway.api.deps import JsonBody, ObjectId, Reader, allowed
from duijie_gateway.api.described import READING, WRITING, body_of, refusals
from duijie_gateway.api.forwarding import ForwardingDep
from duijie_gateway.api.parties import VisibleParty
from duijie_gateway.api.schemas.disclosure import (
    Erasure,
    ErasurePosting,
    Revealed,
    RevealPage,
    RevealPosting,
)
from duijie_gateway.domain.access import Caller

router = APIRouter(prefix="/v1/parties/{id}", tags=["disclosure"])

Revealer = Annotated[Caller, Depends(allowed("reveal"))]
Eraser = Annotated[Caller, Depends(allowed("erase"))]


@router.get(
    "/reveals",
    summary="Who was shown a party's contact or exact place, when and why",
    responses={200: {"model": RevealPage}, **refusals(*READING, 404)},
)
async def reveals(
    forwarding: ForwardingDep,
    caller: Reader,
    party: VisibleParty,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
) -> Response:
    """For the party itself and for staff; oldest first."""
    return await forwarding.page(caller, f"/parties/{party}/reveals", limit=limit, cursor=cursor)


@router.post(
    "/reveals",
    status_code=201,
    summary="Be shown a party's contact and exact place, for a reason that is noted",
    responses={201: {"model": Revealed}, **refusals(*WRITING, 404)},
    openapi_extra=body_of(RevealPosting),
)
async def reveal(forwarding: ForwardingDep, caller: Revealer, id_: ObjectId, body: JsonBody) -> Response:
    """The only way in which staff see either. The party reads in its list that it happened."""
    return await forwarding.answer(caller, f"/parties/{id_}/reveals", body=body)


@router.get(
    "/erasure",
    summary="Where the deletion of a party's data stands",
    responses={200: {"model": Erasure}, **refusals(*READING, 404)},
)
async def erasure(forwarding: ForwardingDep, caller: Reader, party: VisibleParty) -> Response:
    """What was asked for and what was done, without personal data."""
    return await forwarding.answer(caller, f"/parties/{party}/erasure")


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
async def erase(forwarding: ForwardingDep, caller: Eraser, party: VisibleParty, body: JsonBody) -> Response:
    """Name, contact, codes, places, notes and keys go, its orders are withdrawn, and the topics forget it within a
    day. Quantities and prices stay, under an id that names nobody. Done again, it changes nothing.
    """
    return await forwarding.answer(caller, f"/parties/{party}/erasure", body=body)
