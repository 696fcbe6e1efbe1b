"""Counties of today, what became of codes that ended, and the lists that name a county on a day."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from typing import Annotated, Any

from duijie_shared.geography import County, DesignationFact, counties
from duijie_shared.geography.counties import Succession
from duijie_shared.geography.search import search_counties
from duijie_shared.names import Hit
from duijie_shared.releases import data_edition
from duijie_shared.service.errors import not_found
from duijie_shared.values import COORDINATE_SCALE, to_number
from fastapi import APIRouter, Path, Query, Response
from fastapi.concurrency import run_in_threadpool

from duijie_gateway.api.deps import Reader, ServicesDep
from duijie_gateway.api.described import READING, refusals
from duijie_gateway.api.reference.caching import LIVE, NOT_MODIFIED, IfNoneMatch, cacheable, whole, written
from duijie_gateway.api.reference.products import Most, hit_shown
from duijie_gateway.api.schemas.places import Counties, CountyDetail
from duijie_gateway.county_lists import KnownLists

router = APIRouter()

On = Annotated[
    dt.date | None,
    Query(description="The day that codes and lists are judged on; today in Shanghai where left out"),
]


@router.get(
    "/counties",
    summary="Counties of today, or those that a text finds",
    responses={200: {"model": Counties}, **NOT_MODIFIED, **refusals(*READING)},
)
async def county_list(
    _caller: Reader,
    services: ServicesDep,
    q: Annotated[
        str | None,
        Query(
            max_length=60, description="A name, former name, code, pinyin or initials", examples=["weining"]
        ),
    ] = None,
    province: Annotated[
        str | None, Query(pattern="^[0-9]{6}$", description="A province's code, 530000")
    ] = None,
    designation: Annotated[
        str | None, Query(max_length=40, description="A list that names them on that day")
    ] = None,
    on: On = None,
    limit: Most = 10,
    if_none_match: IfNoneMatch = None,
) -> Response:
    """With the seat's coordinates and the lists that name the county. With `q` best first, with why."""
    lists = await services.county_lists.known()
    day = on or services.county_lists.today()
    if q is None:
        body = await run_in_threadpool(_all, lists, day, province, designation)
    else:
        body = await run_in_threadpool(_found, lists, day, province, designation, q, limit)
    return cacheable(body, if_none_match, LIVE)


@router.get(
    "/counties/{code}",
    summary="What a county code means on a day",
    responses={200: {"model": CountyDetail}, **NOT_MODIFIED, **refusals(*READING, 404)},
)
async def county(
    code: Annotated[str, Path(pattern="^[0-9]{6}$", description="GB/T 2260, of today or former")],
    _caller: Reader,
    services: ServicesDep,
    on: On = None,
    if_none_match: IfNoneMatch = None,
) -> Response:
    """An old code is resolved as of `on`; one that was split is ambiguous, with its candidates, and never guessed."""
    known = counties()
    if code not in known and not known.former(code):
        raise not_found()
    lists = await services.county_lists.known()
    return cacheable(_detail(code, on or services.county_lists.today(), lists), if_none_match, LIVE)


@lru_cache(maxsize=64)
def _all(lists: KnownLists, on: dt.date, province: str | None, designation: str | None) -> bytes:
    shown = (_county(each, lists, on) for each in counties() if _of(each, province))
    return _whole(lists, on, [each for each in shown if _carries(each, designation)])


def _found(
    lists: KnownLists, on: dt.date, province: str | None, designation: str | None, text: str, limit: int
) -> bytes:
    hits: tuple[Hit[County], ...] = search_counties(text, len(counties()), within=province or "")
    shown = ({**_county(hit.item, lists, on), "hit": hit_shown(hit)} for hit in hits)
    return _whole(lists, on, [each for each in shown if _carries(each, designation)][:limit])


def _whole(lists: KnownLists, on: dt.date, items: list[dict[str, Any]]) -> bytes:
    return whole(_version(lists), items, on=on.isoformat())


def _of(county: County, province: str | None) -> bool:
    return province is None or county.province_code == province


def _carries(shown: dict[str, Any], designation: str | None) -> bool:
    return designation is None or designation in shown["designations"]


def _detail(code: str, on: dt.date, lists: KnownLists) -> bytes:
    known = counties()
    found = known.resolve(code, on)
    today = None if found.code is None else known.get(found.code)
    status = "ambiguous" if found.ambiguous else "ended" if today is None else "current"
    if today is not None and (found.code != code or _meant_otherwise(code, on)):
        status = "resolved"
    return written(
        {
            "version": _version(lists),
            "code": code,
            "on": on.isoformat(),
            "status": status,
            "candidates": [_named(known.get(each)) for each in found.candidates],
            "former_meanings": [_succession(each) for each in known.former(code)],
            "county": None if today is None else _county(today, lists, on),
            "current_since_year": None if today is None else _since(today.code),
            "predecessors": [
                _succession(each)
                for each in known.successions()
                if today is not None and today.code in each.resolves_to
            ],
            "designations": []
            if today is None
            else [_fact(each, today.code, lists, on) for each in lists.book.facts(today.code)],
        }
    )


def _meant_otherwise(code: str, on: dt.date) -> bool:
    return any(each.valid_from_year <= on.year < each.ended_year for each in counties().former(code))


def _since(code: str) -> int | None:
    """The year in which a code that had another meaning before got the one of today; None where it never had."""
    return max((each.ended_year for each in counties().former(code)), default=None)


def _succession(row: Succession) -> dict[str, Any]:
    return {
        "code": row.old_code,
        "name_zh": row.name_zh,
        "valid_from_year": row.valid_from_year,
        "ended_year": row.ended_year,
        "successors": [_named(counties().get(each)) for each in row.resolves_to],
    }


def _fact(fact: DesignationFact, county: str, lists: KnownLists, on: dt.date) -> dict[str, Any]:
    edition, entry = fact.edition, fact.entry
    in_force = lists.book.edition(edition.code, on) is edition
    return {
        "list": edition.code,
        "title_zh": edition.title_zh,
        "title_en": edition.title_en,
        "source": edition.source,
        "holds": edition.holds,
        "listed_code": entry.listed_code,
        "listed_name": entry.listed_name,
        "valid_from": _day(entry.valid_from),
        "valid_to": _day(entry.valid_to),
        "edition_from": _day(fact.first_day),
        "edition_to": _day(fact.last_day),
        "status": entry.status,
        "note": entry.note,
        "in_force": in_force and county in lists.book.named(edition.code, on),
    }


def _county(county: County, lists: KnownLists, on: dt.date) -> dict[str, Any]:
    return {
        "code": county.code,
        "name_zh": county.name_zh,
        "name_en": county.name_en,
        "kind": county.kind,
        "prefecture": county.prefecture,
        "province": county.province,
        "latitude": _degrees(county.latitude_e7),
        "longitude": _degrees(county.longitude_e7),
        "designations": list(lists.book.of(county.code, on)),
    }


def _named(county: County) -> dict[str, str]:
    return {"code": county.code, "name_zh": county.name_zh, "name_en": county.name_en}


def _degrees(value: int | None) -> int | float | None:
    return None if value is None else to_number(value, COORDINATE_SCALE)


def _day(day: dt.date | None) -> str | None:
    return None if day is None else day.isoformat()


def _version(lists: KnownLists) -> str:
    return f"{data_edition('counties').version}+{lists.version}"
