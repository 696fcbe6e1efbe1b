"""County lists: what they say on a day, and how staff replace or end them."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Annotated, Any, Literal

from duijie_shared.geography import DesignationBook, ListEdition, ListEntry, counties
from duijie_shared.service.errors import Refusal, not_found
from fastapi import APIRouter, Depends, Path, Query, Response

from duijie_gateway.api.deps import JsonBody, Reader, ServicesDep, allowed
from duijie_gateway.api.described import IDEMPOTENCY_KEY, READING, WRITING, body_of, refusals
from duijie_gateway.api.forwarding import Forwarding, ForwardingDep
from duijie_gateway.api.reference.caching import LIVE, NOT_MODIFIED, IfNoneMatch, cacheable, whole, written
from duijie_gateway.api.reference.counties import On
from duijie_gateway.api.schemas.places import DesignationDetail, DesignationLists, EndPosting, ListChange
from duijie_gateway.domain.access import Caller

if TYPE_CHECKING:
    from duijie_gateway.county_lists import KnownLists

router = APIRouter(prefix="/v1/designations", tags=["designations"])

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Code = Annotated[str, Path(max_length=40, description="The list's code", examples=["demo-counties"])]
Title = Annotated[str | None, Query(max_length=500)]


async def list_keeper(caller: Annotated[Caller, Depends(allowed("keep_lists"))]) -> Caller:
    """Staff of an area may not decide on lists of the whole country."""
    if caller.county is not None:
        raise Refusal(
            403, "area-bound", "限于本地区的人员不能维护名录", "Staff of an area may not keep lists"
        )
    return caller


Keeper = Annotated[Caller, Depends(list_keeper)]


@router.get(
    "",
    summary="All county lists with their editions",
    responses={200: {"model": DesignationLists}, **NOT_MODIFIED, **refusals(*READING)},
)
async def lists(
    _caller: Reader, services: ServicesDep, on: On = None, if_none_match: IfNoneMatch = None
) -> Response:
    """A list is data with dates and a source; what it is about, nobody but its readers knows."""
    known = await services.county_lists.known()
    day = on or services.county_lists.today()
    items = [_list(known, code, day) for code in known.book.codes()]
    return cacheable(whole(known.version, items, on=day.isoformat()), if_none_match, LIVE)


@router.get(
    "/{code}",
    summary="A county list on a day",
    responses={200: {"model": DesignationDetail}, **NOT_MODIFIED, **refusals(*READING, 404)},
)
async def one(
    code: Code, _caller: Reader, services: ServicesDep, on: On = None, if_none_match: IfNoneMatch = None
) -> Response:
    """Its editions, and whom the one in force names."""
    known = await services.county_lists.known()
    if code not in known.book.codes():
        raise not_found()
    day = on or services.county_lists.today()
    edition = known.book.edition(code, day)
    shown = {
        "version": known.version,
        "on": day.isoformat(),
        **_list(known, code, day),
        "entries": [] if edition is None else _entries(known.book, edition, day),
    }
    return cacheable(written(shown), if_none_match, LIVE)


@router.post(
    "/{code}/editions",
    status_code=201,
    summary="Replace a list by uploading a new one with its date",
    responses={
        200: {"model": ListChange, "description": "A dry run: what would change"},
        201: {"model": ListChange},
        **refusals(*WRITING),
    },
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                "text/csv": {"schema": {"type": "string", "contentMediaType": "text/csv"}},
                XLSX: {"schema": {"type": "string", "contentMediaType": XLSX}},
            },
        },
        "parameters": [IDEMPOTENCY_KEY],
    },
)
async def upload(
    forwarding: ForwardingDep,
    caller: Keeper,
    code: Code,
    effective_from: Annotated[dt.date, Query(description="From this day on it replaces the list")],
    title_zh: Title = None,
    title_en: Title = None,
    source: Title = None,
    effective_to: Annotated[dt.date | None, Query(description="Its last day; open where left out")] = None,
    published_entries: Annotated[
        int | None, Query(ge=0, description="How many entries its publisher counts; a check")
    ] = None,
    holds: Annotated[
        Literal["ever", "while_valid"],
        Query(description="`ever`: who is listed keeps it past the entry's dates"),
    ] = "while_valid",
    *,
    complete: bool = True,
    dry_run: bool = False,
) -> Response:
    """CSV or XLSX with the column `county`, and `name`, `valid_from`, `valid_to`, `note` where there are any.

    A row that cannot be taken is named by row, column and reason, and then nothing is taken. A dry run answers what
    would change: counties added and ended, and rows that cannot be resolved.
    """
    given = {
        "effective_from": effective_from,
        "title_zh": title_zh,
        "title_en": title_en,
        "source": source,
        "effective_to": effective_to,
        "published_entries": published_entries,
        "holds": holds,
        "complete": str(complete).lower(),
        "dry_run": str(dry_run).lower(),
    }
    params = {name: str(value) for name, value in given.items() if value is not None}
    return await _sent(forwarding, caller, f"{code}/editions", await forwarding.request.body(), params)


@router.post(
    "/{code}/end",
    status_code=201,
    summary="End a list on a day",
    responses={201: {"model": ListChange}, **refusals(*WRITING, 404)},
    openapi_extra={**body_of(EndPosting), "parameters": [IDEMPOTENCY_KEY]},
)
async def end(forwarding: ForwardingDep, caller: Keeper, code: Code, body: JsonBody) -> Response:
    """From that day on it names nobody; what held before keeps holding for its time."""
    return await _sent(forwarding, caller, f"{code}/end", body, {})


async def _sent(
    forwarding: Forwarding, caller: Caller, path: str, body: bytes, params: dict[str, str]
) -> Response:
    answer = await forwarding.answer(caller, f"/designations/{path}", body=body, params=params)
    forwarding.services.county_lists.forget()
    return answer


def _list(known: KnownLists, code: str, on: dt.date) -> dict[str, Any]:
    return {
        "code": code,
        "title_zh": known.book.title(code, "zh"),
        "title_en": known.book.title(code, "en"),
        "counties": len(known.book.named(code, on)),
        "editions": [_edition(known, edition, last) for edition, last in known.book.history(code)],
    }


def _edition(known: KnownLists, edition: ListEdition, last: dt.date | None) -> dict[str, Any]:
    return {
        "effective_from": _day(edition.effective_from),
        "last_day": _day(last),
        "title_zh": edition.title_zh,
        "title_en": edition.title_en,
        "source": edition.source,
        "holds": edition.holds,
        "complete": edition.complete,
        "entries": len(edition.entries),
        "uploaded_at": known.uploaded_at(edition),
    }


def _entries(book: DesignationBook, edition: ListEdition, on: dt.date) -> list[dict[str, Any]]:
    named = set(book.named(edition.code, on))
    return [_entry(entry, in_force=entry.county in named) for entry in edition.entries]


def _entry(entry: ListEntry, *, in_force: bool) -> dict[str, Any]:
    county = counties().get(entry.county)
    return {
        "code": county.code,
        "name_zh": county.name_zh,
        "name_en": county.name_en,
        "listed_code": entry.listed_code,
        "listed_name": entry.listed_name,
        "valid_from": _day(entry.valid_from),
        "valid_to": _day(entry.valid_to),
        "status": entry.status,
        "note": entry.note,
        "in_force": in_force,
    }


def _day(day: dt.date | None) -> str | None:
    return None if day is None else day.isoformat()
