"""Units of quantity, by UN/ECE Recommendation 20 code and by the words people write.

The codes agree with public copies of Recommendation 20: KGM, TNE, GRM, DTN (decitonne, 100 kg), LBR (pound), H87
(piece), C62 (one), EA (each), HEA (head), DZN (dozen). The market units 斤, 两, 担, 钱 and bookable units have none.
Packs are in `packs`; with their content they are units too.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import TYPE_CHECKING

from duijie_shared.taxonomy.packs import pack
from duijie_shared.values import QUANTITY_SCALE
from duijie_shared.words import folded

if TYPE_CHECKING:
    from duijie_shared.taxonomy.model import Dimension, Product


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit. `size` is its content: grams of a mass unit, pieces of a piece unit, else 1.

    `code` is the canonical word that answers use; `rec20` its UN/ECE Rec 20 code or empty.
    """

    code: str
    name_zh: str
    name_en: str
    rec20: str
    dimension: Dimension
    size: Fraction
    aliases: tuple[str, ...] = ()


UNITS: tuple[Unit, ...] = (
    Unit("kg", "千克", "kilogram", "KGM", "mass", Fraction(1000), ("公斤", "kgs", "kilograms", "kilo")),
    Unit(
        "t",
        "吨",
        "tonne",
        "TNE",
        "mass",
        Fraction(1_000_000),
        ("公吨", "tonnes", "ton", "tons", "metric ton", "metric tons"),
    ),
    Unit("g", "克", "gram", "GRM", "mass", Fraction(1), ("grams",)),
    Unit("斤", "斤", "jin", "", "mass", Fraction(500), ("市斤", "catty")),
    Unit("两", "两", "liang", "", "mass", Fraction(50), ("市两",)),
    Unit("钱", "钱", "qian", "", "mass", Fraction(5), ("市钱",)),
    Unit("担", "担", "dan", "", "mass", Fraction(50_000), ("市担",)),
    Unit("公担", "公担", "quintal", "DTN", "mass", Fraction(100_000), ("decitonne",)),
    Unit("lb", "磅", "pound", "LBR", "mass", Fraction(45_359_237, 100_000), ("lbs", "pounds")),
    Unit(
        "piece",
        "个",
        "piece",
        "H87",
        "piece",
        Fraction(1),
        (
            *("枚", "件", "头", "只", "条", "颗", "张", "幅", "把", "顶", "双", "套", "匹", "尊", "羽"),
            *("pieces", "pc", "pcs", "c62", "ea", "each", "hea", "head"),
        ),
    ),
    Unit("dozen", "打", "dozen", "DZN", "piece", Fraction(12), ("dozens",)),
    Unit(
        "room-night",
        "间夜",
        "room-night",
        "",
        "booking",
        Fraction(1),
        ("room night", "room nights", "room-nights", "间"),
    ),
    Unit("seat", "座", "seat", "", "booking", Fraction(1), ("seats", "位", "人次", "席", "人")),
)
"""All units, the pricing units kg, piece, room-night and seat among them."""


def unit(text: str) -> Unit | None:
    """The unit that a code, name or alias names, whatever its case and width; None for an unknown word.

    A pack with its content (`箱(10kg)`) is a unit of that size; without one, or with one that cannot be read
    or is nothing, it is none.
    """
    return _by_word().get(folded(text)) or _pack_unit(text)


def _pack_unit(text: str) -> Unit | None:
    kind, content = pack(text) or (None, None)
    if kind is None or content is None:
        return None
    held = _by_word().get(content.unit)
    size = Fraction(content.number)
    if held is None or held.dimension == "booking" or size == 0:
        return None
    return Unit(
        code=f"{kind.name_zh}({content.number}{held.code})",
        name_zh=f"{kind.name_zh}（{content.number}{held.name_zh}）",
        name_en=f"{kind.name_en} of {content.number} {held.code if held.rec20 else held.name_en}",
        rec20=kind.rec20,
        dimension=held.dimension,
        size=size * held.size,
    )


def milli_per_unit(unit: Unit, product: Product | None) -> Fraction | None:
    """How many contract quantity units (thousandths of the product's pricing unit) one `unit` holds.

    Mass products take every mass unit and, where the taxonomy knows the weight of a piece, piece units:
    a 枚 of eggs is 50 g. Piece goods take piece units only, bookable ones their own unit only. None where
    the unit does not fit the product. Without a product (what a cold store or a carrier takes) units of mass
    alone fit.
    """
    if product is None:
        return unit.size if unit.dimension == "mass" else None
    if product.dimension == "mass":
        if unit.dimension == "mass":
            return unit.size
        if unit.dimension == "piece" and product.grams_per_piece is not None:
            return unit.size * product.grams_per_piece
        return None
    if product.dimension == "piece":
        return unit.size * QUANTITY_SCALE if unit.dimension == "piece" else None
    return unit.size * QUANTITY_SCALE if unit.code == product.pricing_unit else None


@cache
def _by_word() -> dict[str, Unit]:
    words: dict[str, Unit] = {}
    for entry in UNITS:
        for word in (entry.code, entry.name_zh, entry.name_en, entry.rec20, *entry.aliases):
            if word and words.setdefault(folded(word), entry) is not entry:
                raise ValueError(f"{word!r} names two units")
    return words
