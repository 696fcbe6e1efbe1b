"""Holds and deals, and the calendars of capacities, read from catalog: you read what has just happened."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

from duijie_shared.events.deals import DealStatus
from duijie_shared.service.errors import not_found
from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import JSONResponse

from duijie_gateway.api.cursors import DEFAULT_LIMIT, Cursor, Limit, bound, open_cursor
from duijie_gateway.api.deps import ObjectId, Reader, ServicesDep, correlation_id_of
from duijie_gateway.api.described import READING, refusals
from duijie_gateway.api.schemas.deals import Calendar, DealItem, DealPage

if TYPE_CHECKING:
    import httpx

    from duijie_gateway.domain.access import Caller

router = APIRouter(tags=["deals"])


@router.get(
    "/v1/deals",
    summary="Your holds and deals; all of them, or of their area, for staff",
    responses={200: {"model": DealPage}, **refusals(*READING)},
)
async def page(
    request: Request,
    services: ServicesDep,
    caller: Reader,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
    status: Annotated[DealStatus | None, Query()] = None,
    match: Annotated[UUID | None, Query(description="Those made of one match")] = None,
    order: Annotated[UUID | None, Query(description="Those of one offer or demand")] = None,
) -> Response:
    """In the order in which they were held."""
    wanted = {"status": status, "match": match, "order": order, "area": caller.scope.area}
    filters = {name: str(value) for name, value in wanted.items() if value is not None}
    bound_to = bound(caller, "deals", *(f"{name}={value}" for name, value in filters.items()))
    inner = open_cursor(services.cursors, cursor, bound_to)
    params = {"limit": str(limit)} | filters
    if isinstance(inner, str):
        params["cursor"] = inner
    response = await services.catalog.send(
        "GET", "/deals", caller, correlation_id=correlation_id_of(request), params=params
    )
    if response.status_code != 200:
        return _as_answered(response)
    listed: dict[str, Any] = response.json()
    return JSONResponse(
        {
            "items": listed["items"],
            "next": listed["next"] and services.cursors.sign(listed["next"], bound_to=bound_to),
        }
    )


@router.get(
    "/v1/deals/{id}",
    summary="One hold or deal; once both have accepted, with the other side's contact and place",
    responses={200: {"model": DealItem}, **refusals(*READING, 404)},
)
async def one(request: Request, services: ServicesDep, caller: Reader, id_: ObjectId) -> Response:
    """Another party's deal is 404. Every reading that shows a contact is noted."""
    found = await services.catalog.get_json(
        f"/deals/{id_}", caller, correlation_id=correlation_id_of(request)
    )
    if found is None or not _within(caller, found):
        raise not_found()
    return JSONResponse(found)


@router.get(
    "/v1/capacities/{id}/calendar",
    summary="What is booked and what remains of each day of a capacity",
    responses={200: {"model": Calendar}, **refusals(*READING, 404)},
)
async def calendar(
    request: Request,
    services: ServicesDep,
    caller: Reader,
    id_: ObjectId,
    first: Annotated[dt.date, Query(alias="from", description="First day, Asia/Shanghai")],
    last: Annotated[dt.date, Query(alias="to", description="Last day, at most a year later")],
) -> Response:
    """For its poster and for staff; another party's capacity is 404."""
    response = await services.catalog.send(
        "GET",
        f"/capacities/{id_}/calendar",
        caller,
        correlation_id=correlation_id_of(request),
        params={"from": first.isoformat(), "to": last.isoformat()},
    )
    return _as_answered(response)


def _as_answered(response: httpx.Response) -> Response:
    return Response(
        response.content, status_code=response.status_code, media_type=response.headers.get("content-type")
    )


def _within(caller: Caller, deal: dict[str, Any]) -> bool:
    """Whether one of its sides lies in the area of staff who have one."""
    area = caller.scope.area
    if area is None:
        return True
    return any(str(deal[name] or "").startswith(area) for name in ("offer_county", "demand_county"))
