"""`/deals/{id}/shipments`, `/deals/{id}/ratings`, `/parties/{id}/record`: what becomes of deals."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from duijie_shared.values import QUANTITY_SCALE, to_number
from fastapi import APIRouter, Request, Response

from duijie_catalog.api.context import Context
from duijie_catalog.api.requests import CallerOf, ObjectId, Small
from duijie_catalog.clock import day_of
from duijie_catalog.domain.fulfilment import Fulfilment
from duijie_catalog.idempotency import Answer, answer
from duijie_catalog.parties import party_access
from duijie_catalog.trading import deals, fulfilment
from duijie_catalog.unit_of_work import UnitOfWork

if TYPE_CHECKING:
    from collections.abc import Sequence

    from duijie_catalog.domain.deal import Deal
    from duijie_catalog.domain.fulfilment import Shipment


def router(context: Context) -> APIRouter:
    """The routes of shipments, ratings and records."""
    routes = APIRouter(tags=["deals"])

    @routes.post("/deals/{id}/shipments", status_code=201)
    def add(request: Small, id: ObjectId) -> Response:  # noqa: A002
        entry = fulfilment.entry_of(request.fields(), day_of(context.clock()))

        def act(uow: UnitOfWork) -> Answer:
            made = fulfilment.add(uow, request.caller, id, entry, context.clock())
            deal = deals.read(uow, request.caller, id)
            return answer(201, _shipment(made) | _sums(deal, fulfilment.of_deal(uow, id)))

        return context.answer_once(request, act)

    @routes.get("/deals/{id}/shipments")
    def listing(request: Request, id: ObjectId, caller: CallerOf) -> dict[str, Any]:  # noqa: A002
        with context.reading(request) as uow:
            deal = deals.read(uow, caller, id)
            found = fulfilment.of_deal(uow, id)
        counties = {"offer_county": deal.offer_county, "demand_county": deal.demand_county}
        return {"items": [_shipment(each) for each in found], "next": None} | _sums(deal, found) | counties

    @routes.post("/deals/{id}/ratings", status_code=201)
    def rate(request: Small, id: ObjectId) -> Response:  # noqa: A002
        fields = request.fields()

        def act(uow: UnitOfWork) -> Answer:
            stars = fulfilment.rate(uow, request.caller, id, fields, context.clock())
            return answer(201, {"deal": str(id), "stars": stars})

        return context.answer_once(request, act)

    @routes.get("/parties/{id}/record")
    def record(request: Request, id: ObjectId, caller: CallerOf) -> dict[str, Any]:  # noqa: A002
        with context.reading(request) as uow:
            party_access.seen(uow, caller, id)
            return asdict(fulfilment.record_of(uow, id))

    return routes


def _shipment(of: Shipment) -> dict[str, Any]:
    return {
        "id": str(of.id),
        "side": of.side,
        "outcome": of.outcome,
        "quantity": to_number(of.quantity, QUANTITY_SCALE),
        "reason": of.reason,
        "day": of.day.isoformat(),
        "at": of.created_at.isoformat(),
    }


def _sums(deal: Deal, shipments: Sequence[Shipment]) -> dict[str, Any]:
    of = Fulfilment.of(deal.quantity, shipments)
    sums = {name: getattr(of, name) for name in ("sent", "delivered", "short", "rejected")}
    sums["open"] = of.left("demand")
    shown = {name: to_number(value, QUANTITY_SCALE) for name, value in sums.items()}
    return {"deal": {"id": str(deal.id), "unit": deal.unit, "fulfilled": of.fulfilled} | shown}
