"""Listings: what anybody with a key may know of an order. A price is here only where its poster publishes it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from duijie_shared.events.base import LIVE
from duijie_shared.events.orders import OrderSnapshot, PriceBreak
from duijie_shared.taxonomy import taxonomy
from duijie_shared.values import PRICE_SCALE, QUANTITY_SCALE, to_number

from duijie_gateway.domain.facts import Facts

PPM = 1_000_000


@dataclass(frozen=True, slots=True)
class Listing:
    """One live order as the public sees it, in contract units: no party, no point, no private price.

    `quantity` is what is left of it. `sequence` is the posting order; it sorts lists and is not shown.
    `updated_at` is when catalog told what made it as it is.
    """

    id: UUID
    sequence: int
    version: int
    side: str
    market: str
    product: str
    grade: int
    quantity: int
    min_lot: int
    pack_multiple: int
    catch_weight_ppm: int
    price: int | None
    price_breaks: tuple[PriceBreak, ...]
    county: str | None
    designations: tuple[str, ...]
    window_from: dt.date
    window_to: dt.date
    harvest_date: dt.date | None
    temperature: str | None
    certificates: tuple[str, ...]
    evidence: str
    origin_counties: tuple[str, ...]
    updated_at: dt.datetime

    @classmethod
    def of(cls, order: OrderSnapshot, updated_at: dt.datetime) -> Listing | None:
        """The listing of an order that was told at `updated_at`; None for one that is over or has nothing left."""
        if order.status not in LIVE or order.remaining == 0:
            return None
        shown = order.shows_price
        return cls(
            id=order.order_id,
            sequence=order.sequence,
            version=order.version,
            side=order.side,
            market=order.market,
            product=order.product,
            grade=order.grade,
            quantity=order.remaining,
            min_lot=order.min_lot,
            pack_multiple=order.pack_multiple,
            catch_weight_ppm=order.catch_weight_ppm,
            price=order.price if shown else None,
            price_breaks=order.price_breaks if shown else (),
            county=order.county,
            designations=order.designations,
            window_from=order.window_from,
            window_to=order.window_to,
            harvest_date=order.harvest_date,
            temperature=order.temperature,
            certificates=order.certificates,
            evidence=order.evidence,
            origin_counties=order.origin_counties,
            updated_at=updated_at,
        )


@dataclass(frozen=True, slots=True)
class ListingFilter:
    """None means no condition. `area` is a code prefix; `first` and `last` are days that the window must touch;
    `max_price` (contract units) passes listings with a published price alone.
    """

    side: str | None = None
    products: frozenset[str] | None = None
    area: str | None = None
    designation: str | None = None
    min_quantity: int | None = None
    max_price: int | None = None
    certificate: str | None = None
    first: dt.date | None = None
    last: dt.date | None = None

    def key(self) -> str:
        """A text that is equal for equal filters; cursors are bound to it."""
        products = None if self.products is None else sorted(self.products)
        rest = (self.area, self.designation, self.min_quantity, self.max_price, self.certificate)
        return "|".join(map(str, (self.side, products, *rest, self.first, self.last)))


def listing_item(listing: Listing) -> dict[str, Any]:
    """The item of the API: quantities in `unit`, prices in CNY per `unit`."""
    return {
        "id": str(listing.id),
        "version": listing.version,
        "side": listing.side,
        "market": listing.market,
        "product": listing.product,
        "unit": pricing_unit(listing.product),
        "grade": listing.grade,
        "quantity": to_number(listing.quantity, QUANTITY_SCALE),
        "min_lot": to_number(listing.min_lot, QUANTITY_SCALE) or None,
        "pack_multiple": to_number(listing.pack_multiple, QUANTITY_SCALE) or None,
        "catch_weight": to_number(listing.catch_weight_ppm, PPM) or None,
        "price": None if listing.price is None else to_number(listing.price, PRICE_SCALE),
        "price_breaks": [
            {
                "quantity": to_number(each.quantity, QUANTITY_SCALE),
                "price": to_number(each.price, PRICE_SCALE),
            }
            for each in listing.price_breaks
        ],
        "county": listing.county,
        "designations": list(listing.designations),
        "window_from": listing.window_from.isoformat(),
        "window_to": listing.window_to.isoformat(),
        "harvest_date": listing.harvest_date and listing.harvest_date.isoformat(),
        "temperature": listing.temperature,
        "certificates": list(listing.certificates),
        "evidence": listing.evidence,
        "origin_counties": list(listing.origin_counties),
        "updated_at": listing.updated_at.isoformat(),
    }


def pricing_unit(product: str) -> str:
    """What quantities and prices of a product are told in."""
    try:
        return taxonomy().product(product).pricing_unit
    except KeyError:  # a product of a later release's taxonomy
        return "kg"


def listing_facts(listing: Listing) -> Facts:
    """What filters of feeds look at."""
    return Facts(
        products=(listing.product,),
        counties=(listing.county,) if listing.county else (),
        designations=listing.designations,
        certificates=listing.certificates,
        grade=listing.grade,
        quantity=listing.quantity,
        price=listing.price,
        first=listing.window_from,
        last=listing.window_to,
    )
