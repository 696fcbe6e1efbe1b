"""Offers: lots of sellers, at the farm gate, with the awkward cases of life among them."""

from __future__ import annotations

import datetime as dt
from math import log
from typing import TYPE_CHECKING, Final

from duijie_shared.taxonomy import Product, taxonomy

from duijie_local.demo import assumptions
from duijie_local.demo.draw import day
from duijie_local.demo.places import own_point, written_code
from duijie_local.demo.season import availability, last_harvest_day
from duijie_local.demo.tables import Figure, figures
from duijie_local.demo.terms import CERTIFICATES, amount, category, grade_words

if TYPE_CHECKING:
    from duijie_local.demo.draw import Draw
    from duijie_local.demo.sellers import Seller

QUANTILE_WIDTH: Final = 2.563
"""The 10 % and 90 % quantiles of a normal distribution lie that many sigma apart."""

NOTES: Final = (
    "可产地装车", "支持寄样", "需自提", "早晚采收, 次日发货", "Loading at the field edge", "套袋栽培", "散装, 可代分级",
    "村集体统一发货",
)  # fmt: skip

TINY_SHARE: Final = 0.05
ENDING_SHARE: Final = 0.02
AHEAD_SHARE: Final = 0.06
NEGOTIABLE_SHARE: Final = 0.04
POINT_SHARE: Final = 0.08
POINT_WITHOUT_COUNTY_SHARE: Final = 0.015


def ask_sigma(figure: Figure) -> float:
    """The spread of asks between growers of one product."""
    shown = log(figure.high / figure.low) / QUANTILE_WIDTH if figure.high > figure.low else 0.0
    return min(assumptions.MOST_ASK_SIGMA, max(assumptions.LEAST_ASK_SIGMA, shown / 2))


def offer_row(draw: Draw, seller: Seller, row_key: str, party: str, as_of: dt.date) -> dict[str, str]:
    """One row of `offers.csv`."""
    product = _variety(draw, seller, as_of)
    group, figure = category(product), figures()[seller.supply.product.slug]
    rank = draw.weighted(assumptions.OFFER_GRADES)
    scheme, grade = grade_words(draw, product, rank, 0.22)
    quantity = draw.around(assumptions.LOT_KG[group], assumptions.LOT_SIGMA)
    if draw.chance(TINY_SHARE):
        quantity = draw.uniform(2, 60) if product.dimension == "mass" else draw.uniform(2, 8)
    price = (
        figure.wholesale(as_of.month)
        * assumptions.FARM_GATE_SHARE[group]
        * assumptions.GRADE_FACTOR[rank]
        * draw.around(1.0, ask_sigma(figure))
    )
    terms = amount(
        draw,
        product,
        quantity,
        None if draw.chance(NEGOTIABLE_SHARE) else price,
        least_share=draw.uniform(0.05, 0.4) if draw.chance(0.25) else 0.0,
    )
    first, last, harvest = _window(draw, seller, product, as_of)
    latitude = longitude = ""
    county = written_code(draw, seller.county)
    if draw.chance(POINT_SHARE):
        latitude, longitude = own_point(draw, seller.county)
        county = "" if draw.chance(POINT_WITHOUT_COUNTY_SHARE / POINT_SHARE) else county
    return {
        "row_key": row_key,
        "party": party,
        "product": _product_word(draw, product),
        "grade_scheme": scheme,
        "grade": grade,
        "quantity": terms.quantity,
        "unit": terms.unit,
        "min_lot": terms.min_lot,
        "ask_price": terms.price,
        "county": county,
        "latitude": latitude,
        "longitude": longitude,
        "available_from": day(first),
        "available_to": day(last),
        "harvest_date": day(harvest) if harvest else "",
        "temperature": _temperature(draw, product),
        "certificates": _certificates(draw, seller),
        "note": draw.one(NOTES) if draw.chance(0.06) else "",
    }


def _variety(draw: Draw, seller: Seller, as_of: dt.date) -> Product:
    known, product = taxonomy(), seller.supply.product
    varieties = [known.product(slug) for slug in known.children(product.slug)]
    at_hand = [
        variety
        for variety in varieties
        if availability(variety, seller.supply.origin, as_of) == seller.supply.how
    ]
    return draw.one(at_hand) if at_hand and draw.chance(0.45) else product


def _product_word(draw: Draw, product: Product) -> str:
    words = {product.slug: 70, product.name_zh: 15, product.code: 7}
    if product.synonyms_zh:
        words[draw.one(product.synonyms_zh)] = 8
    return draw.weighted(words)


def _window(
    draw: Draw, seller: Seller, product: Product, as_of: dt.date
) -> tuple[dt.date, dt.date, dt.date | None]:
    life = product.shelf_life_days or 365
    early, late, shortest, longest = (
        (-3, 10, 3, 12) if life <= 10 else (-7, 15, 7, 30) if life <= 60 else (-20, 20, 20, 90)
    )
    first = as_of + dt.timedelta(days=draw.between(early, late))
    last = max(as_of, first + dt.timedelta(days=draw.between(shortest, longest)))
    harvest: dt.date | None = None
    if seller.supply.how != "all_year" and draw.chance(0.55):
        if seller.supply.how == "store":
            harvest = last_harvest_day(product, as_of) - dt.timedelta(days=draw.between(0, 25))
        else:
            harvest = first - dt.timedelta(days=draw.between(0, 2))
    if seller.supply.how == "harvest" and draw.chance(AHEAD_SHARE):
        harvest = as_of + dt.timedelta(days=draw.between(3, 15))
        first = harvest + dt.timedelta(days=1)
        last = first + dt.timedelta(days=draw.between(shortest, longest))
    elif draw.chance(ENDING_SHARE):
        first, last = min(first, as_of), as_of
    return first, last, harvest


def _temperature(draw: Draw, product: Product) -> str:
    if product.dimension != "mass" or draw.chance(0.7):
        return ""
    if product.temperature == "chilled" and draw.chance(0.25):
        return "ambient"
    return draw.one(
        {"ambient": ("ambient", "常温"), "chilled": ("chilled", "冷藏"), "frozen": ("frozen",)}[
            product.temperature
        ]
    )


def _certificates(draw: Draw, seller: Seller) -> str:
    known = seller.county.code in seller.supply.origin.known_counties
    shares = {"green": 0.18, "organic": 0.05, "gi": 0.35 if known else 0.06, "conformity": 0.4}
    held = [name for name, share in shares.items() if draw.chance(share)]
    return ";".join(CERTIFICATES[name] if draw.chance(0.3) else name for name in held)
