"""Offers, demands and capacities: catalog owns them; the gateway says who asks and passes on what was said."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Literal

from duijie_shared.events.base import OrderStatus
from duijie_shared.geography import counties
from duijie_shared.service.errors import not_found
from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import JSONResponse

from duijie_gateway.api.cursors import DEFAULT_LIMIT, Cursor, Limit, bound, open_cursor
from duijie_gateway.api.deps import JsonBody, ObjectId, Reader, ServicesDep, allowed, correlation_id_of
from duijie_gateway.api.described import IDEMPOTENCY_KEY, IF_MATCH, READING, WRITING, body_of, refusals
from duijie_gateway.api.schemas.postings import (
    Capacity,
    CapacityPage,
    CapacityPosting,
    Demand,
    DemandPage,
    DemandPosting,
    Offer,
    OfferPage,
    OfferPosting,
)
from duijie_gateway.domain.access import Action, Caller

if TYPE_CHECKING:
    import httpx
    from pydantic import BaseModel

_PASSED_ON = ("if-match", "idempotency-key", "content-type")
_PASSED_BACK = ("etag", "retry-after")


@dataclass(frozen=True)
class Posting:
    """One kind of posting: its address outside and inside, who may post it, and its shapes."""

    name: Literal["offers", "demands", "capacities"]
    upstream: str
    post: Action
    posted: type[BaseModel]
    stored: type[BaseModel]
    page: type[BaseModel]
    quota: str | None = None


QUOTA = """Open at once, or with `status: draft` known to you alone. A party's own orders have limits by policy
(`GET /v1/policy`, `posting`): past those of a day 429 with `Retry-After` until midnight in China (`posting-limit`),
past those that stand at once 409 (`too-many-orders`)."""

KINDS = (
    Posting("offers", "/orders/offers", "post_offers", OfferPosting, Offer, OfferPage, QUOTA),
    Posting(
        "demands",
        "/orders/demands",
        "post_demands",
        DemandPosting,
        Demand,
        DemandPage,
        QUOTA,
    ),
    Posting(
        "capacities",
        "/capacities",
        "post_capacities",
        CapacityPosting,
        Capacity,
        CapacityPage,
    ),
)


def posting_router(kind: Posting) -> APIRouter:
    """The five routes of one kind."""
    router = APIRouter(prefix=f"/v1/{kind.name}", tags=[kind.name])
    poster = Depends(allowed(kind.post))

    async def forward(
        request: Request, services: ServicesDep, caller: Caller, path: str, body: bytes | None = None
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

    @router.post(
        "",
        status_code=201,
        summary=f"Post one of your {kind.name}",
        responses={201: {"model": kind.stored}, **refusals(*WRITING, 409)},
        openapi_extra={**body_of(kind.posted), "parameters": [IDEMPOTENCY_KEY]},
        description=kind.quota,
    )
    async def post(
        request: Request, services: ServicesDep, *, caller: Caller = poster, body: JsonBody
    ) -> Response:
        return _answer(kind, await forward(request, services, caller, kind.upstream, body))

    @router.get(
        "",
        summary=f"Your {kind.name}; everyone's for staff",
        responses={200: {"model": kind.page}, **refusals(*READING)},
    )
    async def page(
        request: Request,
        services: ServicesDep,
        caller: Reader,
        limit: Limit = DEFAULT_LIMIT,
        cursor: Cursor = None,
        status: Annotated[OrderStatus | None, Query(description="Drafts are their poster's alone")] = None,
    ) -> Response:
        bound_to = bound(caller, kind.name, status or "")
        inner = open_cursor(services.cursors, cursor, bound_to)
        params = {"limit": str(limit)}
        if status is not None:
            params["status"] = status
        if isinstance(inner, str):
            params["cursor"] = inner
        response = await services.catalog.send(
            "GET", kind.upstream, caller, correlation_id=correlation_id_of(request), params=params
        )
        if response.status_code != 200:
            return _answer(kind, response)
        listed = response.json()
        return JSONResponse(
            {
                "items": [item for item in listed["items"] if _within(caller, item)],
                "next": listed["next"] and services.cursors.sign(listed["next"], bound_to=bound_to),
            }
        )

    @router.get(
        "/{id}",
        summary="One of them",
        responses={200: {"model": kind.stored}, **refusals(*READING, 404)},
    )
    async def one(request: Request, services: ServicesDep, caller: Reader, id_: ObjectId) -> Response:
        response = await forward(request, services, caller, f"{kind.upstream}/{id_}")
        if response.status_code == 200 and not _within(caller, response.json()):
            raise not_found()
        return _answer(kind, response)

    @router.patch(
        "/{id}",
        summary="Amend: the fields that are given replace those posted",
        responses={200: {"model": kind.stored}, **refusals(*WRITING, 404, 409, 412, 428)},
        openapi_extra={
            **body_of(kind.posted, partial=True),
            "parameters": [IF_MATCH, IDEMPOTENCY_KEY],
        },
    )
    async def amend(
        request: Request,
        services: ServicesDep,
        *,
        caller: Caller = poster,
        id_: ObjectId,
        body: JsonBody,
    ) -> Response:
        return _answer(kind, await forward(request, services, caller, f"{kind.upstream}/{id_}", body))

    @router.delete(
        "/{id}",
        summary="Withdraw",
        responses={200: {"model": kind.stored}, **refusals(*READING, 404, 409, 412, 428)},
        openapi_extra={"parameters": [IF_MATCH]},
    )
    async def withdraw(
        request: Request, services: ServicesDep, *, caller: Caller = poster, id_: ObjectId
    ) -> Response:
        return _answer(kind, await forward(request, services, caller, f"{kind.upstream}/{id_}"))

    return router


def _answer(kind: Posting, response: httpx.Response) -> Response:
    headers = {name: value for name in _PASSED_BACK if (value := response.headers.get(name)) is not None}
    if location := response.headers.get("location"):
        headers["Location"] = location.replace(kind.upstream, f"/v1/{kind.name}", 1)
    return Response(
        response.content,
        status_code=response.status_code,
        headers=headers,
        media_type=response.headers.get("content-type"),
    )


def _within(caller: Caller, item: dict[str, Any]) -> bool:
    """Whether an item lies in the area of staff who have one; catalog knows parties, not areas."""
    area = caller.scope.area
    if area is None:
        return True
    county = counties().resolve(str(item.get("county") or "")).code
    return county is not None and county.startswith(area)
