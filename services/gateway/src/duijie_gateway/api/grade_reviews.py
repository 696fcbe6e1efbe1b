"""Grades that were posted and that no scheme knows: staff say where they stand, nobody guesses."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Response

from duijie_gateway.api.cursors import DEFAULT_LIMIT, Cursor, Limit
from duijie_gateway.api.deps import JsonBody, ObjectId, allowed
from duijie_gateway.api.described import IDEMPOTENCY_KEY, READING, WRITING, body_of, refusals
from duijie_gateway.api.forwarding import ForwardingDep
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
    forwarding: ForwardingDep,
    caller: Reviewer,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
    status: Annotated[Literal["open", "mapped", "dismissed"] | None, Query()] = None,
) -> Response:
    """One item for each scheme, grade or measurements, and product, with how often it was refused; of whom is not said."""
    return await forwarding.page(
        caller, "/grade-reviews", limit=limit, cursor=cursor, filters={"status": status}
    )


@router.post(
    "/{id}",
    summary="Place a grade, or dismiss it",
    responses={200: {"model": GradeReview}, **refusals(*WRITING, 404)},
    openapi_extra={**body_of(GradeDecisionPosting), "parameters": [IDEMPOTENCY_KEY]},
)
async def decide(forwarding: ForwardingDep, caller: Reviewer, id_: ObjectId, body: JsonBody) -> Response:
    """From now on the same posting has that rank. Where the order of two grades is known a better one is never lower.

    Deciding again replaces the decision; the history stays, and so do the ranks of orders that were accepted.
    """
    return await forwarding.answer(caller, f"/grade-reviews/{id_}", body=body)
