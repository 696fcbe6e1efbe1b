"""Applications of parties and the steps of their verification: catalog judges, the gateway says who asks."""

from __future__ import annotations

from fastapi import APIRouter, Response

from duijie_gateway.api.deps import JsonBody, Reader
from duijie_gateway.api.described import IDEMPOTENCY_KEY, IF_MATCH, READING, WRITING, body_of, refusals
from duijie_gateway.api.forwarding import ForwardingDep
from duijie_gateway.api.parties import PartyManager, VisibleParty
from duijie_gateway.api.schemas.parties import Application, History, Party, VerificationStep

router = APIRouter(prefix="/v1/parties", tags=["verification"])


@router.post(
    "/applications",
    status_code=201,
    summary="Apply for a party",
    responses={201: {"model": Party}, **refusals(*WRITING, 409)},
    openapi_extra={**body_of(Application), "parameters": [IDEMPOTENCY_KEY]},
)
async def apply(forwarding: ForwardingDep, caller: PartyManager, body: JsonBody) -> Response:
    """Staff whose area covers the party's county enter it; it may not trade before it is approved."""
    return await forwarding.answer(caller, "/parties/applications", body=body)


@router.post(
    "/{id}/verification",
    summary="Take a step of a party's verification",
    responses={200: {"model": Party}, **refusals(*WRITING, 404, 409, 412, 428)},
    openapi_extra={**body_of(VerificationStep), "parameters": [IF_MATCH, IDEMPOTENCY_KEY]},
)
async def step(forwarding: ForwardingDep, caller: Reader, party: VisibleParty, body: JsonBody) -> Response:
    """The county recommends or returns, the platform approves, returns, suspends and reinstates, never the same
    person both; a party whose application was returned applies again.
    """
    return await forwarding.answer(caller, f"/parties/{party}/verification", body=body)


@router.get(
    "/{id}/history",
    summary="Every step of a party's verification",
    responses={200: {"model": History}, **refusals(*READING, 404)},
)
async def history(forwarding: ForwardingDep, caller: Reader, party: VisibleParty) -> Response:
    """For the party itself, without names, and for staff."""
    return await forwarding.answer(caller, f"/parties/{party}/history")
