"""`/grade-schemes`, `/grade-reviews`: schemes that buyers publish, grades that staff place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal
from uuid import UUID

from duijie_shared.service.errors import Refusal, not_found
from fastapi import APIRouter, Header, Query, Request, Response

from duijie_catalog.api.context import Context, after_of, page
from duijie_catalog.api.parties import for_operator
from duijie_catalog.api.requests import DEFAULT_LIMIT, CallerOf, Cursor, Limit, ObjectId, Small
from duijie_catalog.idempotency import Answer, answer
from duijie_catalog.reference import grade_reviews, grade_schemes
from duijie_catalog.reference.grade_book import reference_of, scheme_row
from duijie_catalog.reference.grade_reviews import Review
from duijie_catalog.tables import GradeSchemeRow
from duijie_catalog.unit_of_work import UnitOfWork

KeyId = Annotated[UUID | None, Header(alias="x-key-id")]
Title = Annotated[str, Query(max_length=1000)]


def router(context: Context) -> APIRouter:
    """The routes of own schemes and grade reviews."""
    routes = APIRouter()
    routes.include_router(_schemes(context), prefix="/grade-schemes", tags=["grade-schemes"])
    routes.include_router(_reviews(context), prefix="/grade-reviews", tags=["grade-reviews"])
    return routes


def _schemes(context: Context) -> APIRouter:
    routes = APIRouter()

    @routes.post("", status_code=201)
    def publish(request: Small) -> Response:
        fields = request.fields()

        def act(uow: UnitOfWork) -> Answer:
            party = request.caller.party_id
            found = None if party is None else uow.parties.get(party)
            if found is None or found.terms.kind not in {"buyer", "processor"}:
                raise Refusal(
                    403,
                    "buyers-only",
                    "只有采购商和加工企业可以发布等级标准",
                    "Only buyers and processors may publish a grade scheme",
                )
            row, new = grade_schemes.publish(uow, found.id, fields, context.clock())
            return answer(201 if new else 200, _scheme(row), {"ETag": f'"{row.version}"'})

        return context.answer_once(request, act)

    @routes.get("")
    def listing(request: Request, caller: CallerOf) -> dict[str, Any]:
        with context.reading(request) as uow:
            return {
                "items": [_scheme(row) for row in grade_schemes.versions(uow, caller.party_id)],
                "next": None,
            }

    @routes.get("/by-reference")
    def by_reference(request: Request, reference: Annotated[str, Query(max_length=200)]) -> dict[str, Any]:
        with context.reading(request) as uow:
            row = scheme_row(uow.session, reference)
            if row is None:
                raise not_found()
            return _scheme(row)

    return routes


def _reviews(context: Context) -> APIRouter:
    routes = APIRouter()

    @routes.get("")
    def listing(
        request: Request,
        caller: CallerOf,
        limit: Limit = DEFAULT_LIMIT,
        cursor: Cursor = None,
        status: Literal["open", "mapped", "dismissed"] | None = None,
    ) -> dict[str, Any]:
        for_operator(caller)
        with context.reading(request) as uow:
            found = grade_reviews.page(uow, status=status, after=after_of(cursor), limit=limit + 1)
            return page(found, limit, _review, place=lambda each: each.row.sequence)

    @routes.post("/{id}")
    def decide(request: Small, id: ObjectId, key_id: KeyId = None) -> Response:  # noqa: A002
        for_operator(request.caller)
        fields = request.fields()

        def act(uow: UnitOfWork) -> Answer:
            decided = grade_reviews.decide(
                uow, id, fields, by_role=request.caller.role, by_key=key_id, now=context.clock()
            )
            return answer(200, _review(decided))

        return context.answer_once(request, act)

    return routes


def _scheme(row: GradeSchemeRow) -> dict[str, Any]:
    body: Mapping[str, Any] = row.body
    return {
        "reference": reference_of(row),
        "party": str(row.party_id),
        "version": row.version,
        **body,
        "created_at": row.created_at.isoformat(),
    }


def _review(of: Review) -> dict[str, Any]:
    return {
        "id": str(of.row.id),
        "scheme": of.row.scheme,
        "grade": of.row.grade,
        "measurements": of.row.measurements,
        "product": of.row.product,
        "count": of.row.count,
        "first_seen": of.row.first_seen.isoformat(),
        "last_seen": of.row.last_seen.isoformat(),
        "status": of.row.status,
        "decisions": [
            {
                "rank": each.rank,
                "scope": "family" if each.whole_family else "product",
                "product": each.product,
                "note": each.note,
                "by_role": each.by_role,
                "by_key": each.by_key and str(each.by_key),
                "at": each.created_at.isoformat(),
            }
            for each in of.decisions
        ],
    }
