"""Units and packs."""

from __future__ import annotations

from functools import cache
from typing import Annotated, Any

from duijie_shared.releases import data_edition
from duijie_shared.taxonomy.packs import PACKS
from duijie_shared.taxonomy.units import UNITS, Unit, unit
from fastapi import APIRouter, Query, Response

from duijie_gateway.api.deps import Reader
from duijie_gateway.api.described import READING, refusals
from duijie_gateway.api.reference.caching import NOT_MODIFIED, IfNoneMatch, cacheable, whole
from duijie_gateway.api.schemas.reference import Units

router = APIRouter()


@router.get(
    "/units",
    summary="All units and packs, or what one word means",
    responses={200: {"model": Units}, **NOT_MODIFIED, **refusals(*READING)},
)
async def units(
    _caller: Reader,
    q: Annotated[
        str | None,
        Query(
            max_length=60, description="A code, name, alias or pack with its content", examples=["箱(10kg)"]
        ),
    ] = None,
    if_none_match: IfNoneMatch = None,
) -> Response:
    """`size` is the content in grams, pieces or bookings. A pack is a unit only with its content: `箱(10kg)`."""
    return cacheable(_all() if q is None else _meant(q), if_none_match)


@cache
def _all() -> bytes:
    packs = [
        {
            "code": pack.code,
            "name_zh": pack.name_zh,
            "name_en": pack.name_en,
            "rec20": pack.rec20,
            "aliases": pack.aliases,
            "example": f"{pack.name_zh}(10kg)",
        }
        for pack in PACKS
    ]
    return whole(data_edition("units").version, [_unit(each) for each in UNITS], packs=packs)


def _meant(text: str) -> bytes:
    found = unit(text)
    return whole(data_edition("units").version, [] if found is None else [_unit(found)], packs=[])


def _unit(unit: Unit) -> dict[str, Any]:
    return {
        "code": unit.code,
        "name_zh": unit.name_zh,
        "name_en": unit.name_en,
        "rec20": unit.rec20,
        "dimension": unit.dimension,
        "size": int(unit.size) if unit.size.denominator == 1 else float(unit.size),
        "aliases": unit.aliases,
    }
