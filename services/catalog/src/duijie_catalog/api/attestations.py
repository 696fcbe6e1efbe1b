"""`/parties/{id}/evidence`, `/parties/{id}/certificates`: entered and revoked by staff."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response

from duijie_catalog.api import party_answers
from duijie_catalog.api.context import Context
from duijie_catalog.api.requests import CallerOf, ObjectId, Small, object_id
from duijie_catalog.domain.evidence import AttestationKind
from duijie_catalog.idempotency import Answer, answer
from duijie_catalog.parties import evidence
from duijie_catalog.unit_of_work import UnitOfWork


def router(context: Context) -> APIRouter:
    """The routes of both."""
    routes = APIRouter(prefix="/parties/{id}", tags=["attestations"])
    routes.include_router(_routes(context, "evidence"), prefix="/evidence")
    routes.include_router(_routes(context, "certificate"), prefix="/certificates")
    return routes


def _routes(context: Context, kind: AttestationKind) -> APIRouter:
    routes = APIRouter()

    @routes.post("", status_code=201)
    def record(request: Small, id: ObjectId) -> Response:  # noqa: A002
        fields = request.fields()

        def act(uow: UnitOfWork) -> Answer:
            made = evidence.record(uow, request.caller, id, kind, fields, context.clock())
            return answer(201, party_answers.attestation(made))

        return context.answer_once(request, act)

    @routes.get("")
    def listing(request: Request, id: ObjectId, caller: CallerOf) -> dict[str, Any]:  # noqa: A002
        with context.reading(request) as uow:
            found = evidence.records(uow, caller, id, kind)
        return {"items": [party_answers.attestation(each) for each in found], "next": None}

    @routes.delete("/{record}")
    def revoke(request: Small, id: ObjectId, record: str) -> Response:  # noqa: A002
        record_id = object_id(record)

        def act(uow: UnitOfWork) -> Answer:
            revoked = evidence.revoke(uow, request.caller, id, kind, record_id, context.clock())
            return answer(200, party_answers.attestation(revoked))

        return context.answer_once(request, act)

    return routes
