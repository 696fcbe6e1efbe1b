"""`/parties`: entered by the operator, read by itself and by staff."""

from __future__ import annotations

from typing import Annotated, Any

from duijie_shared.events.parties import PartyStatus
from duijie_shared.service.errors import Refusal
from fastapi import APIRouter, Query, Request, Response

from duijie_catalog import handlers
from duijie_catalog.api import answers
from duijie_catalog.api.context import Context, after_of, page
from duijie_catalog.api.requests import DEFAULT_LIMIT, CallerOf, Cursor, Limit, ObjectId, Small
from duijie_catalog.handlers import Caller
from duijie_catalog.idempotency import Answer, answer
from duijie_catalog.parties import applications, party_access
from duijie_catalog.unit_of_work import UnitOfWork


def router(context: Context) -> APIRouter:
    """The routes of parties."""
    routes = APIRouter(prefix="/parties", tags=["parties"])

    @routes.post("", status_code=201)
    def register(request: Small) -> Response:
        for_operator(request.caller)
        fields = request.fields()

        def act(uow: UnitOfWork) -> Answer:
            made = applications.enter(uow, request.caller, fields, context.clock())
            return answer(201, answers.party(made, own=False), {"ETag": f'"{made.version}"'})

        return context.answer_once(request, act)

    @routes.get("")
    def listing(
        request: Request,
        caller: CallerOf,
        row_key: Annotated[str | None, Query(max_length=100)] = None,
        status: PartyStatus | None = None,
        limit: Limit = DEFAULT_LIMIT,
        cursor: Cursor = None,
    ) -> dict[str, Any]:
        with context.reading(request) as uow:
            found = handlers.parties(
                uow, caller, row_key=row_key, status=status, after=after_of(cursor), limit=limit + 1
            )
        return page(found, limit, lambda each: answers.party(each, own=each.id == caller.party_id))

    @routes.get("/{id}")
    def read(
        request: Request,
        id: ObjectId,  # noqa: A002
        caller: CallerOf,
        response: Response,
    ) -> dict[str, Any]:
        with context.reading(request) as uow:
            found = party_access.seen(uow, caller, id)
        response.headers["ETag"] = f'"{found.version}"'
        return answers.party(found, own=found.id == caller.party_id)

    return routes


def for_operator(caller: Caller) -> None:
    """Refuse parties: what follows is for staff and the operator."""
    if caller.party_id is not None:
        raise Refusal(403, "operator-only", "仅限运营方", "For the operator only")
