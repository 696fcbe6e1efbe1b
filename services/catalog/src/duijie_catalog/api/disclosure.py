"""`/parties/{id}/reveals`: what was shown of a party to whom, and the one way in which staff see what is private."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from duijie_shared.service.errors import FieldError, unprocessable
from duijie_shared.values import decimal_to_number
from fastapi import APIRouter, Request

from duijie_catalog.api.context import Context, after_of, page
from duijie_catalog.api.parties import for_operator
from duijie_catalog.api.requests import DEFAULT_LIMIT, CallerOf, Cursor, Limit, ObjectId, Small
from duijie_catalog.parties import party_access
from duijie_catalog.posted import degrees
from duijie_catalog.privacy.disclosure import STAFF_REASONS, PrivateField, Reason, note_reveal, reveals_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from duijie_catalog.tables import RevealRow


def router(context: Context) -> APIRouter:
    """The routes of reveals."""
    routes = APIRouter(prefix="/parties/{id}/reveals", tags=["disclosure"])

    @routes.get("")
    def listing(
        request: Request,
        id: ObjectId,  # noqa: A002
        caller: CallerOf,
        limit: Limit = DEFAULT_LIMIT,
        cursor: Cursor = None,
    ) -> dict[str, Any]:
        with context.reading(request) as uow:
            party_access.seen(uow, caller, id)
            found = reveals_of(uow, id, after=after_of(cursor), limit=limit + 1)
            return page(found, limit, shown, place=lambda row: row.id)

    @routes.post("", status_code=201)
    def reveal(request: Small, id: ObjectId) -> dict[str, Any]:  # noqa: A002
        for_operator(request.caller)
        reason = _reason(request.fields())
        with context.work(request) as uow:
            party = party_access.theirs(uow, request.caller, id)
            private: dict[PrivateField, object] = {
                "contact": party.terms.contact,
                "latitude": _number(party.terms.latitude_e7),
                "longitude": _number(party.terms.longitude_e7),
            }
            note_reveal(
                uow,
                party_id=id,
                to_role=request.caller.role,
                to_key=request.caller.key_id,
                fields=[name for name, value in private.items() if value is not None],
                reason=reason,
                object_id=id,
                now=context.clock(),
            )
        return {"party": str(id)} | {str(name): value for name, value in private.items()}

    return routes


def shown(row: RevealRow) -> dict[str, Any]:
    """One reveal as its party and staff read it."""
    return {
        "at": row.revealed_at.isoformat(),
        "to_party": row.to_party and str(row.to_party),
        "to_role": row.to_role,
        "fields": row.fields,
        "reason": row.reason,
        "object": row.object_id and str(row.object_id),
    }


def _reason(fields: Mapping[str, object]) -> Reason:
    for reason in STAFF_REASONS:
        if fields.get("reason") == reason:
            return reason
    allowed = ", ".join(STAFF_REASONS)
    raise unprocessable(
        [FieldError("reason", "unknown", f"应为 {allowed} 之一", f"must be one of {allowed}")]
    )


def _number(value_e7: int | None) -> object:
    degree = degrees(value_e7)
    return None if degree is None else decimal_to_number(degree)
