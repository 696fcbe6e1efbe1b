"""Offers and demands."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from duijie_shared.events.base import EvidenceLevel, Side, Temperature
from duijie_shared.posting import common
from duijie_shared.posting.fields import Fields, Source
from duijie_shared.posting.grading import GradeBook, grade_of
from duijie_shared.posting.selling import selling_of

OFFER_FIELDS = (
    "product", "grade_scheme", "grade", "measurements", "quantity", "unit", "min_lot", "pack_multiple",
    "catch_weight", "ask_price", "price_breaks", "reserve_price", "publish_price", "county", "latitude", "longitude",
    "available_from", "available_to", "harvest_date", "temperature", "certificates", "evidence", "area", "note",
)  # fmt: skip
DEMAND_FIELDS = (
    "product", "grade_scheme", "min_grade", "quantity", "unit", "min_lot", "pack_multiple", "catch_weight", "bid_price",
    "reserve_price", "publish_price", "county", "latitude", "longitude", "needed_from", "needed_to", "temperature",
    "certificates", "evidence", "origin_counties", "note",
)  # fmt: skip

LOWEST_GRADE = 1


@dataclass(frozen=True)
class OrderTerms:
    """One offer or demand: what the contracts carry, and beside it what the poster wrote (`posted_*`).

    `reserve_price` (1e-6 CNY per pricing unit) is the least that an offer or the most that a demand agrees to in
    the end; it never leaves catalog before a deal. `area_mu` is the planted area in mu (1/15 ha).
    """

    side: Side
    product: str
    market: str
    grade: int
    quantity: int
    min_lot: int
    price: int | None
    county: str | None
    latitude_e7: int
    longitude_e7: int
    window_from: dt.date
    window_to: dt.date
    harvest_date: dt.date | None
    temperature: Temperature | None
    certificates: tuple[str, ...]
    origin_counties: tuple[str, ...]
    evidence: EvidenceLevel
    pack_multiple: int
    break_quantities: tuple[int, ...]
    break_prices: tuple[int, ...]
    catch_weight_ppm: int
    reserve_price: int | None
    publish_price: bool
    area_mu: Decimal | None
    measurements: tuple[str, ...]
    note: str | None
    unit: str
    grade_scheme: str | None
    posted_grade: str | None
    posted_quantity: Decimal
    posted_min_lot: Decimal | None
    posted_price: Decimal | None
    posted_county: str | None
    posted_pack_multiple: Decimal | None
    posted_price_breaks: tuple[str, ...]
    posted_reserve_price: Decimal | None


def parse_offer(
    fields: Mapping[str, object], *, source: Source, today: dt.date | None, grades: GradeBook | None = None
) -> OrderTerms:
    """The terms of an offer. `today` (Asia/Shanghai) refuses windows that are over; None takes them as written.

    `grades` knows buyers' own schemes and what staff have mapped; None knows the schemes of this release alone.

    Raises
    ------
    PostingError
        Naming every field that is unknown, missing or not acceptable.
    """
    read = Fields(fields, OFFER_FIELDS, source)
    return _order(read, "offer", "grade", "ask_price", "available_from", "available_to", today, grades)


def parse_demand(
    fields: Mapping[str, object], *, source: Source, today: dt.date | None, grades: GradeBook | None = None
) -> OrderTerms:
    """The terms of a demand; errors as `parse_offer`. An empty `min_grade` accepts any grade."""
    read = Fields(fields, DEMAND_FIELDS, source)
    return _order(read, "demand", "min_grade", "bid_price", "needed_from", "needed_to", today, grades)


def _order(
    read: Fields,
    side: Side,
    grade_field: str,
    price_field: str,
    first: str,
    last: str,
    today: dt.date | None,
    grades: GradeBook | None,
) -> OrderTerms:
    read.require("product", "quantity", "unit", first, last)
    if side == "offer" and not read.has("measurements"):
        read.require(grade_field)
    product = common.product_of(read, "product")
    grade = grade_of(read, grade_field, product, grades)
    unit = common.unit_of(read, "unit", product) if product else None
    size = unit[1] if unit else None
    quantity = common.quantity_of(read, "quantity", size)
    min_lot = common.quantity_of(read, "min_lot", size, zero=True)
    price = common.price_of(read, price_field, size)
    selling = selling_of(read, side, size, price)
    place = common.place_of(read)
    window = common.window_of(read, first, last, today)
    harvest = read.date("harvest_date") if side == "offer" else None
    temperature = read.choice("temperature", common.TEMPERATURES)
    certificates = common.certificates_of(read)
    origins = [common.resolve_county(read, "origin_counties", code) for code in read.items("origin_counties")]
    note = read.text("note", longest=2000, lines=True)
    read.finish()
    # Whatever is missing was refused above, and `finish` threw.
    if product is None or unit is None or quantity is None or place is None or window is None:
        raise AssertionError("a missing field was not refused")
    posted_quantity = read.number("quantity")
    if posted_quantity is None:
        raise AssertionError("a missing quantity was not refused")
    return OrderTerms(
        side=side,
        product=product.slug,
        market=product.family,
        grade=LOWEST_GRADE if grade.rank is None else grade.rank,
        quantity=quantity,
        min_lot=min_lot or 0,
        price=price,
        county=place.county,
        latitude_e7=place.latitude_e7,
        longitude_e7=place.longitude_e7,
        window_from=window[0],
        window_to=window[1],
        harvest_date=harvest,
        temperature=temperature,
        certificates=certificates,
        origin_counties=tuple(sorted({code for code in origins if code is not None})),
        **selling.contract(),
        measurements=grade.measurements,
        note=note,
        unit=unit[0],
        grade_scheme=grade.scheme,
        posted_grade=read.text(grade_field),
        posted_quantity=posted_quantity,
        posted_min_lot=read.number("min_lot"),
        posted_price=read.number(price_field),
        posted_county=read.text("county"),
        **selling.posted(),
    )
