"""`/flags`: what does not look plausible, for staff."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from fastapi import APIRouter, Request, Response

from duijie_catalog.api.context import Context, after_of, page
from duijie_catalog.api.parties import for_operator
from duijie_catalog.api.requests import DEFAULT_LIMIT, CallerOf, Cursor, Limit, ObjectId, Small
from duijie_catalog.domain.plausibility import FlagCode
from duijie_catalog.idempotency import Answer, answer
from duijie_catalog.oversight import flags
from duijie_catalog.oversight.flags import FlagStatus
from duijie_catalog.unit_of_work import UnitOfWork

if TYPE_CHECKING:
    from duijie_catalog.tables import FlagRow


def router(context: Context) -> APIRouter:
    """The routes of flags."""
    routes = APIRouter(prefix="/flags", tags=["flags"])

    @routes.get("")
    def listing(
        request: Request,
        caller: CallerOf,
        status: FlagStatus | None = None,
        code: FlagCode | None = None,
        order: UUID | None = None,
        limit: Limit = DEFAULT_LIMIT,
        cursor: Cursor = None,
    ) -> dict[str, Any]:
        for_operator(caller)
        with context.reading(request) as uow:
            found = flags.listed(
                uow,
                caller,
                status=status,
                code=code,
                order_id=order,
                after=after_of(cursor),
                limit=limit + 1,
            )
            return page(found, limit, shown)

    @routes.post("/{id}")
    def decide(request: Small, id: ObjectId) -> Response:  # noqa: A002
        for_operator(request.caller)
        fields = request.fields()

        def act(uow: UnitOfWork) -> Answer:
            return answer(200, shown(flags.decide(uow, request.caller, id, fields, context.clock())))

        return context.answer_once(request, act)

    return routes


def shown(of: FlagRow) -> dict[str, Any]:
    """A flag as staff read it."""
    by = {"role": of.decided_by_role, "key": of.decided_by_key and str(of.decided_by_key)}
    return {
        "id": str(of.id),
        "order": str(of.order_id),
        "version": of.order_version,
        "side": of.side,
        "party": str(of.party_id),
        "county": of.county,
        "code": of.code,
        "zh": of.zh,
        "en": of.en,
        "facts": of.facts,
        "status": of.status,
        "raised_at": of.raised_at.isoformat(),
        "decided_at": of.decided_at and of.decided_at.isoformat(),
        "decided_by": by if of.decided_at else None,
        "note": of.note,
    }
