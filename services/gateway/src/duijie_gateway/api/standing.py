"""Standing demands: catalog keeps them and opens their instances; the gateway says who asks."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from duijie_gateway.api.cursors import DEFAULT_LIMIT, Cursor, Limit
from duijie_gateway.api.deps import JsonBody, ObjectId, Reader, allowed
from duijie_gateway.api.described import IDEMPOTENCY_KEY, IF_MATCH, READING, WRITING, body_of, refusals
from duijie_gateway.api.forwarding import ForwardingDep, within
from duijie_gateway.api.schemas.standing import (
    InstancePage,
    Preview,
    StandingDemand,
    StandingDemandChanges,
    StandingDemandPage,
    StandingDemandPosting,
    StandingStatus,
)
from duijie_gateway.domain.access import Caller

UPSTREAM = "/standing-demands"

router = APIRouter(prefix="/v1/standing-demands", tags=["standing-demands"])

Poster = Annotated[Caller, Depends(allowed("post_demands"))]


@router.post(
    "",
    status_code=201,
    summary="Post a demand that comes again",
    responses={201: {"model": StandingDemand}, **refusals(*WRITING, 409)},
    openapi_extra={**body_of(StandingDemandPosting), "parameters": [IDEMPOTENCY_KEY]},
)
async def post(forwarding: ForwardingDep, caller: Poster, body: JsonBody) -> Response:
    """What is due already is opened at once, the rest ahead of its days by catalog's clock."""
    return await forwarding.answer(caller, UPSTREAM, body=body)


@router.post(
    "/preview",
    summary="What it would open, without posting it",
    responses={200: {"model": Preview}, **refusals(*WRITING)},
    openapi_extra=body_of(StandingDemandPosting),
)
async def preview(forwarding: ForwardingDep, caller: Poster, body: JsonBody) -> Response:
    """Judged like a posting; nothing is stored."""
    return await forwarding.answer(caller, f"{UPSTREAM}/preview", body=body)


@router.get(
    "",
    summary="Your standing demands; everyone's for staff",
    responses={200: {"model": StandingDemandPage}, **refusals(*READING)},
)
async def page(
    forwarding: ForwardingDep,
    caller: Reader,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
    status: Annotated[StandingStatus | None, Query()] = None,
) -> Response:
    """In the order in which they were posted."""
    return await forwarding.page(
        caller,
        UPSTREAM,
        limit=limit,
        cursor=cursor,
        filters={"status": status},
        may_see=lambda item: within(caller, item.get("county")),
    )


@router.get(
    "/{id}",
    summary="One of them",
    responses={200: {"model": StandingDemand}, **refusals(*READING, 404)},
)
async def one(forwarding: ForwardingDep, caller: Reader, id_: ObjectId) -> Response:
    """Another party's is 404."""
    return await forwarding.seen(caller, f"{UPSTREAM}/{id_}", lambda item: within(caller, item.get("county")))


@router.get(
    "/{id}/instances",
    summary="What was opened of it, and the next ten windows to come",
    responses={200: {"model": InstancePage}, **refusals(*READING, 404)},
)
async def instances(
    forwarding: ForwardingDep,
    caller: Reader,
    id_: ObjectId,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
) -> Response:
    """In the order in which they were opened."""
    whole = await forwarding.seen(
        caller, f"{UPSTREAM}/{id_}", lambda item: within(caller, item.get("county"))
    )
    if whole.status_code != 200:
        return whole
    return await forwarding.page(caller, f"{UPSTREAM}/{id_}/instances", limit=limit, cursor=cursor)


@router.patch(
    "/{id}",
    summary="Amend, pause or open again: for instances to come",
    responses={200: {"model": StandingDemand}, **refusals(*WRITING, 404, 409, 412, 428)},
    openapi_extra={
        **body_of(StandingDemandChanges, partial=True),
        "parameters": [IF_MATCH, IDEMPOTENCY_KEY],
    },
)
async def amend(forwarding: ForwardingDep, caller: Poster, id_: ObjectId, body: JsonBody) -> Response:
    """Instances that are open stay as they are."""
    return await forwarding.answer(caller, f"{UPSTREAM}/{id_}", body=body)


@router.delete(
    "/{id}",
    summary="End it; instances that are open stay so",
    responses={200: {"model": StandingDemand}, **refusals(*READING, 404, 409, 412, 428)},
    openapi_extra={"parameters": [IF_MATCH]},
)
async def end(forwarding: ForwardingDep, caller: Poster, id_: ObjectId) -> Response:
    """For good: what has ended is posted anew."""
    return await forwarding.answer(caller, f"{UPSTREAM}/{id_}")
