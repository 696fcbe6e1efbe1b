"""Quantities, units, prices and grades as traders write them."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from duijie_shared.taxonomy import taxonomy
from duijie_shared.taxonomy.units import milli_per_unit, unit
from duijie_shared.values import QUANTITY_SCALE

from duijie_local.demo.draw import rounded, written

if TYPE_CHECKING:
    from duijie_shared.taxonomy import Product

    from duijie_local.demo.draw import Draw

TONNES_FROM_KG: Final = 1_500
TINY_UP_TO_KG: Final = 60
DEAR_CATEGORIES: Final = frozenset({"tea_coffee", "medicinal_herbs"})
CERTIFICATES: Final = {
    "green": "绿色食品",
    "organic": "有机",
    "gi": "地理标志",
    "conformity": "承诺达标合格证",
}


@dataclass(frozen=True, slots=True)
class Amount:
    """A quantity in the poster's unit, with the price of one such unit and the least lot; empty texts are none."""

    quantity: str
    unit: str
    price: str
    min_lot: str


def category(product: Product) -> str:
    """The first level of the product's category."""
    return product.category.partition("/")[0]


def _unit_word(draw: Draw, product: Product, quantity: float) -> str:
    if product.dimension == "piece":
        return draw.weighted({"件": 55, "piece": 20, "个": 15, "dozen": 10 if quantity >= 48 else 0})
    if product.dimension == "booking":
        return draw.weighted(
            {"room-night": 70, "间夜": 30} if product.pricing_unit == "room-night" else {"seat": 60, "位": 40}
        )
    weights = {"kg": 46, "斤": 18, "公斤": 6, "KGM": 2}
    if quantity >= TONNES_FROM_KG:
        weights |= {"t": 26, "吨": 8, "担": 3}
    if quantity <= TINY_UP_TO_KG:
        weights = {"斤": 50, "kg": 30, "g": 12 if category(product) in DEAR_CATEGORIES else 0, "两": 4}
    if product.category == "poultry_eggs/eggs":
        weights["枚"] = 30
    return draw.weighted(weights)


def amount(
    draw: Draw, product: Product, quantity: float, price: float | None, *, least_share: float
) -> Amount:
    """`quantity` (pricing units) and `price` (CNY per pricing unit, None negotiable) in a unit people would use.

    `least_share` of the quantity is the minimum lot; 0 is none.
    """
    word = _unit_word(draw, product, quantity)
    found = unit(word)
    milli = None if found is None else milli_per_unit(found, product)
    if milli is None:
        raise ValueError(f"{product.slug} is not sold by {word}")
    size = float(milli) / QUANTITY_SCALE
    whole = product.dimension != "mass" or word in {"枚", "g"}
    count = rounded(max(quantity / size, 1.0), 2)
    if whole:
        count = Decimal(max(1, int(count)))
    least = Decimal(0)
    if least_share:
        least = min(count, rounded(max(float(count) * least_share, 0.1), 1))
        least = Decimal(max(1, int(least))) if whole else least
    return Amount(
        quantity=written(count),
        unit=word,
        price="" if price is None else written(rounded(price * size, 3)),
        min_lot=written(least) if least else "",
    )


def grade_words(draw: Draw, product: Product, rank: int, scheme_share: float) -> tuple[str, str]:
    """Scheme and grade for a common rank: mostly the common scale, sometimes a scheme that fits the product."""
    if draw.chance(scheme_share):
        known = taxonomy()
        fitting = [
            (scheme.code, grade)
            for scheme in known.grade_schemes.values()
            if known.scheme_fits(scheme, product)
            for grade in scheme.grades
            if grade.rank == rank
        ]
        if fitting:
            code, grade = draw.one(fitting)
            return code, draw.one([word for word in (grade.code, grade.name_zh, grade.name_en) if word])
    return "", str(rank)
