"""Holds and deals, and the calendars of capacities, read from catalog: you read what has just happened."""

from __future__ import annotations

import datetime as dt
from typing import Annotated
from uuid import UUID

from duijie_shared.events.deals import DealStatus
from duijie_shared.sheets.delivery import content_disposition
from fastapi import APIRouter, Depends, Query, Response
from fastapi.concurrency import run_in_threadpool

from duijie_gateway.api.cursors import DEFAULT_LIMIT, Cursor, Limit
from duijie_gateway.api.deps import ObjectId, Reader, allowed
from duijie_gateway.api.described import READING, refusals
from duijie_gateway.api.forwarding import ForwardingDep, answered, within
from duijie_gateway.api.schemas.deals import Calendar, DealItem, DealPage
from duijie_gateway.contract_sheet import contract_sheet
from duijie_gateway.domain.access import Caller

router = APIRouter(tags=["deals"])
Decider = Annotated[Caller, Depends(allowed("decide"))]


@router.get(
    "/v1/deals",
    summary="Your holds and deals; all of them, or of their area, for staff",
    responses={200: {"model": DealPage}, **refusals(*READING)},
)
async def page(
    forwarding: ForwardingDep,
    caller: Reader,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
    status: Annotated[DealStatus | None, Query()] = None,
    match: Annotated[UUID | None, Query(description="Those made of one match")] = None,
    order: Annotated[UUID | None, Query(description="Those of one offer or demand")] = None,
) -> Response:
    """In the order in which they were held."""
    filters = {
        "status": status,
        "match": None if match is None else str(match),
        "order": None if order is None else str(order),
        "area": caller.scope.area,
    }
    return await forwarding.page(caller, "/deals", limit=limit, cursor=cursor, filters=filters)


@router.get(
    "/v1/deals/{id}",
    summary="One hold or deal; once both have accepted, with the other side's contact and place",
    responses={200: {"model": DealItem}, **refusals(*READING, 404)},
)
async def one(forwarding: ForwardingDep, caller: Reader, id_: ObjectId) -> Response:
    """Another party's deal is 404. Every reading that shows a contact is noted."""
    return await forwarding.seen(
        caller,
        f"/deals/{id_}",
        lambda deal: within(caller, deal["offer_county"], deal["demand_county"]),
    )


@router.get(
    "/v1/deals/{id}/contract.pdf",
    summary="The contract sheet of your deal, in Chinese, to sign",
    response_class=Response,
    responses={
        200: {
            "description": "One page of A4",
            "content": {
                "application/pdf": {"schema": {"type": "string", "contentMediaType": "application/pdf"}}
            },
        },
        **refusals(*READING, 403, 404, 409),
    },
)
async def contract(forwarding: ForwardingDep, caller: Decider, id_: ObjectId) -> Response:
    """For its two sides once both have accepted (409 `not-dealt` before): it names both with contact and place, so
    every reading is noted.
    """
    answer = await forwarding.send(caller, f"/deals/{id_}/contract")
    if answer.status_code != 200:
        return answered(answer)
    sheet = await run_in_threadpool(contract_sheet, answer.json())
    name = content_disposition(f"合同单-{id_}.pdf", f"contract-{id_}.pdf")
    return Response(sheet, media_type="application/pdf", headers={"Content-Disposition": name})


@router.get(
    "/v1/capacities/{id}/calendar",
    summary="What is booked and what remains of each day of a capacity",
    responses={200: {"model": Calendar}, **refusals(*READING, 404)},
)
async def calendar(
    forwarding: ForwardingDep,
    caller: Reader,
    id_: ObjectId,
    first: Annotated[dt.date, Query(alias="from", description="First day, Asia/Shanghai")],
    last: Annotated[dt.date, Query(alias="to", description="Last day, at most a year later")],
) -> Response:
    """For its poster and for staff; another party's capacity is 404."""
    days = {"from": first.isoformat(), "to": last.isoformat()}
    return await forwarding.answer(caller, f"/capacities/{id_}/calendar", params=days)
