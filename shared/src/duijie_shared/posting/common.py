"""Fields that several kinds of posting share: product and quantity, price, place, window, temperature."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from duijie_shared.events.base import Temperature
from duijie_shared.geography import counties
from duijie_shared.posting.fields import Fields
from duijie_shared.taxonomy import Product, taxonomy
from duijie_shared.taxonomy.packs import pack
from duijie_shared.taxonomy.units import milli_per_unit, unit
from duijie_shared.values import COORDINATE_SCALE, PRICE_SCALE, QUANTITY_SCALE, round_half_even

MOST_QUANTITY = Decimal(10) ** 15
MOST_MILLI = 10**12
"""A million tonnes in grams: more than any county's harvest, so beyond it a digit slipped."""
MOST_PRICE = Decimal(10) ** 9
MOST_PRICE_PER_UNIT = 10**6 * PRICE_SCALE
PRICE_DECIMALS = 6
QUANTITY_DECIMALS = 9

TEMPERATURES: dict[str, Temperature] = {
    "ambient": "ambient", "常温": "ambient",
    "chilled": "chilled", "冷藏": "chilled",
    "frozen": "frozen", "冷冻": "frozen",
}  # fmt: skip

CERTIFICATES = {
    "绿色": "green", "绿色食品": "green", "有机": "organic", "有机产品": "organic",
    "地理标志": "gi", "农产品地理标志": "gi", "geographical indication": "gi",
    "承诺达标合格证": "conformity", "合格证": "conformity",
}  # fmt: skip
"""Spellings of the certificates that have a short name; any other is taken as written, in lower case."""


@dataclass(frozen=True)
class Place:
    """A point and, where one is known, its county (today's code)."""

    county: str | None
    latitude_e7: int
    longitude_e7: int


def product_of(fields: Fields, name: str) -> Product | None:
    """The product that a code, slug, name or synonym means; a category is refused by its name."""
    text = fields.text(name)
    if text is None:
        return None
    known = taxonomy()
    found = known.find(text)
    if found is None and known.find_category(text) is not None:
        fields.refuse(
            name,
            "category",
            f"“{text}”是品类而不是产品, 请写明具体产品",
            f"{text!r} is a category; name a product in it",
        )
    elif found is None:
        fields.refuse(name, "unknown-product", f"没有产品“{text}”", f"there is no product {text!r}")
    return found


def unit_of(fields: Fields, name: str, product: Product | None) -> tuple[str, Fraction] | None:
    """The unit as posted and the contract quantity units in one of it. Without a product, units of mass alone."""
    text = fields.text(name)
    if text is None:
        return None
    found = unit(text)
    size = None if found is None else milli_per_unit(found, product)
    packed = pack(text) if found is None else None
    if packed is not None:
        kind = packed[0]
        fields.refuse(
            name,
            "pack-content",
            f"“{text}”要写明每{kind.name_zh}装多少, 例如 {kind.name_zh}(10kg) 或 {kind.name_zh}(30个)",
            f"{text!r} must say what one {kind.name_en} holds, such as {kind.name_en}(10kg) or {kind.name_en}(30 pieces)",
        )
    elif found is None:
        fields.refuse(name, "unknown-unit", f"没有单位“{text}”", f"there is no unit {text!r}")
    elif size is None or size <= 0:
        label = product.name_zh if product else "该能力"
        english = product.name_en if product else "this capacity"
        fields.refuse(
            name,
            "unit-does-not-fit",
            f"单位“{text}”不适用于{label}",
            f"the unit {text!r} does not fit {english}",
        )
    else:
        return text, size
    return None


def quantity_of(fields: Fields, name: str, size: Fraction | None, *, zero: bool = False) -> int | None:
    """A quantity in contract units: exact, or refused."""
    value = fields.positive(name, most=MOST_QUANTITY, decimals=QUANTITY_DECIMALS, zero=zero)
    if value is None or size is None:
        return None
    exact = Fraction(value) * size
    if exact.denominator != 1:
        fields.refuse(
            name,
            "too-fine",
            "数量小于最小计量 (1 克或千分之一件)",
            "is finer than 1 g or a thousandth of a piece",
        )
    elif exact > MOST_MILLI:
        fields.refuse(
            name,
            "too-large",
            "不能超过一百万吨 (十亿件)",
            "must be a million tonnes (a thousand million pieces) at most",
        )
    else:
        return int(exact)
    return None


