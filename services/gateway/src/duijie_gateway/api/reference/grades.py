"""Grade schemes with what they measure, and the grade that measurements earn."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from functools import cache
from typing import Annotated, Any

from duijie_shared.posting import PostingError, common
from duijie_shared.posting.fields import Fields
from duijie_shared.posting.grading import is_own
from duijie_shared.releases import data_edition
from duijie_shared.service.errors import not_found, unprocessable
from duijie_shared.taxonomy import (
    Attribute,
    GradeScheme,
    LimitSet,
    attribute_words,
    grade_by_measurements,
    limits_for,
    taxonomy,
)
from duijie_shared.taxonomy.crosswalk import limit_sets
from duijie_shared.taxonomy.own_schemes import OwnScheme, own_scheme
from duijie_shared.values import decimal_to_number
from duijie_shared.words import folded
from fastapi import APIRouter, Path, Query, Request, Response

from duijie_gateway.api.deps import JsonBody, Reader, ServicesDep, correlation_id_of
from duijie_gateway.api.described import READING, WRITING, body_of, refusals
from duijie_gateway.api.reference.caching import LIVE, NOT_MODIFIED, IfNoneMatch, cacheable, whole, written
from duijie_gateway.api.schemas.grades import Grades, MeasuredGradeShown, MeasureRequest, SchemeDetail
from duijie_gateway.domain.strict_json import parse_object

router = APIRouter()

OFFICIAL = frozenset({"verified", "source_list", "partly_verified", "number_seen", "secondary"})


@router.get(
    "/grades",
    summary="All grade schemes",
    responses={200: {"model": Grades}, **NOT_MODIFIED, **refusals(*READING)},
)
async def grades(_caller: Reader, if_none_match: IfNoneMatch = None) -> Response:
    """Every scheme maps to the common scale, 5 (best) to 1. Statuses say how far numbers and names are verified."""
    return cacheable(_all(), if_none_match)


@router.get(
    "/grades/{scheme:path}",
    summary="A grade scheme with its attributes and limits",
    responses={200: {"model": SchemeDetail}, **NOT_MODIFIED, **refusals(*READING, 404)},
)
async def scheme(
    request: Request,
    services: ServicesDep,
    caller: Reader,
    scheme: Annotated[
        str, Path(max_length=200, description="Code, standard number, or own:<buyer>/<code>[@version]")
    ],
    product: Annotated[
        str | None, Query(max_length=100, description="Only the limits that hold for this product")
    ] = None,
    if_none_match: IfNoneMatch = None,
) -> Response:
    """Each limit says whether it was seen in the standard, in a page about it, recalled, or planned by this project."""
    wanted = None
    if product is not None:
        wanted = taxonomy().find(product)
        if wanted is None:
            raise not_found()
    if is_own(scheme):
        body, own = await _own(request, services, caller, scheme)
        sets = [] if own.limits is None else [("*", own.limits)]
        shown = {**_scheme(own.scheme), "code": body["reference"]}
        return cacheable(_detail(body["reference"], shown, sets), if_none_match, LIVE)
    found = taxonomy().scheme(scheme)
    if found is None:
        raise not_found()
    if wanted is None:
        sets = [(scope, limits) for code, scope, limits in limit_sets() if code == found.code]
    else:
        nearest = limits_for(found.code, wanted) if taxonomy().scheme_fits(found, wanted) else None
        sets = [] if nearest is None else [(wanted.slug, nearest)]
    return cacheable(_detail(data_edition("grades").version, _scheme(found), sets), if_none_match)


@router.post(
    "/grades/measure",
    summary="The grade that measurements earn",
    responses={200: {"model": MeasuredGradeShown}, **refusals(*WRITING, 404)},
    openapi_extra=body_of(MeasureRequest),
)
async def measure(request: Request, services: ServicesDep, caller: Reader, body: JsonBody) -> Response:
    """A better measurement never gives a worse grade. In doubt there is no rank: `review` is true, with the reasons."""
    read = Fields(parse_object(body), ("scheme", "product", "measurements"), "json")
    read.require("product", "measurements")
    product, reference = common.product_of(read, "product"), read.text("scheme", longest=200) or ""
    measured = _by_code(read.pairs("measurements"))
    try:
        read.finish()
    except PostingError as error:
        raise unprocessable(error.errors) from None
    if product is None:
        raise AssertionError("a missing product was not refused")
    version = data_edition("grades").version
    if is_own(reference):
        stored, own = await _own(request, services, caller, reference)
        reference = version = stored["reference"]
        earned = own.grade(measured, product)
    else:
        earned = grade_by_measurements(reference, measured, product)
    return Response(
        written(
            {
                "version": version,
                "scheme": reference,
                "product": product.slug,
                "grade": earned.grade,
                "rank": earned.rank,
                "review": earned.review,
                "status": earned.status,
                "reasons": [
                    {"code": each.code, "attribute": each.attribute, "zh": each.zh, "en": each.en}
                    for each in earned.reasons
                ],
            }
        ),
        media_type="application/json",
    )


async def _own(
    request: Request, services: ServicesDep, caller: Reader, reference: str
) -> tuple[dict[str, Any], OwnScheme]:
    found = await services.catalog.get_json(
        "/grade-schemes/by-reference",
        caller,
        correlation_id=correlation_id_of(request),
        params={"reference": reference},
    )
    if found is None:
        raise not_found()
    return found, own_scheme(found)


def _by_code(measured: Iterable[tuple[str, Decimal]]) -> dict[str, Decimal]:
    """Values by attribute code; what names no attribute stays under its own name, for the reasons to name."""
    known = attribute_words()
    return {known.get(folded(name), name): value for name, value in measured}


@cache
def _all() -> bytes:
    return whole(
        data_edition("grades").version, [_scheme(each) for each in taxonomy().grade_schemes.values()]
    )


def _scheme(scheme: GradeScheme) -> dict[str, Any]:
    return {
        "code": scheme.code,
        "title": scheme.title,
        "authority": scheme.authority,
        "standard": scheme.standard,
        "products": scheme.products,
        "standard_status": scheme.standard_status,
        "names_status": scheme.names_status,
        "source": scheme.source,
        "note": scheme.note,
        "grades": [
            {"code": g.code, "name_zh": g.name_zh, "name_en": g.name_en, "rank": g.rank}
            for g in scheme.grades
        ],
    }


def _detail(version: str, shown: Mapping[str, Any], sets: list[tuple[str, LimitSet]]) -> bytes:
    used = {code: attribute for _, limits in sets for code, attribute in limits.attributes.items()}
    return written(
        {
            "version": version,
            **shown,
            "attributes": [_attribute(each) for each in used.values()],
            "limits": [
                {
                    "products": scope,
                    "grades": [
                        {
                            "grade": grade.code,
                            "rank": grade.rank,
                            "limits": [
                                {
                                    "attribute": limit.attribute,
                                    "at": "least" if used[limit.attribute].better == "higher" else "most",
                                    "value": decimal_to_number(limit.value),
                                    "status": limit.status,
                                    "official": limit.status in OFFICIAL,
                                    "source": limit.source,
                                    "note": limit.note,
                                }
                                for limit in row
                            ],
                        }
                        for grade, row in limits.grades
                    ],
                }
                for scope, limits in sets
            ],
        }
    )


def _attribute(attribute: Attribute) -> dict[str, Any]:
    return {
        "code": attribute.code,
        "name_zh": attribute.name_zh,
        "name_en": attribute.name_en,
        "unit": attribute.unit,
        "better": attribute.better,
        "lowest": decimal_to_number(attribute.lowest),
        "highest": decimal_to_number(attribute.highest),
        "definition_zh": attribute.definition_zh,
        "definition_en": attribute.definition_en,
    }
