"""Offers, demands and capacities: catalog owns them; the gateway says who asks and passes on what was said."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal

from duijie_shared.events.base import OrderStatus
from fastapi import APIRouter, Depends, Query, Response

from duijie_gateway.api.cursors import DEFAULT_LIMIT, Cursor, Limit
from duijie_gateway.api.deps import JsonBody, ObjectId, Reader, allowed
from duijie_gateway.api.described import IDEMPOTENCY_KEY, IF_MATCH, READING, WRITING, body_of, refusals
from duijie_gateway.api.forwarding import ForwardingDep, within
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
    from pydantic import BaseModel


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

    @router.post(
        "",
        status_code=201,
        summary=f"Post one of your {kind.name}",
        responses={201: {"model": kind.stored}, **refusals(*WRITING, 409)},
        openapi_extra={**body_of(kind.posted), "parameters": [IDEMPOTENCY_KEY]},
        description=kind.quota,
    )
    async def post(forwarding: ForwardingDep, *, caller: Caller = poster, body: JsonBody) -> Response:
        return await forwarding.answer(caller, kind.upstream, body=body)

    @router.get(
        "",
        summary=f"Your {kind.name}; everyone's for staff",
        responses={200: {"model": kind.page}, **refusals(*READING)},
    )
    async def page(
        forwarding: ForwardingDep,
        caller: Reader,
        limit: Limit = DEFAULT_LIMIT,
        cursor: Cursor = None,
        status: Annotated[OrderStatus | None, Query(description="Drafts are their poster's alone")] = None,
    ) -> Response:
        return await forwarding.page(
            caller,
            kind.upstream,
            limit=limit,
            cursor=cursor,
            filters={"status": status},
            may_see=lambda item: within(caller, item.get("county")),
        )

    @router.get(
        "/{id}",
        summary="One of them",
        responses={200: {"model": kind.stored}, **refusals(*READING, 404)},
    )
    async def one(forwarding: ForwardingDep, caller: Reader, id_: ObjectId) -> Response:
        return await forwarding.seen(
            caller, f"{kind.upstream}/{id_}", lambda item: within(caller, item.get("county"))
        )

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
        forwarding: ForwardingDep, *, caller: Caller = poster, id_: ObjectId, body: JsonBody
    ) -> Response:
        return await forwarding.answer(caller, f"{kind.upstream}/{id_}", body=body)

    @router.delete(
        "/{id}",
        summary="Withdraw",
        responses={200: {"model": kind.stored}, **refusals(*READING, 404, 409, 412, 428)},
        openapi_extra={"parameters": [IF_MATCH]},
    )
    async def withdraw(forwarding: ForwardingDep, *, caller: Caller = poster, id_: ObjectId) -> Response:
        return await forwarding.answer(caller, f"{kind.upstream}/{id_}")

    return router
