"""Consents: whom a producer lets act for it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from duijie_gateway.api.attestations import RecordId
from duijie_gateway.api.deps import JsonBody, Reader, allowed
from duijie_gateway.api.described import IDEMPOTENCY_KEY, READING, WRITING, body_of, refusals
from duijie_gateway.api.forwarding import ForwardingDep
from duijie_gateway.api.parties import VisibleParty
from duijie_gateway.api.schemas.parties import Consent, ConsentList, ConsentPosting
from duijie_gateway.domain.access import Caller

router = APIRouter(prefix="/v1/parties/{id}/consents", tags=["consents"])

Giver = Annotated[Caller, Depends(allowed("give_consent"))]
Revoker = Annotated[Caller, Depends(allowed("revoke_consent"))]


@router.post(
    "",
    status_code=201,
    summary="Let a service site act for a producer",
    responses={201: {"model": Consent}, **refusals(*WRITING, 404, 409)},
    openapi_extra={**body_of(ConsentPosting), "parameters": [IDEMPOTENCY_KEY]},
)
async def give(forwarding: ForwardingDep, caller: Giver, party: VisibleParty, body: JsonBody) -> Response:
    """By the producer itself, or by staff of its area who hold its signed paper; never by the site."""
    return await forwarding.answer(caller, f"/parties/{party}/consents", body=body)


@router.get(
    "",
    summary="Consents that a party gave or was given",
    responses={200: {"model": ConsentList}, **refusals(*READING, 404)},
)
async def listing(forwarding: ForwardingDep, caller: Reader, party: VisibleParty) -> Response:
    """For the party itself and for staff; revoked and expired ones too."""
    return await forwarding.answer(caller, f"/parties/{party}/consents")


@router.delete(
    "/{record}",
    summary="Revoke a consent",
    responses={200: {"model": Consent}, **refusals(*READING, 404)},
)
async def revoke(
    forwarding: ForwardingDep, caller: Revoker, party: VisibleParty, record: RecordId
) -> Response:
    """By the producer, by the site under its own id, or by staff; it ends at once."""
    return await forwarding.answer(caller, f"/parties/{party}/consents/{record}")
