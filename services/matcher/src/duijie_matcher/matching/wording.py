"""Numbers and words of reasons, coarse enough for both sides to see."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from duijie_shared.geography import counties
from duijie_shared.values import PRICE_SCALE, QUANTITY_SCALE, to_number

if TYPE_CHECKING:
    from duijie_shared.taxonomy.model import Product

CENT = PRICE_SCALE // 100
UNITS_ZH = {"kg": "公斤", "piece": "件", "room-night": "间夜", "seat": "人次"}
PLURALS_EN = {"piece": "pieces", "room-night": "room-nights", "seat": "seats"}


@lru_cache(maxsize=100_000)
def quantity(milli: int) -> str:
    """A quantity in the pricing unit: 1,234.5."""
    return f"{to_number(milli, QUANTITY_SCALE):,}"


def cents(price: float) -> str:
    """A price to the nearest 0.01 CNY, as the score sees it."""
    return _money(round(price / CENT))


def cents_up(price: float) -> str:
    """A difference of prices that is at least as large, to 0.01 CNY: a change by it is enough."""
    return _money(-int(-price // CENT))


def percent(part: int, whole: int) -> str:
    """A share in whole per cent, never 0 where there is something nor 100 where something is missing."""
    return f"{max(1, min(99 if part < whole else 100, round(100 * part / whole)))}%"


def unit_zh(product: Product) -> str:
    """The pricing unit in Chinese."""
    return UNITS_ZH.get(product.pricing_unit, product.pricing_unit)


def unit_en(product: Product) -> str:
    """The pricing unit in English, as in "CNY/piece"."""
    return product.pricing_unit


def units_en(product: Product) -> str:
    """The pricing unit in English, as in "5 pieces"."""
    return PLURALS_EN.get(product.pricing_unit, product.pricing_unit)


def county_words(code: str | None) -> tuple[str, str]:
    """A county's name in zh and en; the same place, where there is none."""
    if code is None:
        return "同一地点周围", "around one place"
    if code not in counties():
        return code, f"county {code}"
    county = counties().get(code)
    return county.name_zh, f"{county.name_en} ({code})"


def plural(count: int, word: str) -> str:
    """`1 offer`, `2 offers`."""
    return f"{count:,} {word}" if count == 1 else f"{count:,} {word}s"


@lru_cache(maxsize=100_000)
def _money(amount: int) -> str:
    whole, cents = divmod(abs(amount), 100)
    return f"{'-' if amount < 0 else ''}{whole:,}.{cents:02d}"
