"""Exports: a caller's own parties and postings as a file, all of an area's for staff; streamed as catalog writes it."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from duijie_shared.events.base import OrderStatus
from duijie_shared.posting.columns import KIND_TITLES
from fastapi import APIRouter, Query, Request, Response

from duijie_gateway.api.deps import Reader, ServicesDep, correlation_id_of
from duijie_gateway.api.described import READING, refusals
from duijie_gateway.api.downloads import Format, Kind, Lang, file_answer, named, passed_on

router = APIRouter(prefix="/v1/exports", tags=["exports"])

SHANGHAI = dt.timezone(dt.timedelta(hours=8))
_NAMES = {"zh": "{}-导出-{}", "en": "Duijie {} {}"}


@router.get(
    "/{kind}",
    summary="Your own as a file; everyone's for staff",
    response_class=Response,
    responses={**file_answer("The file", "xlsx", "csv"), **refusals(*READING, 502)},
)
async def one(
    request: Request,
    services: ServicesDep,
    caller: Reader,
    kind: Kind,
    format: Format = "xlsx",  # noqa: A002 - the word for it
    lang: Lang = "zh",
    status: Annotated[
        OrderStatus | None, Query(description="Postings of this status; by default all that have not ended")
    ] = None,
) -> Response:
    """Imported again it changes nothing. Text that a spreadsheet would run has a single quote in front.

    Your own file has everything you wrote. In a file of others what is private (contact, exact place, reserve price,
    area, note) has no column, and an import of such a file leaves it as it is.
    """
    params: dict[str, str] = {"format": format, "lang": lang}
    if status is not None:
        params["status"] = status
    if caller.scope.area is not None:
        params["area"] = caller.scope.area
    response = await services.catalog.stream(
        f"/exports/{kind}", caller, correlation_id=correlation_id_of(request), params=params
    )
    day = services.clock().astimezone(SHANGHAI).date().isoformat()
    name = _NAMES[lang].format(KIND_TITLES[kind][0 if lang == "zh" else 1].lower(), day)
    return await passed_on(response, named(name, f"duijie-{kind}-{day}", format))
