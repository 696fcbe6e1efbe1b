"""The audit, read by admins and by staff of their area."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from fastapi.encoders import jsonable_encoder
from fastapi.responses import JSONResponse, StreamingResponse

from duijie_gateway.api.cursors import DEFAULT_LIMIT, Cursor, Limit, bad_cursor, bound, open_cursor
from duijie_gateway.api.deps import Services, ServicesDep, allowed
from duijie_gateway.api.described import READING, refusals
from duijie_gateway.api.schemas.access import AuditPage
from duijie_gateway.domain.access import Caller
from duijie_gateway.repository.audit import AuditFilter

if TYPE_CHECKING:
    from duijie_gateway.domain.audit import Entry

router = APIRouter(prefix="/v1/audit", tags=["audit"])

Auditor = Annotated[Caller, Depends(allowed("audit"))]
LINES_AT_ONCE = 1000


def audit_filter(
    caller: Auditor,
    action: Annotated[
        str | None, Query(max_length=40, pattern="^[a-z-]+$", description="Such as `decide` or `log-in`")
    ] = None,
    actor: Annotated[UUID | None, Query(description="The id of the key that acted")] = None,
    since: Annotated[dt.datetime | None, Query(description="Not before this time")] = None,
    until: Annotated[dt.datetime | None, Query(description="Not after this time")] = None,
) -> AuditFilter:
    """What is asked for, within what the caller may see. A time without a zone is UTC."""
    return AuditFilter(caller.scope.area, action, actor, _utc(since), _utc(until))


Wanted = Annotated[AuditFilter, Depends(audit_filter)]


@router.get(
    "", summary="Who did what, oldest first", responses={200: {"model": AuditPage}, **refusals(*READING)}
)
async def page(
    services: ServicesDep,
    caller: Auditor,
    wanted: Wanted,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
) -> Response:
    """Staff of an area see what keys of that area did. No entry holds a secret or a body."""
    bound_to = bound(caller, "audit", repr(wanted))
    after = open_cursor(services.cursors, cursor, bound_to)
    if after is not None and not isinstance(after, int):
        raise bad_cursor()
    found = await services.audit.page(wanted, after=after or 0, limit=limit + 1)
    shown = found[:limit]
    more = services.cursors.sign(shown[-1][0], bound_to=bound_to) if len(found) > limit else None
    return JSONResponse({"items": [_item(*row) for row in shown], "next": more})


@router.get(
    "/lines",
    summary="All entries as JSON lines",
    responses={
        200: {"content": {"application/jsonl": {"schema": {"type": "string"}}}},
        **refusals(*READING),
    },
    response_class=Response,
)
async def lines(services: ServicesDep, wanted: Wanted) -> Response:
    """To keep elsewhere: the hashes of the whole show later whether a row was changed or taken out."""
    return StreamingResponse(_lines(services, wanted), media_type="application/jsonl")


async def _lines(services: Services, wanted: AuditFilter) -> AsyncIterator[str]:
    after = 0
    while found := await services.audit.page(wanted, after=after, limit=LINES_AT_ONCE):
        yield "".join(json.dumps(_item(*row)) + "\n" for row in found)
        after = found[-1][0]


def _item(sequence: int, entry: Entry, found: str) -> dict[str, object]:
    item: dict[str, object] = jsonable_encoder(entry)
    return {"sequence": sequence, **item, "hash": found}


def _utc(time: dt.datetime | None) -> dt.datetime | None:
    return time.replace(tzinfo=dt.UTC) if time is not None and time.tzinfo is None else time
