"""Reference data: products, grades, counties, units, and the policy in force. Cacheable by ETag."""

from __future__ import annotations

import hashlib
import json
from functools import cache
from typing import Annotated, Any

from duijie_shared.events.policy import Policy
from duijie_shared.geography import counties, designations
from duijie_shared.service.errors import not_found
from duijie_shared.taxonomy import taxonomy
from duijie_shared.taxonomy.units import UNITS
from duijie_shared.values import COORDINATE_SCALE, to_number
from fastapi import APIRouter, Header, Query, Request, Response

from duijie_gateway.api.deps import Reader, ServicesDep, correlation_id_of
from duijie_gateway.api.described import READING, refusals
from duijie_gateway.api.schemas.reference import Counties, Grades, Products, Units

router = APIRouter(prefix="/v1", tags=["reference"])

CACHE_CONTROL = "private, max-age=300"
IfNoneMatch = Annotated[str | None, Header(description="ETag of what is held already; answers 304")]
_NOT_MODIFIED: dict[int | str, dict[str, Any]] = {304: {"description": "Nothing has changed"}}


@router.get(
    "/products",
    summary="All products",
    responses={200: {"model": Products}, **_NOT_MODIFIED, **refusals(*READING)},
)
async def products(_caller: Reader, if_none_match: IfNoneMatch = None) -> Response:
    """A demand for a product accepts its varieties (those that name it as `parent`)."""
    return _cacheable(_products(), if_none_match)


@router.get(
    "/grades",
    summary="All grade schemes",
    responses={200: {"model": Grades}, **_NOT_MODIFIED, **refusals(*READING)},
)
async def grades(_caller: Reader, if_none_match: IfNoneMatch = None) -> Response:
    """Every scheme maps to the common scale, 5 (best) to 1."""
    return _cacheable(_grades(), if_none_match)


@router.get(
    "/counties",
    summary="Counties of today",
    responses={200: {"model": Counties}, **_NOT_MODIFIED, **refusals(*READING)},
)
async def county_list(
    _caller: Reader,
    province: Annotated[
        str | None, Query(pattern="^[0-9]{6}$", description="A province's code, 530000")
    ] = None,
    designation: Annotated[str | None, Query(max_length=40, description="A list that names them")] = None,
    if_none_match: IfNoneMatch = None,
) -> Response:
    """With the seat's coordinates and the priority lists that name the county."""
    return _cacheable(_counties(province, designation), if_none_match)


@router.get(
    "/units",
    summary="All units",
    responses={200: {"model": Units}, **_NOT_MODIFIED, **refusals(*READING)},
)
async def units(_caller: Reader, if_none_match: IfNoneMatch = None) -> Response:
    """`size` is the content in grams, pieces or bookings."""
    return _cacheable(_units(), if_none_match)


@router.get(
    "/policy",
    summary="The policy in force",
    responses={200: {"model": Policy}, **_NOT_MODIFIED, **refusals(*READING, 502)},
)
async def policy(
    request: Request, services: ServicesDep, caller: Reader, if_none_match: IfNoneMatch = None
) -> Response:
    """The tilt, the transport rates and the limits of matching, as published."""
    found = await services.catalog.get_json("/policy", caller, correlation_id=correlation_id_of(request))
    if found is None:
        raise not_found()
    return _cacheable(json.dumps(found, ensure_ascii=False).encode(), if_none_match)


def _cacheable(body: bytes, if_none_match: str | None) -> Response:
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {"ETag": etag, "Cache-Control": CACHE_CONTROL}
    held = {tag.strip().removeprefix("W/") for tag in (if_none_match or "").split(",")}
    if etag in held or "*" in held:
        return Response(status_code=304, headers=headers)
    return Response(body, headers=headers, media_type="application/json")


def _whole(items: list[dict[str, Any]]) -> bytes:
    return json.dumps({"items": items, "next": None}, ensure_ascii=False, separators=(",", ":")).encode()


@cache
def _products() -> bytes:
    return _whole(
        [
            {
                "code": p.code,
                "slug": p.slug,
                "name_zh": p.name_zh,
                "name_en": p.name_en,
                "category": p.category,
                "parent": p.parent,
                "family": p.family,
                "dimension": p.dimension,
                "pricing_unit": p.pricing_unit,
                "grams_per_piece": p.grams_per_piece,
                "temperature": p.temperature,
                "shelf_life_days": p.shelf_life_days,
                "max_transport_hours": p.max_transport_hours,
                "harvest_months": p.harvest_months,
                "synonyms_zh": p.synonyms_zh,
                "synonyms_en": p.synonyms_en,
            }
            for p in taxonomy().products
        ]
    )


@cache
def _grades() -> bytes:
    return _whole(
        [
            {
                "code": scheme.code,
                "title": scheme.title,
                "authority": scheme.authority,
                "standard": scheme.standard,
                "products": scheme.products,
                "grades": [
                    {"code": g.code, "name_zh": g.name_zh, "name_en": g.name_en, "rank": g.rank}
                    for g in scheme.grades
                ],
            }
            for scheme in taxonomy().grade_schemes.values()
        ]
    )


def _counties(province: str | None, designation: str | None) -> bytes:
    named = ((county, designations().of(county.code)) for county in counties())
    return _whole(
        [
            {
                "code": county.code,
                "name_zh": county.name_zh,
                "name_en": county.name_en,
                "prefecture": county.prefecture,
                "province": county.province,
                "latitude": _degrees(county.latitude_e7),
                "longitude": _degrees(county.longitude_e7),
                "designations": lists,
            }
            for county, lists in named
            if (province is None or county.province_code == province)
            and (designation is None or designation in lists)
        ]
    )


@cache
def _units() -> bytes:
    return _whole(
        [
            {
                "code": unit.code,
                "name_zh": unit.name_zh,
                "name_en": unit.name_en,
                "dimension": unit.dimension,
                "size": int(unit.size) if unit.size.denominator == 1 else float(unit.size),
                "aliases": unit.aliases,
            }
            for unit in UNITS
        ]
    )


def _degrees(value: int | None) -> int | float | None:
    return None if value is None else to_number(value, COORDINATE_SCALE)
