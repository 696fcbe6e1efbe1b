"""Query parameters into a match filter; words that name nothing are refused by name."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated
from uuid import UUID

from duijie_shared.events.base import MatchKind, MatchStatus
from duijie_shared.geography import counties, designations
from duijie_shared.service.errors import FieldError, unprocessable
from duijie_shared.taxonomy import taxonomy
from fastapi import Depends, Query

from duijie_gateway.api.deps import ServicesDep
from duijie_gateway.domain.access import area_prefix
from duijie_gateway.domain.filters import ANY_DESIGNATION, NOT_WITHDRAWN, MatchFilter


async def designation_named(
    services: ServicesDep,
    designation: Annotated[
        str | None, Query(max_length=40, description="A list that names the county of the offer, or `any`")
    ] = None,
) -> str | None:
    """A list of this release or of those that staff keep; anything else is refused by name."""
    if designation in {None, ANY_DESIGNATION} or designation in designations().lists:
        return designation
    lists = await services.county_lists.known()
    if designation not in lists.book.codes():
        zh, en = f"没有名录“{designation}”", f"there is no list {designation!r}"
        raise unprocessable([FieldError("designation", "unknown-designation", zh, en)])
    return designation


Designation = Annotated[str | None, Depends(designation_named)]


def read_filter(
    designation: Designation,
    order: Annotated[UUID | None, Query(description="An offer or a demand")] = None,
    offer: UUID | None = None,
    demand: UUID | None = None,
    product: Annotated[
        str | None,
        Query(max_length=100, description="Code, slug, name or synonym; a node includes its varieties"),
    ] = None,
    county: Annotated[
        str | None,
        Query(
            pattern="^[0-9]{6}$",
            description="Where the offer is: a county, or a province or prefecture (530000, 532500)",
        ),
    ] = None,
    min_score: Annotated[float | None, Query(allow_inf_nan=False)] = None,
    kind: MatchKind | None = None,
    status: Annotated[list[MatchStatus] | None, Query(description="May be repeated")] = None,
    market: Annotated[str | None, Query(max_length=100)] = None,
) -> MatchFilter:
    """The filter that matches and their stream share; a `status` of None is left to the route."""
    errors: list[FieldError] = []
    products = products_named(product, errors)
    area = area_named(county, errors)
    if errors:
        raise unprocessable(errors)
    return MatchFilter(
        order=order,
        offer=offer,
        demand=demand,
        products=products,
        area=area,
        designation=designation,
        min_score=min_score,
        kind=kind,
        statuses=frozenset(status) if status else None,
        market=market,
    )


Wanted = Annotated[MatchFilter, Depends(read_filter)]


def listed(wanted: MatchFilter) -> MatchFilter:
    """The filter of a list: what is not withdrawn, unless asked."""
    if wanted.statuses is not None:
        return wanted
    return replace(wanted, statuses=NOT_WITHDRAWN)


def products_named(
    text: str | None, errors: list[FieldError], *, categories: bool = False
) -> frozenset[str] | None:
    """The slugs of a product and its varieties, or, with `categories`, of all products in a category."""
    if text is None:
        return None
    known = taxonomy()
    found = known.find(text)
    if found is None:
        category = known.find_category(text) if categories else None
        if category is not None:
            within = f"{category.path}/"
            return frozenset(p.slug for p in known.products if f"{p.category}/".startswith(within))
        errors.append(
            FieldError("product", "unknown-product", f"没有产品“{text}”", f"there is no product {text!r}")
        )
        return None
    return frozenset(p.slug for p in known.products if known.is_descendant(p.slug, found.slug))


def area_named(code: str | None, errors: list[FieldError]) -> str | None:
    """The prefix of a county, prefecture or province; an old code means what it became."""
    if code is None:
        return None
    prefix = area_prefix(code)
    if len(prefix) < len(code) and any(county.code.startswith(prefix) for county in counties()):
        return prefix
    today = counties().resolve(code)
    if today.code is not None:
        return today.code
    among = "、".join(today.candidates)
    errors.append(
        FieldError("county", "ambiguous-county", f"旧代码已拆分: {among}", f"the old code was split: {among}")
        if today.ambiguous
        else FieldError("county", "unknown-county", f"没有行政区划代码 {code}", f"there is no county {code}")
    )
    return None
