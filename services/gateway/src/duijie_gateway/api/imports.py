"""Imports: a file goes through to catalog as it comes; what became of each row is read later, or had as a sheet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from duijie_shared.posting.files import FileKind
from duijie_shared.sheets.delivery import MEDIA_TYPES
from fastapi import APIRouter, Depends, Query, Request, Response

from duijie_gateway.api.cursors import DEFAULT_LIMIT, Cursor, Limit
from duijie_gateway.api.deps import ObjectId, ServicesDep, allowed, correlation_id_of
from duijie_gateway.api.described import IDEMPOTENCY_KEY, READING, WRITING, refusals
from duijie_gateway.api.downloads import file_answer, named, passed_on
from duijie_gateway.api.edge import IMPORT_BYTES, too_large
from duijie_gateway.api.forwarding import ForwardingDep
from duijie_gateway.api.schemas.imports import Import, ImportPage
from duijie_gateway.domain.access import Caller

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


router = APIRouter(prefix="/v1/imports", tags=["imports"])

Importer = Annotated[Caller, Depends(allowed("import"))]


@router.post(
    "",
    status_code=202,
    summary="Import a CSV or XLSX file",
    responses={202: {"model": Import}, **refusals(*WRITING)},
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                media: {"schema": {"type": "string", "contentMediaType": media}}
                for media in (each.partition(";")[0] for each in MEDIA_TYPES.values())
            },
        },
        "parameters": [IDEMPOTENCY_KEY],
    },
)
async def create(
    request: Request,
    forwarding: ForwardingDep,
    caller: Importer,
    kind: FileKind,
    filename: Annotated[str | None, Query(max_length=200)] = None,
    *,
    dry_run: bool = False,
    atomic: bool = False,
) -> Response:
    """Good rows are stored, bad ones reported with row, column and reason; `atomic` stores all or none.

    A row is known by its kind, party and `row_key`: changed content amends, the same content changes nothing, and a
    column that the file does not have stays as it is. What the file is, is told by its bytes; a header with unknown or
    missing columns is refused at once.
    """
    params = {
        "kind": kind,
        "filename": filename,
        "dry_run": str(dry_run).lower(),
        "atomic": str(atomic).lower(),
    }
    return await forwarding.answer(caller, "/imports", params=params, body=_counted(request))


@router.get("", summary="Imports, newest first", responses={200: {"model": ImportPage}, **refusals(*READING)})
async def page(
    forwarding: ForwardingDep,
    caller: Importer,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
) -> Response:
    """Each with its progress, without its refused cells."""
    return await forwarding.page(caller, "/imports", limit=limit, cursor=cursor)


@router.get(
    "/{id}",
    summary="An import's progress and its refused rows",
    responses={200: {"model": Import}, **refusals(*READING, 404)},
)
async def one(forwarding: ForwardingDep, caller: Importer, id_: ObjectId) -> Response:
    """`status` is queued, running or done."""
    return await forwarding.answer(caller, f"/imports/{id_}")


@router.get(
    "/{id}/errors",
    summary="The refused rows as a sheet to correct",
    response_class=Response,
    responses={**file_answer("The sheet", "xlsx"), **refusals(*READING, 404, 409, 410, 502)},
)
async def errors(
    request: Request,
    services: ServicesDep,
    caller: Importer,
    id_: ObjectId,
    format: Annotated[Literal["xlsx"], Query(description="The one there is")] = "xlsx",  # noqa: A002 - the word for it
) -> Response:
    """The refused rows as uploaded, the cells to blame in red; and each with value, reason and fix.

    To be had until `file_until` of the import; 409 before its end, 410 after that time. Corrected, it can be imported
    as it is.
    """
    response = await services.catalog.stream(
        f"/imports/{id_}/errors", caller, correlation_id=correlation_id_of(request)
    )
    return await passed_on(
        response, named(f"未接受的行-{str(id_)[:8]}", f"duijie-refused-{str(id_)[:8]}", format)
    )


async def _counted(request: Request) -> AsyncIterator[bytes]:
    passed = 0
    async for chunk in request.stream():
        passed += len(chunk)
        if passed > IMPORT_BYTES:
            raise too_large()
        yield chunk
