"""Evidence and certificates of parties: entered and revoked by staff, read by the party."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

from duijie_shared.service.errors import not_found
from fastapi import APIRouter, Depends, Path, Response

from duijie_gateway.api.deps import JsonBody, ObjectId, Reader
from duijie_gateway.api.described import IDEMPOTENCY_KEY, READING, WRITING, body_of, refusals
from duijie_gateway.api.forwarding import ForwardingDep
from duijie_gateway.api.parties import PartyManager, VisibleParty
from duijie_gateway.api.schemas.parties import (
    Certificate,
    CertificateList,
    CertificatePosting,
    Evidence,
    EvidenceList,
    EvidencePosting,
)

if TYPE_CHECKING:
    from pydantic import BaseModel


def record_id(
    text: Annotated[
        str, Path(alias="record", description="The record's id", json_schema_extra={"format": "uuid"})
    ],
) -> UUID:
    """The record's id in the path. What is no id names nothing: 404."""
    try:
        return UUID(text)
    except ValueError:
        raise not_found() from None


RecordId = Annotated[UUID, Depends(record_id)]


@dataclass(frozen=True)
class _Kind:
    """One kind of record: its address, its name, and its shapes."""

    path: str
    label: str
    posted: type[BaseModel]
    stored: type[BaseModel]
    listed: type[BaseModel]


_KINDS = (
    _Kind("evidence", "evidence", EvidencePosting, Evidence, EvidenceList),
    _Kind("certificates", "certificates", CertificatePosting, Certificate, CertificateList),
)


def _router(kind: _Kind) -> APIRouter:
    routes = APIRouter(prefix=f"/v1/parties/{{id}}/{kind.path}", tags=[kind.path])

    @routes.post(
        "",
        status_code=201,
        summary=f"Enter {kind.label} of a party",
        description="Its offers show it at once, and for as long as it holds.",
        responses={201: {"model": kind.stored}, **refusals(*WRITING, 404)},
        openapi_extra={**body_of(kind.posted), "parameters": [IDEMPOTENCY_KEY]},
    )
    async def record(
        forwarding: ForwardingDep, caller: PartyManager, id_: ObjectId, body: JsonBody
    ) -> Response:
        return await forwarding.answer(caller, f"/parties/{id_}/{kind.path}", body=body)

    @routes.get(
        "",
        summary=f"The {kind.label} of a party",
        description="For the party itself and for staff; revoked and expired records too.",
        responses={200: {"model": kind.listed}, **refusals(*READING, 404)},
    )
    async def listing(forwarding: ForwardingDep, caller: Reader, party: VisibleParty) -> Response:
        return await forwarding.answer(caller, f"/parties/{party}/{kind.path}")

    @routes.delete(
        "/{record}",
        summary=f"Revoke {kind.label}",
        description="The record stays and says when it was revoked; offers show at once that it is.",
        responses={200: {"model": kind.stored}, **refusals(*READING, 404)},
    )
    async def revoke(
        forwarding: ForwardingDep, caller: PartyManager, id_: ObjectId, record: RecordId
    ) -> Response:
        return await forwarding.answer(caller, f"/parties/{id_}/{kind.path}/{record}")

    return routes


router = APIRouter()
for _kind in _KINDS:
    router.include_router(_router(_kind))
