"""Demands: e-commerce enterprises in large cities, and processors that buy what they process."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final

from duijie_shared.taxonomy import taxonomy

from duijie_local.demo import assumptions
from duijie_local.demo.draw import day
from duijie_local.demo.places import written_code
from duijie_local.demo.tables import figures
from duijie_local.demo.terms import CERTIFICATES, amount, category, grade_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from duijie_shared.geography import County

    from duijie_local.demo.draw import Draw
    from duijie_local.demo.parties import Party
    from duijie_local.demo.sellers import Seller, Supply

NEGOTIABLE_SHARE: Final = 0.03
ORIGIN_SHARE: Final = 0.05
BALANCE_SIGMA: Final = 0.35
"""How far demand and supply of one product are apart: some markets are long, some short."""

NOTES: Final = (
    "需提供检测报告", "周一至周六收货", "直播间专供", "年货节备货", "Palletised delivery preferred", "可分批到货",
)  # fmt: skip


def demand_row(
    draw: Draw,
    supply: Supply,
    buyer: Party,
    place: County,
    row_key: str,
    as_of: dt.date,
    sellers: Sequence[Seller],
) -> dict[str, str]:
    """One row of `demands.csv`; `sellers` are those of the product, for demands of stated origin."""
    known, product = taxonomy(), supply.product
    varieties = known.children(product.slug)
    if varieties and draw.chance(0.12):
        product = known.product(draw.one(varieties))
    group, figure = category(product), figures()[supply.product.slug]
    rank = draw.weighted(assumptions.DEMAND_GRADES)
    scheme, grade = grade_words(draw, product, rank, 0.12)
    if rank == 1 and draw.chance(0.5):
        scheme = grade = ""
    median = assumptions.LOT_KG[group] * assumptions.DEMAND_LOTS * draw.around(1.0, BALANCE_SIGMA)
    price = (
        figure.wholesale(as_of.month)
        * assumptions.DOOR_FACTOR
        * assumptions.GRADE_FACTOR[max(2, rank)]
        * draw.around(1.0, assumptions.DOOR_SIGMA)
    )
    terms = amount(
        draw,
        product,
        draw.around(median, 0.5),
        None if draw.chance(NEGOTIABLE_SHARE) else price,
        least_share=draw.uniform(0.01, 0.06) if draw.chance(0.25) else 0.0,
    )
    first, last = _window(draw, supply, as_of)
    return {
        "row_key": row_key,
        "party": buyer.row_key,
        "product": product.slug if draw.chance(0.8) else product.name_zh,
        "grade_scheme": scheme,
        "min_grade": grade,
        "quantity": terms.quantity,
        "unit": terms.unit,
        "min_lot": terms.min_lot,
        "bid_price": terms.price,
        "county": place.code,
        "latitude": "",
        "longitude": "",
        "needed_from": day(first),
        "needed_to": day(last),
        "temperature": product.temperature if product.dimension == "mass" and draw.chance(0.2) else "",
        "certificates": _certificates(draw),
        "origin_counties": _origins(draw, sellers) if draw.chance(ORIGIN_SHARE) else "",
        "note": draw.one(NOTES) if draw.chance(0.06) else "",
    }


def _window(draw: Draw, supply: Supply, as_of: dt.date) -> tuple[dt.date, dt.date]:
    life = supply.product.shelf_life_days or 365
    shortest, longest = (5, 20) if life <= 10 else (10, 40) if life <= 60 else (20, 90)
    first = as_of + dt.timedelta(days=draw.between(0, 14))
    return first, first + dt.timedelta(days=draw.between(shortest, longest))


def _certificates(draw: Draw) -> str:
    shares = {"green": 0.05, "organic": 0.01, "gi": 0.03, "conformity": 0.10}
    asked = [name for name, share in shares.items() if draw.chance(share)]
    return ";".join(CERTIFICATES[name] if draw.chance(0.3) else name for name in asked)


def _origins(draw: Draw, sellers: Sequence[Seller]) -> str:
    chosen = draw.some(sorted({seller.county.code for seller in sellers}), draw.between(3, 8))
    by_code = {seller.county.code: seller.county for seller in sellers}
    return ";".join(written_code(draw, by_code[code]) for code in chosen)
