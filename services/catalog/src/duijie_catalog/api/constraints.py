"""`/constraints`: what staff decide about pairs and parties, and the declines of parties beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

from duijie_shared.events.constraints import ConstraintKind, ConstraintStatus
from duijie_shared.values import QUANTITY_SCALE, to_number
from fastapi import APIRouter, Query, Request, Response

from duijie_catalog.api.context import Context, after_of, page
from duijie_catalog.api.parties import for_operator
from duijie_catalog.api.requests import DEFAULT_LIMIT, CallerOf, Cursor, Limit, ObjectId, Small
from duijie_catalog.idempotency import Answer, answer
from duijie_catalog.oversight import constraints
from duijie_catalog.trading import constraint_rows
from duijie_catalog.trading.constraint_rows import Wanted
from duijie_catalog.unit_of_work import UnitOfWork

if TYPE_CHECKING:
    from duijie_catalog.domain.constraint import Constraint
    from duijie_catalog.domain.verification import Actor


def router(context: Context) -> APIRouter:
    """The routes of constraints."""
    routes = APIRouter(prefix="/constraints", tags=["constraints"])

    @routes.get("")
    def listing(
        request: Request,
        caller: CallerOf,
        limit: Limit = DEFAULT_LIMIT,
        cursor: Cursor = None,
        kind: ConstraintKind | None = None,
        status: ConstraintStatus | None = None,
        order: UUID | None = None,
        party: UUID | None = None,
        area: Annotated[str | None, Query(pattern="^[0-9]{2,6}$")] = None,
    ) -> dict[str, Any]:
        for_operator(caller)
        wanted = Wanted(None if kind is None else frozenset({kind}), status, order, party, area)
        with context.reading(request) as uow:
            found = constraint_rows.page(uow, wanted, after=after_of(cursor), limit=limit + 1)
        return page(found, limit, shown)

    @routes.post("", status_code=201)
    def post(request: Small) -> Response:
        for_operator(request.caller)
        wish = constraints.wish_of(request.fields())

        def act(uow: UnitOfWork) -> Answer:
            made = constraints.set_(uow, request.caller, wish, context.clock())
            return answer(201, shown(made), {"Location": f"/constraints/{made.id}"})

        return context.answer_once(request, act)

    @routes.get("/{id}")
    def read(request: Request, id: ObjectId, caller: CallerOf) -> dict[str, Any]:  # noqa: A002
        for_operator(caller)
        with context.reading(request) as uow:
            return shown(constraints.read(uow, caller, id))

    @routes.delete("/{id}")
    def end(request: Request, id: ObjectId, caller: CallerOf) -> dict[str, Any]:  # noqa: A002
        for_operator(caller)
        with context.reading(request) as uow:
            return shown(constraints.end(uow, caller, id, context.clock()))

    return routes


def shown(of: Constraint) -> dict[str, Any]:
    """A constraint as staff read it, with those who set and ended it."""
    return {
        "id": str(of.id),
        "version": of.version,
        "status": of.status,
        "kind": of.kind,
        "market": of.market,
        "offer": of.offer_id and str(of.offer_id),
        "demand": of.demand_id and str(of.demand_id),
        "party": of.party_id and str(of.party_id),
        "quantity": None if of.quantity is None else to_number(of.quantity, QUANTITY_SCALE),
        "set_by": of.set_by,
        "reason": of.reason,
        "note": of.note,
        "since": of.created_at.isoformat(),
        "by": _by(of.set_by_actor),
        "ended_at": of.ended_at and of.ended_at.isoformat(),
        "ended_by": of.ended_by and _by(of.ended_by),
        "end_reason": of.end_reason,
    }


def _by(actor: Actor) -> dict[str, Any]:
    return {"role": actor.role, "county": actor.county, "key": str(actor.key_id), "label": actor.label}