def price_of(fields: Fields, name: str, size: Fraction | None, *, zero: bool = False) -> int | None:
    """A price in 1e-6 CNY per pricing unit, from CNY per posted unit; rounded half even where it must be."""
    value = fields.positive(name, most=MOST_PRICE, decimals=PRICE_DECIMALS, zero=zero)
    if value is None or size is None:
        return None
    price = round_half_even(Fraction(value) * PRICE_SCALE * QUANTITY_SCALE / size)
    if price == 0 and value != 0:
        fields.refuse(
            name, "too-fine", "折合单价小于百万分之一元", "comes to less than 0.000001 CNY per unit"
        )
        return None
    if price > MOST_PRICE_PER_UNIT:
        fields.refuse(
            name, "too-large", "折合单价不能超过一百万元", "comes to more than a million CNY per unit"
        )
        return None
    return price


def place_of(fields: Fields, *, prefix: str = "", required: bool = True) -> Place | None:
    """County and point; the point defaults to the county's seat, a county is never guessed from a point."""
    code_field, lat_field, lon_field = f"{prefix}county", f"{prefix}latitude", f"{prefix}longitude"
    refused_before = len(fields.errors)
    county = county_of(fields, code_field)
    latitude = _degrees(fields, lat_field, 90)
    longitude = _degrees(fields, lon_field, 180)
    if len(fields.errors) > refused_before:
        return None
    if (latitude is None) != (longitude is None):
        missing = lat_field if latitude is None else lon_field
        fields.refuse(missing, "required", "经纬度须成对填写", "latitude and longitude come together")
        return None
    if latitude is not None and longitude is not None:
        return Place(county, latitude, longitude)
    if county is None:
        if required:
            fields.refuse(code_field, "required", "须填县级代码或经纬度", "give a county code or coordinates")
        return None
    seat = counties().get(county)
    if seat.latitude_e7 is None or seat.longitude_e7 is None:
        fields.refuse(
            lat_field,
            "required",
            "该县没有已知坐标, 须填经纬度",
            "the seat is unknown: give coordinates",
        )
        return None
    return Place(county, seat.latitude_e7, seat.longitude_e7)


def county_of(fields: Fields, name: str) -> str | None:
    """Today's code of a county; an old code is resolved, an ambiguous one refused with its successors."""
    text = fields.text(name)
    return None if text is None else resolve_county(fields, name, text)


def resolve_county(fields: Fields, name: str, text: str) -> str | None:
    """As `county_of`, for one code of a list."""
    found = counties().resolve(text)
    if found.ambiguous:
        among = ", ".join(f"{code} {counties().get(code).name_zh}" for code in found.candidates)
        fields.refuse(
            name,
            "ambiguous-county",
            f"旧代码 {text} 已拆分, 请写明现代码: {among}",
            f"the old code {text} was split; name one of today's: {among}",
        )
        return None
    if found.code is None:
        fields.refuse(
            name,
            "unknown-county",
            f"“{text}”不是县级行政区划代码 (GB/T 2260)",
            f"{text!r} is no county code (GB/T 2260)",
        )
    return found.code


def window_of(fields: Fields, first: str, last: str, today: dt.date | None) -> tuple[dt.date, dt.date] | None:
    """Two days, both included, in order; refused when already over on `today` (None: windows as written)."""
    start, end = fields.date(first), fields.date(last)
    if start is None or end is None:
        return None
    if end < start:
        fields.refuse(last, "window-reversed", f"不能早于 {first}", f"is before {first}")
    elif today is not None and end < today:
        fields.refuse(last, "window-over", "时间窗口已经结束", "the window is already over")
    else:
        return start, end
    return None


def certificates_of(fields: Fields, name: str = "certificates") -> tuple[str, ...]:
    """Certificates by their short names, sorted."""
    return tuple(sorted({CERTIFICATES.get(item.lower(), item.lower()) for item in fields.items(name)}))


def _degrees(fields: Fields, name: str, most: int) -> int | None:
    value = fields.number(name)
    if value is None:
        return None
    if abs(value) > most:
        fields.refuse(name, "out-of-range", f"应在 -{most} 到 {most} 之间", f"must be -{most} to {most}")
        return None
    return round_half_even(Fraction(value) * COORDINATE_SCALE)
