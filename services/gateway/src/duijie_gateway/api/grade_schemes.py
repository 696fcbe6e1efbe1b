"""A buyer's own grade schemes: published in versions, each under a reference that stays."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from duijie_gateway.api.deps import JsonBody, Reader, allowed
from duijie_gateway.api.described import IDEMPOTENCY_KEY, READING, WRITING, body_of, refusals
from duijie_gateway.api.forwarding import ForwardingDep
from duijie_gateway.api.schemas.grades import OwnSchemePage, OwnSchemePosting, OwnSchemeShown
from duijie_gateway.domain.access import Caller

router = APIRouter(prefix="/v1/grade-schemes", tags=["grade-schemes"])

Publisher = Annotated[Caller, Depends(allowed("publish_schemes"))]


@router.post(
    "",
    status_code=201,
    summary="Publish a grade scheme of your own, or its next version",
    responses={
        200: {"model": OwnSchemeShown, "description": "The same content stands already"},
        201: {"model": OwnSchemeShown},
        **refusals(*WRITING, 409),
    },
    openapi_extra={**body_of(OwnSchemePosting), "parameters": [IDEMPOTENCY_KEY]},
)
async def publish(forwarding: ForwardingDep, caller: Publisher, body: JsonBody) -> Response:
    """Ranks never rise from a better class to a worse one, and a better class is never laxer.

    Offers and demands name it as `grade_scheme`: by `reference`, or as `own:<your id or row key>/<code>` for the newest
    version. Orders keep the version under which they were posted.
    """
    return await forwarding.answer(caller, "/grade-schemes", body=body)


@router.get(
    "",
    summary="Your grade schemes; everyone's for staff",
    responses={200: {"model": OwnSchemePage}, **refusals(*READING)},
)
async def mine(forwarding: ForwardingDep, caller: Reader) -> Response:
    """Every version. Anybody who has a reference reads that scheme at `/v1/grades/{reference}`."""
    return await forwarding.answer(caller, "/grade-schemes")
