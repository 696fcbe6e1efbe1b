"""Packs: boxes, bags and crates, which are units only together with what one of them holds.

A pack is written with its content in the unit itself: `箱(10kg)`, `箱=10kg`, `box(10 kg)`, `箱(360枚)`.

- The content belongs to the unit and not into a column of its own: a price "per box" and a quantity "in
  boxes" are then said by one word, which every form, file and answer carries along unchanged, and a row
  can't pair the quantity of one box with the price of another.
- Brackets are how traders write it by hand. The equals sign is for keyboards and spreadsheets where brackets
  are far; a cell that begins with a pack's name is no formula.
- One number and one unit of mass or count, nothing nested: `箱(20x500g)` is `箱(10kg)`. Neither brackets nor
  the equals sign occur in any unit's name, so nothing else can be read this way.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from duijie_shared.words import folded

_PACK = re.compile(r"(?P<word>[^()=]+?) ?(?:\((?P<inside>[^()=]*)\)|=(?P<after>[^()=]*)|[(=].*)?")
_CONTENT = re.compile(r"(?P<number>[0-9]{1,9}(?:\.[0-9]{1,6})?) ?(?P<unit>[^0-9. ].*)")


@dataclass(frozen=True, slots=True)
class Pack:
    """A kind of pack. `rec20` is `X` and its UN/ECE Rec 21 code, as Rec 20 has it; empty where none was found."""

    code: str
    name_zh: str
    name_en: str
    rec20: str
    aliases: tuple[str, ...] = ()


PACKS: tuple[Pack, ...] = (
    Pack("box", "箱", "box", "XBX", ("boxes", "泡沫箱", "塑料箱", "木箱")),
    Pack("carton", "纸箱", "carton", "XCT", ("cartons", "ctn")),
    Pack("bag", "袋", "bag", "XBG", ("bags",)),
    Pack("sack", "编织袋", "sack", "XSA", ("sacks", "麻袋", "包装袋")),
    Pack("crate", "周转筐", "crate", "XCR", ("crates", "筐", "塑料筐")),
    Pack("package", "包", "package", "XPK", ("packages", "pack", "packs")),
    Pack("parcel", "件", "parcel", "", ("parcels",)),
    Pack("gift-box", "盒", "gift box", "", ("gift boxes", "礼盒", "提")),
    Pack("basket", "篮", "basket", "", ("baskets", "篓", "竹筐")),
    Pack("bottle", "瓶", "bottle", "XBO", ("bottles",)),
    Pack("jar", "罐", "jar", "", ("jars", "坛")),
    Pack("pail", "桶", "pail", "", ("pails", "barrel", "barrels")),
    Pack("tray", "托", "tray", "", ("trays", "板")),
    Pack("bundle", "捆", "bundle", "XBE", ("bundles", "扎", "把")),
    Pack("pallet", "托盘", "pallet", "XPX", ("pallets", "卡板")),
)
"""All packs. Some words (件, 把) also count pieces when they stand alone: with a content they are packs."""


@dataclass(frozen=True, slots=True)
class Content:
    """What one pack holds, as written: a positive decimal and the word of a unit."""

    number: str
    unit: str


def pack(text: str) -> tuple[Pack, Content | None] | None:
    """The pack that a text names and its content; a content that cannot be read is None, as an absent one is.

    None where the text is no pack at all.
    """
    match = _PACK.fullmatch(folded(text))
    found = _by_word().get(match["word"]) if match else None
    if match is None or found is None:
        return None
    content = _CONTENT.fullmatch((match["inside"] or match["after"] or "").strip())
    return found, None if content is None else Content(content["number"], content["unit"].strip())


@cache
def _by_word() -> dict[str, Pack]:
    words: dict[str, Pack] = {}
    for entry in PACKS:
        for word in (entry.code, entry.name_zh, entry.name_en, entry.rec20, *entry.aliases):
            if word and words.setdefault(folded(word), entry) is not entry:
                raise ValueError(f"{word!r} names two packs")
    return words
