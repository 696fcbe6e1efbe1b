"""`/exports`: a file of what the caller may see, written as it is read."""

from __future__ import annotations

from functools import partial
from typing import Annotated

from duijie_shared.events.base import OrderStatus
from duijie_shared.posting.columns import Language
from duijie_shared.posting.files import FileKind
from duijie_shared.service.errors import FieldError, unprocessable
from duijie_shared.sheets import FileFormat, write_rows
from duijie_shared.sheets.delivery import MEDIA_TYPES
from fastapi import APIRouter, Query, Request
from fastapi.responses import StreamingResponse

from duijie_catalog.api.context import Context
from duijie_catalog.api.requests import CallerOf
from duijie_catalog.files import exports
from duijie_catalog.unit_of_work import unit_of_work


def router(context: Context) -> APIRouter:
    """The route of exports."""
    routes = APIRouter(prefix="/exports", tags=["exports"])

    @routes.get("/{kind}")
    def export(
        request: Request,
        caller: CallerOf,
        kind: FileKind,
        format: FileFormat = "xlsx",  # noqa: A002 - the word for it
        lang: Language = "zh",
        status: OrderStatus | None = None,
        area: Annotated[str | None, Query(pattern="^[0-9]{2,6}$")] = None,
    ) -> StreamingResponse:
        if kind == "parties" and status is not None:
            raise unprocessable(
                [FieldError("status", "unknown", "主体没有这个状态", "is no status of a party")]
            )
        wanted = exports.Wanted(kind, status, area)
        transaction = partial(unit_of_work, context.engine, request.state.correlation_id)
        rows = exports.rows(transaction, wanted, caller)
        pieces = write_rows(kind, rows, format, lang, without=exports.left_out(kind, caller))
        return StreamingResponse(pieces, media_type=MEDIA_TYPES[format])

    return routes
