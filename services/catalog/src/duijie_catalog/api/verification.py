"""`/parties/applications`, `/parties/{id}/verification`, `/parties/{id}/history`."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response

from duijie_catalog.api import answers, party_answers
from duijie_catalog.api.context import Context
from duijie_catalog.api.parties import for_operator
from duijie_catalog.api.requests import CallerOf, ObjectId, Small
from duijie_catalog.idempotency import Answer, answer
from duijie_catalog.parties import applications, history, party_access, verification
from duijie_catalog.unit_of_work import UnitOfWork


def router(context: Context) -> APIRouter:
    """The routes of verification."""
    routes = APIRouter(prefix="/parties", tags=["verification"])

    @routes.post("/applications", status_code=201)
    def apply(request: Small) -> Response:
        for_operator(request.caller)
        fields = request.fields()

        def act(uow: UnitOfWork) -> Answer:
            made = applications.apply(uow, request.caller, fields, context.clock())
            return answer(201, answers.party(made, own=False), {"ETag": f'"{made.version}"'})

        return context.answer_once(request, act)

    @routes.post("/{id}/verification")
    def step(request: Small, id: ObjectId) -> Response:  # noqa: A002
        expected, wanted = request.expected_version(), verification.wanted(request.fields())

        def act(uow: UnitOfWork) -> Answer:
            moved = verification.take(uow, request.caller, id, expected, wanted, context.clock())
            own = moved.id == request.caller.party_id
            return answer(200, answers.party(moved, own=own), {"ETag": f'"{moved.version}"'})

        return context.answer_once(request, act)

    @routes.get("/{id}/history")
    def lines(request: Request, id: ObjectId, caller: CallerOf) -> dict[str, Any]:  # noqa: A002
        with context.reading(request) as uow:
            party_access.seen(uow, caller, id)
            steps = history.of_party(uow.session, id)
        staff = caller.party_id is None
        return {"items": [party_answers.step(each, staff=staff) for each in steps], "next": None}

    return routes
