"""`/orders/offers`, `/orders/demands`, `/capacities`: post, list, read, amend, withdraw."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from duijie_shared.events.base import OrderStatus
from fastapi import APIRouter, Request, Response

from duijie_catalog import handlers
from duijie_catalog.api import answers
from duijie_catalog.api.context import Context, after_of, page
from duijie_catalog.api.requests import DEFAULT_LIMIT, CallerOf, Cursor, Limit, ObjectId, Small
from duijie_catalog.domain.capacity import Capacity
from duijie_catalog.domain.category import is_parent
from duijie_catalog.domain.order import Order
from duijie_catalog.handlers import Caller
from duijie_catalog.idempotency import Answer, answer
from duijie_catalog.kinds import CAPACITIES, DEMANDS, OFFERS, Kind
from duijie_catalog.parties import agents
from duijie_catalog.unit_of_work import UnitOfWork


def router(context: Context) -> APIRouter:
    """The routes of all three kinds."""
    routes = APIRouter()
    for prefix, kind in (
        ("/orders/offers", OFFERS),
        ("/orders/demands", DEMANDS),
        ("/capacities", CAPACITIES),
    ):
        routes.include_router(_routes(context, kind), prefix=prefix, tags=[kind.name])
    return routes


def _routes(context: Context, kind: Kind) -> APIRouter:
    routes = APIRouter()

    @routes.post("", status_code=201)
    def post(request: Small) -> Response:
        fields = request.fields()

        def act(uow: UnitOfWork) -> Answer:
            made = handlers.post(uow, kind, request.caller, fields, context.clock())
            return _answer(
                uow, 201, made, request.caller, Location=f"{request.path.partition('?')[0]}/{made.id}"
            )

        return context.answer_once(request, act)

    @routes.get("")
    def listing(
        request: Request,
        caller: CallerOf,
        limit: Limit = DEFAULT_LIMIT,
        cursor: Cursor = None,
        status: OrderStatus | None = None,
    ) -> dict[str, Any]:
        with context.reading(request) as uow:
            found = kind.repository(uow).page(
                after=after_of(cursor),
                limit=limit + 1,
                status=status,
                party_id=caller.party_id,
                principals=agents.principals(uow, caller, kind, context.clock()),
            )
            shown = _shown(uow, found)
        return page(found, limit, lambda each: shown(each, own=_wrote(caller, each)))

    @routes.get("/{id}")
    def read(request: Request, id: ObjectId, caller: CallerOf) -> Response:  # noqa: A002
        with context.reading(request) as uow:
            found = handlers.read(uow, kind, caller, id, context.clock())
            return _response(_answer(uow, 200, found, caller))

    @routes.patch("/{id}")
    def amend(request: Small, id: ObjectId) -> Response:  # noqa: A002
        expected, changes = request.expected_version(), request.fields()

        def act(uow: UnitOfWork) -> Answer:
            amended = handlers.amend(uow, kind, request.caller, id, expected, changes, context.clock())
            return _answer(uow, 200, amended, request.caller)

        return context.answer_once(request, act)

    @routes.delete("/{id}")
    def withdraw(request: Small, id: ObjectId) -> Response:  # noqa: A002
        expected = request.expected_version()

        def act(uow: UnitOfWork) -> Answer:
            withdrawn = handlers.withdraw(uow, kind, request.caller, id, expected, context.clock())
            return _answer(uow, 200, withdrawn, request.caller)

        return context.answer_once(request, act)

    return routes


def _answer(uow: UnitOfWork, status: int, of: Order | Capacity, caller: Caller, **headers: str) -> Answer:
    own = _wrote(caller, of)
    return answer(status, _shown(uow, [of])(of, own=own), {"ETag": f'"{of.version}"', **headers})


def _shown(uow: UnitOfWork, found: Sequence[Order | Capacity]) -> Callable[..., dict[str, Any]]:
    """How each of these is shown: a demand for a category with its children."""
    parents = [each.id for each in found if isinstance(each, Order) and is_parent(each)]
    children = uow.orders.children(parents) if parents else {}

    def show(of: Order | Capacity, *, own: bool) -> dict[str, Any]:
        if isinstance(of, Order) and is_parent(of):
            return answers.category(of, children.get(of.id, []), own=own)
        return answers.posting(of, own=own)

    return show


def _wrote(caller: Caller, of: Order | Capacity) -> bool:
    """Whether the caller is shown what is private: the party's own, and what the caller posted for it."""
    site_id = of.posted_by if isinstance(of, Order) else None
    return caller.party_id is not None and caller.party_id in {of.party_id, site_id}


def _response(given: Answer) -> Response:
    return Response(given.body, given.status, given.headers, media_type="application/json")
