"""`/standing-demands`: post, preview, list, read, amend, end, and what has been opened of them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Literal

from duijie_shared.values import decimal_to_number
from fastapi import APIRouter, Request, Response

from duijie_catalog.api.answers import PRIVATE_FIELDS
from duijie_catalog.api.context import Context, after_of, page
from duijie_catalog.api.requests import DEFAULT_LIMIT, CallerOf, Cursor, Limit, ObjectId, Small
from duijie_catalog.clock import day_of
from duijie_catalog.demands import standing, standing_fields
from duijie_catalog.demands.standing_rows import StandingDemands
from duijie_catalog.domain.order import Order
from duijie_catalog.domain.recurrence import Recurrence, Window
from duijie_catalog.domain.standing import StandingDemand, StandingTerms
from duijie_catalog.handlers import Caller
from duijie_catalog.idempotency import Answer, answer
from duijie_catalog.posted import remaining_of
from duijie_catalog.unit_of_work import UnitOfWork

SHOWN_AHEAD = 10
"""Windows to come that a preview shows."""

Status = Literal["open", "paused", "ended"]


def router(context: Context) -> APIRouter:
    """The routes of standing demands."""
    routes = APIRouter(prefix="/standing-demands", tags=["standing-demands"])

    @routes.post("", status_code=201)
    def post(request: Small) -> Response:
        fields = request.fields()

        def act(uow: UnitOfWork) -> Answer:
            made = standing.post(uow, request.caller, fields, context.clock())
            return _answer(201, made, request.caller, Location=f"/standing-demands/{made.id}")

        return context.answer_once(request, act)

    @routes.post("/preview")
    def preview(request: Small) -> dict[str, Any]:
        fields = request.fields()
        with context.work(request) as uow:
            terms = standing.judged(uow, fields, context.clock())
        return _preview(terms, context)

    @routes.get("")
    def listing(
        request: Request,
        caller: CallerOf,
        limit: Limit = DEFAULT_LIMIT,
        cursor: Cursor = None,
        status: Status | None = None,
    ) -> dict[str, Any]:
        with context.reading(request) as uow:
            found = StandingDemands(uow.session).page(
                after=after_of(cursor), limit=limit + 1, status=status, party_id=caller.party_id
            )
        return page(found, limit, lambda each: _shown(each, caller))

    @routes.get("/{id}")
    def read(request: Request, id: ObjectId, caller: CallerOf) -> Response:  # noqa: A002
        with context.reading(request) as uow:
            found = standing.read(uow, caller, id)
        given = _answer(200, found, caller)
        return Response(given.body, given.status, given.headers, media_type="application/json")

    @routes.get("/{id}/instances")
    def instances(
        request: Request,
        id: ObjectId,  # noqa: A002
        caller: CallerOf,
        limit: Limit = DEFAULT_LIMIT,
        cursor: Cursor = None,
    ) -> dict[str, Any]:
        with context.reading(request) as uow:
            found = standing.read(uow, caller, id)
            orders = uow.orders.instances(found.id, after=after_of(cursor), limit=limit + 1)
        upcoming = [] if found.status == "ended" else _upcoming(found.terms.recurrence, context)
        return page(orders, limit, _instance) | {"upcoming": upcoming}

    @routes.patch("/{id}")
    def amend(request: Small, id: ObjectId) -> Response:  # noqa: A002
        expected, changes = request.expected_version(), request.fields()

        def act(uow: UnitOfWork) -> Answer:
            amended = standing.amend(uow, request.caller, id, expected, changes, context.clock())
            return _answer(200, amended, request.caller)

        return context.answer_once(request, act)

    @routes.delete("/{id}")
    def end(request: Small, id: ObjectId) -> Response:  # noqa: A002
        expected = request.expected_version()

        def act(uow: UnitOfWork) -> Answer:
            return _answer(
                200, standing.end(uow, request.caller, id, expected, context.clock()), request.caller
            )

        return context.answer_once(request, act)

    return routes


def _answer(status: int, of: StandingDemand, caller: Caller, **headers: str) -> Answer:
    return answer(status, _shown(of, caller), {"ETag": f'"{of.version}"', **headers})


def _shown(of: StandingDemand, caller: Caller) -> dict[str, Any]:
    own = caller.party_id == of.party_id
    fields = standing_fields.fields_of(of.terms)
    return {
        "id": str(of.id),
        "version": of.version,
        "status": of.status,
        "long_contract": of.terms.long_contract,
        "missed": of.missed,
        "problems": [vars(problem) for problem in of.problems],
        **{name: _number(value) for name, value in fields.items() if own or name not in PRIVATE_FIELDS},
        "party": str(of.party_id),
        "created_at": of.created_at.isoformat(),
        "updated_at": of.updated_at.isoformat(),
    }


def _instance(of: Order) -> dict[str, Any]:
    terms = of.terms
    return {
        "order_id": str(of.id),
        "needed_from": terms.window_from.isoformat(),
        "needed_to": terms.window_to.isoformat(),
        "status": of.status,
        "quantity": decimal_to_number(terms.posted_quantity),
        "remaining": float(remaining_of(terms, of.remaining)),
        "unit": terms.unit,
        "bid_price": _number(terms.posted_price),
        "opened_at": of.created_at.isoformat(),
    }


def _preview(terms: StandingTerms, context: Context) -> dict[str, Any]:
    due = terms.recurrence.due(day_of(context.clock()))
    return {
        "long_contract": terms.long_contract,
        "due": [_window(window, terms.recurrence) for window in due],
        "upcoming": _upcoming(terms.recurrence, context),
    }


def _upcoming(recurrence: Recurrence, context: Context) -> list[dict[str, str]]:
    windows = recurrence.to_come(day_of(context.clock()), SHOWN_AHEAD)
    return [_window(window, recurrence) for window in windows]


def _window(window: Window, recurrence: Recurrence) -> dict[str, str]:
    return {
        "needed_from": window.first.isoformat(),
        "needed_to": window.last.isoformat(),
        "opens_on": recurrence.opens_on(window).isoformat(),
    }


def _number(value: object) -> object:
    return decimal_to_number(value) if isinstance(value, Decimal) else value
