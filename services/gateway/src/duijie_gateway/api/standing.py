"""Standing demands: catalog keeps them and opens their instances; the gateway says who asks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from duijie_shared.service.errors import not_found
from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import JSONResponse

from duijie_gateway.api.cursors import DEFAULT_LIMIT, Cursor, Limit, bound, open_cursor
from duijie_gateway.api.deps import JsonBody, ObjectId, Reader, ServicesDep, allowed, correlation_id_of
from duijie_gateway.api.described import IDEMPOTENCY_KEY, IF_MATCH, READING, WRITING, body_of, refusals
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

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    import httpx

    from duijie_gateway.api.deps import Services

UPSTREAM = "/standing-demands"
_PASSED_ON = ("if-match", "idempotency-key", "content-type")
_PASSED_BACK = ("etag", "retry-after")

router = APIRouter(prefix="/v1/standing-demands", tags=["standing-demands"])

Poster = Annotated[Caller, Depends(allowed("post_demands"))]


@router.post(
    "",
    status_code=201,
    summary="Post a demand that comes again",
    responses={201: {"model": StandingDemand}, **refusals(*WRITING, 409)},
    openapi_extra={**body_of(StandingDemandPosting), "parameters": [IDEMPOTENCY_KEY]},
)
async def post(request: Request, services: ServicesDep, caller: Poster, body: JsonBody) -> Response:
    """What is due already is opened at once, the rest ahead of its days by catalog's clock."""
    return _answer(await _forward(request, services, caller, UPSTREAM, body))


@router.post(
    "/preview",
    summary="What it would open, without posting it",
    responses={200: {"model": Preview}, **refusals(*WRITING)},
    openapi_extra=body_of(StandingDemandPosting),
)
async def preview(request: Request, services: ServicesDep, caller: Poster, body: JsonBody) -> Response:
    """Judged like a posting; nothing is stored."""
    return _answer(await _forward(request, services, caller, f"{UPSTREAM}/preview", body))


@router.get(
    "",
    summary="Your standing demands; everyone's for staff",
    responses={200: {"model": StandingDemandPage}, **refusals(*READING)},
)
async def page(
    request: Request,
    services: ServicesDep,
    caller: Reader,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
    status: Annotated[StandingStatus | None, Query()] = None,
) -> Response:
    """In the order in which they were posted."""
    filters = {"status": status} if status is not None else {}
    bound_to = bound(caller, "standing-demands", status or "")
    return await _page(request, services, caller, UPSTREAM, filters, limit, cursor, bound_to)


@router.get(
    "/{id}",
    summary="One of them",
    responses={200: {"model": StandingDemand}, **refusals(*READING, 404)},
)
async def one(request: Request, services: ServicesDep, caller: Reader, id_: ObjectId) -> Response:
    """Another party's is 404."""
    return _answer(await _visible(request, services, caller, id_))


@router.get(
    "/{id}/instances",
    summary="What was opened of it, and the next ten windows to come",
    responses={200: {"model": InstancePage}, **refusals(*READING, 404)},
)
async def instances(
    request: Request,
    services: ServicesDep,
    caller: Reader,
    id_: ObjectId,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
) -> Response:
    """In the order in which they were opened."""
    response = await _visible(request, services, caller, id_)
    if response.status_code != 200:
        return _answer(response)
    bound_to = bound(caller, "instances", str(id_))
    return await _page(request, services, caller, f"{UPSTREAM}/{id_}/instances", {}, limit, cursor, bound_to)


@router.patch(
    "/{id}",
    summary="Amend, pause or open again: for instances to come",
    responses={200: {"model": StandingDemand}, **refusals(*WRITING, 404, 409, 412, 428)},
    openapi_extra={
        **body_of(StandingDemandChanges, partial=True),
        "parameters": [IF_MATCH, IDEMPOTENCY_KEY],
    },
)
async def amend(
    request: Request, services: ServicesDep, caller: Poster, id_: ObjectId, body: JsonBody
) -> Response:
    """Instances that are open stay as they are."""
    return _answer(await _forward(request, services, caller, f"{UPSTREAM}/{id_}", body))


@router.delete(
    "/{id}",
    summary="End it; instances that are open stay so",
    responses={200: {"model": StandingDemand}, **refusals(*READING, 404, 409, 412, 428)},
    openapi_extra={"parameters": [IF_MATCH]},
)
async def end(request: Request, services: ServicesDep, caller: Poster, id_: ObjectId) -> Response:
    """For good: what has ended is posted anew."""
    return _answer(await _forward(request, services, caller, f"{UPSTREAM}/{id_}"))


async def _forward(
    request: Request, services: Services, caller: Caller, path: str, body: bytes | None = None
) -> httpx.Response:
    headers = {name: value for name in _PASSED_ON if (value := request.headers.get(name)) is not None}
    return await services.catalog.send(
        request.method,
        path,
        caller,
        correlation_id=correlation_id_of(request),
        headers=headers,
        content=body,
    )


async def _visible(request: Request, services: Services, caller: Caller, id_: UUID) -> httpx.Response:
    """Catalog's answer; 404 for staff of another area."""
    response = await _forward(request, services, caller, f"{UPSTREAM}/{id_}")
    if response.status_code == 200 and not _within(caller, response.json()):
        raise not_found()
    return response


async def _page(
    request: Request,
    services: Services,
    caller: Caller,
    path: str,
    filters: Mapping[str, str],
    limit: int,
    cursor: str | None,
    bound_to: str,
) -> Response:
    inner = open_cursor(services.cursors, cursor, bound_to)
    params = {"limit": str(limit), **filters}
    if isinstance(inner, str):
        params["cursor"] = inner
    response = await services.catalog.send(
        "GET", path, caller, correlation_id=correlation_id_of(request), params=params
    )
    if response.status_code != 200:
        return _answer(response)
    listed: dict[str, Any] = response.json()
    own_area = [item for item in listed["items"] if path != UPSTREAM or _within(caller, item)]
    following = listed["next"] and services.cursors.sign(listed["next"], bound_to=bound_to)
    return JSONResponse(listed | {"items": own_area, "next": following})


def _answer(response: httpx.Response) -> Response:
    headers = {name: value for name in _PASSED_BACK if (value := response.headers.get(name)) is not None}
    if location := response.headers.get("location"):
        headers["Location"] = f"/v1{location}"
    return Response(
        response.content,
        status_code=response.status_code,
        headers=headers,
        media_type=response.headers.get("content-type"),
    )


def _within(caller: Caller, item: dict[str, Any]) -> bool:
    """Whether it is for the area of staff who have one."""
    area = caller.scope.area
    return area is None or str(item.get("county") or "").startswith(area)
