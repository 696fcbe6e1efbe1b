"""Products, and search over them."""

from __future__ import annotations

from functools import cache
from typing import Annotated, Any

from duijie_shared.names import Hit
from duijie_shared.releases import data_edition
from duijie_shared.service.errors import not_found
from duijie_shared.taxonomy import Category, Product, limits_for, taxonomy
from duijie_shared.taxonomy.search import search_products
from duijie_shared.taxonomy.units import UNITS, milli_per_unit
from duijie_shared.values import QUANTITY_SCALE
from fastapi import APIRouter, Query, Response
from fastapi.concurrency import run_in_threadpool

from duijie_gateway.api.deps import Reader
from duijie_gateway.api.described import READING, refusals
from duijie_gateway.api.reference.caching import NOT_MODIFIED, IfNoneMatch, cacheable, whole, written
from duijie_gateway.api.schemas.reference import ProductDetail, Products

router = APIRouter()

Sought = Annotated[
    str | None,
    Query(
        max_length=60,
        description="A name or its beginning in Chinese (with slips and homophones), pinyin or English",
        examples=["xihongshi"],
    ),
]
Most = Annotated[int, Query(ge=1, le=50, description="How many are found at most")]


@router.get(
    "/products",
    summary="All products, or those that a text finds",
    responses={200: {"model": Products}, **NOT_MODIFIED, **refusals(*READING)},
)
async def products(
    _caller: Reader, q: Sought = None, limit: Most = 10, if_none_match: IfNoneMatch = None
) -> Response:
    """A demand for a product accepts its varieties (those that name it as `parent`). With `q` best first, with why."""
    return cacheable(_all() if q is None else await run_in_threadpool(_found, q, limit), if_none_match)


@router.get(
    "/products/{slug}",
    summary="A product with all that hangs on it",
    responses={200: {"model": ProductDetail}, **NOT_MODIFIED, **refusals(*READING, 404)},
)
async def product(slug: str, _caller: Reader, if_none_match: IfNoneMatch = None) -> Response:
    """By slug, code, name or synonym: ancestors, varieties, its market, units, and grade schemes that fit."""
    found = taxonomy().find(slug)
    if found is None:
        raise not_found()
    return cacheable(_one(found.slug), if_none_match)


def hit_shown(hit: Hit[Any]) -> dict[str, Any]:
    """Why a search found a thing."""
    return {"score": hit.score, "matched": hit.matched, "why": hit.why, "zh": hit.zh, "en": hit.en}


@cache
def _all() -> bytes:
    return whole(_version(), [_product(each) for each in taxonomy().products])


def _found(text: str, limit: int) -> bytes:
    return whole(
        _version(), [{**_product(hit.item), "hit": hit_shown(hit)} for hit in search_products(text, limit)]
    )


@cache
def _one(slug: str) -> bytes:
    known = taxonomy()
    found = known.product(slug)
    schemes = [scheme for scheme in known.grade_schemes.values() if known.scheme_fits(scheme, found)]
    return written(
        {
            "version": _version(),
            **_product(found),
            "parents": [_named(known.product(each)) for each in known.lineage(slug)[1:]],
            "varieties": [_named(known.product(each)) for each in known.children(slug)],
            "family_members": [_named(each) for each in known.products if each.family == found.family],
            "category_path": [_category(each) for each in _shelves(found.category)],
            "units": [
                {"code": unit.code, "in_pricing_units": _number(size / QUANTITY_SCALE)}
                for unit in UNITS
                if (size := milli_per_unit(unit, found)) is not None
            ],
            "grade_schemes": [
                {
                    "code": scheme.code,
                    "title": scheme.title,
                    "standard_status": scheme.standard_status,
                    "measured": limits_for(scheme.code, found) is not None,
                }
                for scheme in schemes
            ],
        }
    )


def _product(product: Product) -> dict[str, Any]:
    return {
        "code": product.code,
        "slug": product.slug,
        "name_zh": product.name_zh,
        "name_en": product.name_en,
        "category": product.category,
        "parent": product.parent,
        "family": product.family,
        "dimension": product.dimension,
        "pricing_unit": product.pricing_unit,
        "grams_per_piece": product.grams_per_piece,
        "temperature": product.temperature,
        "shelf_life_days": product.shelf_life_days,
        "max_transport_hours": product.max_transport_hours,
        "harvest_months": product.harvest_months,
        "synonyms_zh": product.synonyms_zh,
        "synonyms_en": product.synonyms_en,
        "status": product.status,
    }


def _named(product: Product) -> dict[str, str]:
    return {"slug": product.slug, "name_zh": product.name_zh, "name_en": product.name_en}


def _shelves(path: str) -> list[Category]:
    known = {category.path: category for category in taxonomy().category_tree}
    parts = path.split("/")
    return [known["/".join(parts[:depth])] for depth in range(1, len(parts) + 1)]


def _category(category: Category) -> dict[str, str]:
    return {"path": category.path, "name_zh": category.name_zh, "name_en": category.name_en}


def _number(value: Any) -> int | float:
    return int(value) if value.denominator == 1 else float(value)


def _version() -> str:
    return data_edition("products").version
