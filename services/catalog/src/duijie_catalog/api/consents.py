"""`/parties/{id}/consents`: whom a producer lets act for it."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response

from duijie_catalog.api import party_answers
from duijie_catalog.api.context import Context
from duijie_catalog.api.requests import CallerOf, ObjectId, Small, object_id
from duijie_catalog.idempotency import Answer, answer
from duijie_catalog.parties import agents
from duijie_catalog.unit_of_work import UnitOfWork


def router(context: Context) -> APIRouter:
    """The routes of consents."""
    routes = APIRouter(prefix="/parties/{id}/consents", tags=["consents"])

    @routes.post("", status_code=201)
    def record(request: Small, id: ObjectId) -> Response:  # noqa: A002
        fields = request.fields()

        def act(uow: UnitOfWork) -> Answer:
            made = agents.record(uow, request.caller, id, fields, context.clock())
            return answer(201, party_answers.consent(made))

        return context.answer_once(request, act)

    @routes.get("")
    def listing(request: Request, id: ObjectId, caller: CallerOf) -> dict[str, Any]:  # noqa: A002
        with context.reading(request) as uow:
            found = agents.given(uow, caller, id)
        return {"items": [party_answers.consent(each) for each in found], "next": None}

    @routes.delete("/{record}")
    def revoke(request: Small, id: ObjectId, record: str) -> Response:  # noqa: A002
        consent_id = object_id(record)

        def act(uow: UnitOfWork) -> Answer:
            return answer(
                200,
                party_answers.consent(agents.revoke(uow, request.caller, id, consent_id, context.clock())),
            )

        return context.answer_once(request, act)

    return routes
