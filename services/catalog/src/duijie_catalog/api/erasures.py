"""`/parties/{id}/erasure`: a party asks for its data to be deleted, the operator deletes them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from duijie_shared.service.errors import FieldError, unprocessable
from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from duijie_catalog.api.context import Context
from duijie_catalog.api.requests import CallerOf, ObjectId, Small
from duijie_catalog.parties import party_access
from duijie_catalog.privacy import erasure
from duijie_catalog.unit_of_work import UnitOfWork

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID


def router(context: Context) -> APIRouter:
    """The routes of erasures."""
    routes = APIRouter(prefix="/parties/{id}/erasure", tags=["disclosure"])

    @routes.get("")
    def read(request: Request, id: ObjectId, caller: CallerOf) -> dict[str, Any]:  # noqa: A002
        with context.reading(request) as uow:
            party_access.seen(uow, caller, id)
            return _shown(uow, id)

    # The answer is not kept under an Idempotency-Key: done again, an erasure changes nothing.
    @routes.post("")
    def act(request: Small, id: ObjectId) -> Response:  # noqa: A002
        caller = request.caller
        with context.work(request) as uow:
            party_access.seen(uow, caller, id)
            if caller.party_id is not None:
                erasure.request(uow, caller, id, context.clock())
            else:
                erasure.erase(uow, caller, id, _reason(request.fields()), context.clock())
            return JSONResponse(_shown(uow, id), 202 if caller.party_id is not None else 200)

    return routes


def _shown(uow: UnitOfWork, party_id: UUID) -> dict[str, Any]:
    steps = [
        {
            "event": row.event,
            "at": row.at.isoformat(),
            "reason": row.reason,
            "by_role": row.by_role,
            "counts": row.counts,
        }
        for row in erasure.history(uow, party_id)
    ]
    done = any(step["event"] == "done" for step in steps)
    return {
        "party": str(party_id),
        "status": "done" if done else "requested" if steps else "none",
        "steps": steps,
    }


def _reason(fields: Mapping[str, object]) -> erasure.Reason:
    for reason in erasure.REASONS:
        if fields.get("reason") == reason:
            return reason
    allowed = ", ".join(erasure.REASONS)
    raise unprocessable(
        [FieldError("reason", "unknown", f"应为 {allowed} 之一", f"must be one of {allowed}")]
    )
