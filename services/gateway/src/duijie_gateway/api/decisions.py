"""Decisions: the read model says what was shown to a party, catalog judges it as it stands and keeps it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any

from duijie_shared.service.errors import not_found
from fastapi import APIRouter, Depends, Response

from duijie_gateway.api.deps import JsonBody, ObjectId, Reader, ServicesDep, allowed
from duijie_gateway.api.described import IDEMPOTENCY_KEY, READING, WRITING, body_of, refusals
from duijie_gateway.api.forwarding import ForwardingDep
from duijie_gateway.api.schemas.decisions import CounterPage, Decision, DecisionPosting
from duijie_gateway.domain.access import Caller

if TYPE_CHECKING:
    from duijie_gateway.repository.matches import Match

router = APIRouter(prefix="/v1/matches/{id}", tags=["decisions"])

Decider = Annotated[Caller, Depends(allowed("decide"))]


@router.post(
    "/decisions",
    status_code=201,
    summary="Accept, decline, counter or withdraw one of your matches",
    responses={201: {"model": Decision}, **refusals(*WRITING, 404, 409)},
    openapi_extra={**body_of(DecisionPosting), "parameters": [IDEMPOTENCY_KEY]},
)
async def decide(
    forwarding: ForwardingDep, services: ServicesDep, caller: Decider, id_: ObjectId, body: JsonBody
) -> Response:
    """The first accept holds quantity and capacities for two days, the other side's makes the deal; alternatives can
    be accepted too. A decline gives back what is held and keeps the pair apart until it is withdrawn, or either side
    amends its order. A counter waits two days for the other side, six rounds in all; an accept takes the other side's
    counter where one is open, at its terms. What no longer fits is 409 with `code`, `obstacles` and `present`, what
    stands now. A party decides for itself alone; another's match is 404.
    """
    match = await services.matches.one(caller.scope, id_)
    if match is None:
        raise not_found()
    # The party's own words go on as they came: their numbers are exact, and a repeated request is known by them.
    command = b'{"decision":' + body + b',"match":' + json.dumps(shown(match)).encode() + b"}"
    return await forwarding.answer(caller, f"/matches/{id_}/decisions", body=command)


@router.get(
    "/counters",
    summary="The counter-offers on a match",
    responses={200: {"model": CounterPage}, **refusals(*READING, 404)},
)
async def counters(
    forwarding: ForwardingDep, services: ServicesDep, caller: Reader, id_: ObjectId
) -> Response:
    """For its two sides, and for staff of their areas; oldest first."""
    if await services.matches.one(caller.scope, id_) is None:
        raise not_found()
    return await forwarding.answer(caller, f"/matches/{id_}/counters")


def shown(match: Match) -> dict[str, Any]:
    """A match as catalog is told that it was shown; contract integers."""
    record = match.record
    price, farm_gate = record.suggested_price, record.farm_gate_price
    # Whatever a route costs lies between the two prices, so a hold's own prices give it as well.
    transport = record.transport_cost if price is None or farm_gate is None else price - farm_gate
    return {
        "offer_id": str(record.offer_id),
        "demand_id": str(record.demand_id),
        "offer_version": record.version.offer,
        "demand_version": record.version.demand,
        "quantity": record.quantity,
        "price": price,
        "transport": transport,
        "legs": [
            {
                "capacity_id": str(leg.capacity_id),
                "first": leg.first.isoformat(),
                "last": leg.last.isoformat(),
                "quantity": leg.per_day,
            }
            for leg in record.route
            if leg.capacity_id is not None and leg.first is not None and leg.last is not None
        ],
        "proposed": match.status in {"proposed", "held"},
    }
