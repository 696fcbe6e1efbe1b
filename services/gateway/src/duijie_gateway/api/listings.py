"""Listings: what is offered and wanted, for everybody with a key."""

from __future__ import annotations

import datetime as dt
import math
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

from duijie_shared.events.base import Side
from duijie_shared.posting.common import CERTIFICATES
from duijie_shared.service.errors import FieldError, not_found, unprocessable
from duijie_shared.values import PRICE_SCALE, QUANTITY_SCALE
from fastapi import APIRouter, Depends, Query, Response

from duijie_gateway.api.cursors import DEFAULT_LIMIT, Cursor, Limit, bad_cursor, bound, open_cursor
from duijie_gateway.api.deps import ObjectId, Reader, ServicesDep
from duijie_gateway.api.described import READING, refusals
from duijie_gateway.api.match_filters import Designation, area_named, products_named
from duijie_gateway.api.reference.caching import LIVE, NOT_MODIFIED, IfNoneMatch, cacheable, written
from duijie_gateway.api.schemas.listings import Listing, ListingPage
from duijie_gateway.domain.listings import ListingFilter, listing_item

if TYPE_CHECKING:
    from duijie_gateway.repository.listings import Place

router = APIRouter(prefix="/v1/listings", tags=["listings"])

MOST = Decimal(10**12)


def read_filter(
    designation: Designation,
    side: Side | None = None,
    product: Annotated[
        str | None,
        Query(
            max_length=100,
            description="Code, slug, name or synonym of a product (with its varieties) or of a category",
        ),
    ] = None,
    county: Annotated[
        str | None,
        Query(pattern="^[0-9]{6}$", description="A county, or a province or prefecture (530000, 532500)"),
    ] = None,
    min_quantity: Annotated[
        Decimal | None, Query(ge=0, le=MOST, description="In the product's pricing unit")
    ] = None,
    max_price: Annotated[
        Decimal | None,
        Query(ge=0, le=MOST, description="CNY per pricing unit; sees published prices alone"),
    ] = None,
    certificate: Annotated[str | None, Query(max_length=100)] = None,
    first: Annotated[
        dt.date | None, Query(alias="from", description="The window ends on that day or later")
    ] = None,
    last: Annotated[
        dt.date | None, Query(alias="to", description="The window begins on that day or earlier")
    ] = None,
) -> ListingFilter:
    """The filter of listings; words that name nothing are refused by name."""
    errors: list[FieldError] = []
    products = products_named(product, errors, categories=True)
    area = area_named(county, errors)
    if first is not None and last is not None and first > last:
        errors.append(FieldError("to", "before-start", "不能早于 from", "must not be before from"))
    if errors:
        raise unprocessable(errors)
    return ListingFilter(
        side=side,
        products=products,
        area=area,
        designation=designation,
        min_quantity=None if min_quantity is None else math.ceil(min_quantity * QUANTITY_SCALE),
        max_price=None if max_price is None else math.floor(max_price * PRICE_SCALE),
        certificate=None
        if certificate is None
        else CERTIFICATES.get(certificate.lower(), certificate.lower()),
        first=first,
        last=last,
    )


@router.get(
    "",
    summary="Listings: live offers and demands, the newest posting first",
    responses={200: {"model": ListingPage}, **NOT_MODIFIED, **refusals(*READING)},
)
async def page(
    services: ServicesDep,
    caller: Reader,
    wanted: Annotated[ListingFilter, Depends(read_filter)],
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
    if_none_match: IfNoneMatch = None,
) -> Response:
    """The public face of orders: a listing goes when its order is over or has nothing left."""
    bound_to = bound(caller, "listings", wanted.key())
    after = place_from(open_cursor(services.cursors, cursor, bound_to))
    found = await services.listings.page(wanted, limit=limit + 1, after=after)
    shown = found[:limit]
    following = None
    if len(found) > limit:
        following = services.cursors.sign([shown[-1].sequence, str(shown[-1].id)], bound_to=bound_to)
    items = [listing_item(each) for each in shown]
    return cacheable(written({"items": items, "next": following}), if_none_match, LIVE)


@router.get(
    "/{id}",
    summary="A listing",
    responses={200: {"model": Listing}, **NOT_MODIFIED, **refusals(*READING, 404)},
)
async def one(
    services: ServicesDep, _caller: Reader, id_: ObjectId, if_none_match: IfNoneMatch = None
) -> Response:
    """404 when its order is over, as if it had never been."""
    found = await services.listings.one(id_)
    if found is None:
        raise not_found()
    return cacheable(written(listing_item(found)), if_none_match, LIVE)


def place_from(value: object) -> Place | None:
    """Where a page begins, out of an opened cursor."""
    if value is None:
        return None
    if not isinstance(value, list) or len(value) != 2:
        raise bad_cursor()
    sequence, listing_id = value
    return sequence, UUID(listing_id)
