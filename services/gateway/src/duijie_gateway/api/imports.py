"""Imports: a CSV file goes through to catalog as it comes; what became of each row is read later."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from fastapi import APIRouter, Depends, Query, Request, Response

from duijie_gateway.api.deps import ObjectId, ServicesDep, allowed, correlation_id_of
from duijie_gateway.api.described import IDEMPOTENCY_KEY, READING, WRITING, refusals
from duijie_gateway.api.edge import IMPORT_BYTES, too_large
from duijie_gateway.api.schemas.access import Import
from duijie_gateway.domain.access import Caller

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    import httpx

router = APIRouter(prefix="/v1/imports", tags=["imports"])

Importer = Annotated[Caller, Depends(allowed("import"))]


@router.post(
    "",
    status_code=202,
    summary="Import a CSV file",
    responses={202: {"model": Import}, **refusals(*WRITING)},
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"text/csv": {"schema": {"type": "string", "contentMediaType": "text/csv"}}},
        },
        "parameters": [IDEMPOTENCY_KEY],
    },
)
async def create(
    request: Request,
    services: ServicesDep,
    caller: Importer,
    kind: Literal["offers", "demands", "capacities", "parties"],
    filename: Annotated[str | None, Query(max_length=200)] = None,
    *,
    dry_run: bool = False,
    atomic: bool = False,
) -> Response:
    """Good rows are stored, bad ones reported with row, column and reason; `atomic` stores all or none.

    A row is known by its kind, party and `row_key`: changed content amends, the same content changes nothing.
    """
    params = {"kind": kind, "dry_run": str(dry_run).lower(), "atomic": str(atomic).lower()}
    if filename is not None:
        params["filename"] = filename
    headers = {"content-type": "text/csv"}
    if key := request.headers.get("idempotency-key"):
        headers["idempotency-key"] = key
    return _answer(
        await services.catalog.send(
            "POST",
            "/imports",
            caller,
            correlation_id=correlation_id_of(request),
            params=params,
            headers=headers,
            content=_counted(request),
        )
    )


@router.get(
    "/{id}",
    summary="An import's progress and its refused rows",
    responses={200: {"model": Import}, **refusals(*READING, 404)},
)
async def one(request: Request, services: ServicesDep, caller: Importer, id_: ObjectId) -> Response:
    """`status` is queued, running or done."""
    return _answer(
        await services.catalog.send(
            "GET", f"/imports/{id_}", caller, correlation_id=correlation_id_of(request)
        )
    )


async def _counted(request: Request) -> AsyncIterator[bytes]:
    passed = 0
    async for chunk in request.stream():
        passed += len(chunk)
        if passed > IMPORT_BYTES:
            raise too_large()
        yield chunk


def _answer(response: httpx.Response) -> Response:
    headers = {}
    if location := response.headers.get("location"):
        headers["Location"] = f"/v1{location}"
    return Response(
        response.content,
        status_code=response.status_code,
        headers=headers,
        media_type=response.headers.get("content-type"),
    )
