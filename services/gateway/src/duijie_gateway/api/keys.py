"""API keys: made, listed and revoked by admins."""

from __future__ import annotations

import datetime as dt
from typing import Annotated
from uuid import UUID, uuid4

from duijie_shared.geography import counties
from duijie_shared.service.errors import FieldError, Refusal, not_found, unprocessable
from fastapi import APIRouter, Depends, Request, Response
from fastapi.encoders import jsonable_encoder
from fastapi.responses import JSONResponse
from pydantic import ValidationError

from duijie_gateway.api.deps import JsonBody, ObjectId, ServicesDep, allowed, correlation_id_of
from duijie_gateway.api.described import READING, WRITING, body_of, refusals
from duijie_gateway.api.schemas.access import KeyMade, KeyPage, KeyPosting, KeyRotation
from duijie_gateway.domain.access import PARTY_ROLES, Caller, area_prefix
from duijie_gateway.domain.keys import digest, new_key
from duijie_gateway.tables import KeyRow

router = APIRouter(prefix="/v1/keys", tags=["keys"])

KeyManager = Annotated[Caller, Depends(allowed("manage_keys"))]


@router.post(
    "",
    status_code=201,
    summary="Make a key; it is shown this once",
    responses={201: {"model": KeyMade}, **refusals(*WRITING, 502)},
    openapi_extra=body_of(KeyPosting),
)
async def create(request: Request, services: ServicesDep, caller: KeyManager, body: JsonBody) -> Response:
    """Party roles need `party`, the row key of a party that catalog knows."""
    wanted = read_posting(body)
    party_id: UUID | None = None
    if wanted.party is not None:
        listed = await services.catalog.get_json(
            "/parties", caller, correlation_id=correlation_id_of(request), params={"row_key": wanted.party}
        )
        if not listed or not listed["items"]:
            raise unprocessable(
                [
                    FieldError(
                        "party",
                        "unknown-party",
                        f"没有主体“{wanted.party}”",
                        f"there is no party {wanted.party!r}",
                    )
                ]
            )
        party_id = UUID(listed["items"][0]["id"])
    key = new_key()
    row = KeyRow(
        id=uuid4(),
        sha256=digest(key),
        role=wanted.role,
        party_id=party_id,
        county=wanted.county,
        label=wanted.label,
        created_at=services.clock(),
    )
    await services.keys.create(row)
    return JSONResponse({**_shown(row), "key": key}, status_code=201)


@router.get(
    "", summary="All keys, without their secrets", responses={200: {"model": KeyPage}, **refusals(*READING)}
)
async def page(services: ServicesDep, _caller: KeyManager) -> Response:
    """Newest first, revoked ones too."""
    return JSONResponse({"items": [_shown(row) for row in await services.keys.all()], "next": None})


@router.post(
    "/{id}/rotate",
    status_code=201,
    summary="Replace a key; the new one is shown this once",
    responses={201: {"model": KeyMade}, **refusals(*WRITING, 404)},
    openapi_extra=body_of(KeyRotation),
)
async def rotate(services: ServicesDep, _caller: KeyManager, id_: ObjectId, body: JsonBody) -> Response:
    """The new key has the same rights, webhooks and notices. The old one holds for `overlap_hours` more, then it
    ends as if revoked, with its open streams and sessions; 0 ends it now.
    """
    try:
        wanted = KeyRotation.model_validate_json(body)
    except ValidationError as error:
        raise _malformed(error) from None
    now, key = services.clock(), new_key()
    ends = now + dt.timedelta(hours=wanted.overlap_hours)
    row = await services.keys.rotate(id_, replacement=uuid4(), sha256=digest(key), now=now, ends=ends)
    if row is None:
        raise not_found()
    return JSONResponse({**_shown(row), "key": key}, status_code=201)


@router.delete("/{id}", status_code=204, summary="Revoke a key", responses=refusals(*READING, 404))
async def revoke(services: ServicesDep, _caller: KeyManager, id_: ObjectId) -> Response:
    """Holds at once for requests, and within seconds for open streams and browser sessions."""
    if not await services.keys.revoke(id_, services.clock()):
        raise not_found()
    return Response(status_code=204)


def read_posting(body: bytes) -> KeyPosting:
    """What is wanted. Raises 422 naming each field."""
    try:
        wanted = KeyPosting.model_validate_json(body)
    except ValidationError as error:
        raise _malformed(error) from None
    errors: list[FieldError] = []
    if wanted.role in PARTY_ROLES and wanted.party is None:
        errors.append(FieldError("party", "required", "该角色须指明主体", "this role needs a party"))
    if wanted.role not in PARTY_ROLES and wanted.party is not None:
        errors.append(
            FieldError("party", "not-taken", "该角色不属于任何主体", "this role belongs to no party")
        )
    if wanted.county is not None and not is_area(wanted.county):
        errors.append(
            FieldError(
                "county",
                "unknown-county",
                f"没有行政区划代码 {wanted.county}",
                f"there is no area {wanted.county!r}",
            )
        )
    if errors:
        raise unprocessable(errors)
    return wanted


def _malformed(error: ValidationError) -> Refusal:
    return unprocessable(
        [
            FieldError(
                str(e["loc"][0]) if e["loc"] else "body", "malformed", f"无法接受: {e['msg']}", e["msg"]
            )
            for e in error.errors()
        ]
    )


def is_area(code: str) -> bool:
    """Whether any county lies in the area of this code: a province, a prefecture or a county."""
    prefix = area_prefix(code)
    return len(code) == 6 and code.isdigit() and any(county.code.startswith(prefix) for county in counties())


def _shown(row: KeyRow) -> dict[str, object]:
    shown: dict[str, object] = jsonable_encoder(row.model_dump(exclude={"sha256"}))
    return shown
