"""Shipments and ratings of deals, and the record that parties earn by them; all of it catalog's."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from duijie_gateway.api.deps import JsonBody, ObjectId, Reader, allowed
from duijie_gateway.api.described import IDEMPOTENCY_KEY, READING, WRITING, body_of, refusals
from duijie_gateway.api.forwarding import ForwardingDep, within
from duijie_gateway.api.parties import VisibleParty
from duijie_gateway.api.schemas.fulfilment import (
    PartyRecord,
    Rating,
    RatingPosting,
    ShipmentMade,
    ShipmentPage,
    ShipmentPosting,
)
from duijie_gateway.domain.access import Caller

router = APIRouter(tags=["deals"])

Decider = Annotated[Caller, Depends(allowed("decide"))]


@router.post(
    "/v1/deals/{id}/shipments",
    status_code=201,
    summary="Say what was sent, or what came of it",
    responses={201: {"model": ShipmentMade}, **refusals(*WRITING, 404, 409)},
    openapi_extra={**body_of(ShipmentPosting), "parameters": [IDEMPOTENCY_KEY]},
)
async def ship(forwarding: ForwardingDep, caller: Decider, id_: ObjectId, body: JsonBody) -> Response:
    """The seller says what it `sent`, the buyer what was `delivered`, `short` or `rejected`, in parts and never of more
    than the deal (409 `beyond-deal`). Entries are added, not changed.
    """
    return await forwarding.answer(caller, f"/deals/{id_}/shipments", body=body)


@router.get(
    "/v1/deals/{id}/shipments",
    summary="What was said of a deal's shipments, and what it comes to",
    responses={200: {"model": ShipmentPage}, **refusals(*READING, 404)},
)
async def shipments(forwarding: ForwardingDep, caller: Reader, id_: ObjectId) -> Response:
    """For its two sides, and for staff of their areas."""
    return await forwarding.seen(
        caller,
        f"/deals/{id_}/shipments",
        lambda found: within(caller, found["offer_county"], found["demand_county"]),
    )


@router.post(
    "/v1/deals/{id}/ratings",
    status_code=201,
    summary="Rate the other side of a fulfilled deal",
    responses={201: {"model": Rating}, **refusals(*WRITING, 404, 409)},
    openapi_extra={**body_of(RatingPosting), "parameters": [IDEMPOTENCY_KEY]},
)
async def rate(forwarding: ForwardingDep, caller: Decider, id_: ObjectId, body: JsonBody) -> Response:
    """1 to 5, once, when the buyer has accounted for all of the deal; it counts in the other party's record."""
    return await forwarding.answer(caller, f"/deals/{id_}/ratings", body=body)


@router.get(
    "/v1/parties/{id}/record",
    summary="What a party's deals have come to",
    responses={200: {"model": PartyRecord}, **refusals(*READING, 404)},
)
async def record(forwarding: ForwardingDep, caller: Reader, party: VisibleParty) -> Response:
    """For the party itself and for staff."""
    return await forwarding.answer(caller, f"/parties/{party}/record")
