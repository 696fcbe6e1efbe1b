"""Grades that were posted and that no scheme knows: staff say where they stand, nobody guesses."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import JSONResponse

from duijie_gateway.api.cursors import DEFAULT_LIMIT, Cursor, Limit, bound, open_cursor
from duijie_gateway.api.deps import JsonBody, ObjectId, ServicesDep, allowed, correlation_id_of
from duijie_gateway.api.described import IDEMPOTENCY_KEY, READING, WRITING, body_of, refusals
from duijie_gateway.api.schemas.grades import GradeDecisionPosting, GradeReview, GradeReviewPage
from duijie_gateway.domain.access import Caller

router = APIRouter(prefix="/v1/grade-reviews", tags=["grade-reviews"])

Reviewer = Annotated[Caller, Depends(allowed("review_grades"))]


@router.get(
    "",
    summary="Grades that wait for a place on the common scale",
    responses={200: {"model": GradeReviewPage}, **refusals(*READING)},
)
async def page(
    request: Request,
    services: ServicesDep,
    caller: Reviewer,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
    status: Annotated[Literal["open", "mapped", "dismissed"] | None, Query()] = None,
) -> Response:
    """One item for each scheme, grade or measurements, and product, with how often it was refused; of whom is not said."""
    bound_to = bound(caller, "grade-reviews", status or "")
    inner = open_cursor(services.cursors, cursor, bound_to)
    params = {"limit": str(limit)}
    if status is not None:
        params["status"] = status
    if isinstance(inner, str):
        params["cursor"] = inner
    listed: dict[str, Any] = await services.catalog.get_json(
        "/grade-reviews", caller, correlation_id=correlation_id_of(request), params=params
    )
    return JSONResponse(
        {
            "items": listed["items"],
            "next": listed["next"] and services.cursors.sign(listed["next"], bound_to=bound_to),
        }
    )


@router.post(
    "/{id}",
    summary="Place a grade, or dismiss it",
    responses={200: {"model": GradeReview}, **refusals(*WRITING, 404)},
    openapi_extra={**body_of(GradeDecisionPosting), "parameters": [IDEMPOTENCY_KEY]},
)
async def decide(
    request: Request, services: ServicesDep, caller: Reviewer, id_: ObjectId, body: JsonBody
) -> Response:
    """From now on the same posting has that rank. Where the order of two grades is known a better one is never lower.

    Deciding again replaces the decision; the history stays, and so do the ranks of orders that were accepted.
    """
    headers = {"content-type": "application/json"}
    if key := request.headers.get("idempotency-key"):
        headers["idempotency-key"] = key
    response = await services.catalog.send(
        "POST",
        f"/grade-reviews/{id_}",
        caller,
        correlation_id=correlation_id_of(request),
        headers=headers,
        content=body,
    )
    return Response(
        response.content, status_code=response.status_code, media_type=response.headers.get("content-type")
    )
