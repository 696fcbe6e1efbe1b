"""How an order is sold or bought: packs, price breaks, catch weight, what is published and what stays private."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Any

from duijie_shared.events.base import EvidenceLevel, Side
from duijie_shared.posting import common
from duijie_shared.posting.fields import Fields
from duijie_shared.values import round_half_even

EVIDENCE: dict[str, EvidenceLevel] = {
    "self_declared": "self_declared", "自报": "self_declared",
    "county_recommended": "county_recommended", "县级推荐": "county_recommended",
    "inspected": "inspected", "已查验": "inspected",
    "laboratory": "laboratory", "检测报告": "laboratory",
}  # fmt: skip

MOST_CATCH_WEIGHT = Decimal("0.2")
"""A fifth more or less than agreed is another quantity, not catch weight."""
MOST_BREAKS = 5
MOST_AREA = Decimal(10) ** 7
"""Mu; more than any county has."""
PPM = 1_000_000


@dataclass(frozen=True, kw_only=True)
class Selling:
    """In contract integers and as posted."""

    evidence: EvidenceLevel
    pack_multiple: int
    breaks: tuple[tuple[int, int], ...]
    catch_weight: Decimal | None
    reserve_price: int | None
    publish_price: bool
    area: Decimal | None
    posted_pack_multiple: Decimal | None
    posted_price_breaks: tuple[str, ...]
    posted_reserve_price: Decimal | None

    def contract(self) -> dict[str, Any]:
        """The fields of `OrderTerms` that the contracts speak of."""
        return {
            "evidence": self.evidence,
            "pack_multiple": self.pack_multiple,
            "break_quantities": tuple(quantity for quantity, _ in self.breaks),
            "break_prices": tuple(price for _, price in self.breaks),
            "catch_weight_ppm": 0
            if self.catch_weight is None
            else round_half_even(Fraction(self.catch_weight) * PPM),
            "reserve_price": self.reserve_price,
            "publish_price": self.publish_price,
            "area_mu": self.area,
        }

    def posted(self) -> dict[str, Any]:
        """The fields of `OrderTerms` that keep what was written."""
        return {
            "posted_pack_multiple": self.posted_pack_multiple,
            "posted_price_breaks": self.posted_price_breaks,
            "posted_reserve_price": self.posted_reserve_price,
        }


def selling_of(read: Fields, side: Side, size: Fraction | None, price: int | None) -> Selling:
    """What the fields say; `size` is the posted unit in contract units, `price` the ask or bid."""
    pack = common.quantity_of(read, "pack_multiple", size)
    breaks, written = _breaks(read, size, price) if side == "offer" else ((), ())
    reserve = common.price_of(read, "reserve_price", size)
    if (
        reserve is not None
        and price is not None
        and (reserve > price if side == "offer" else reserve < price)
    ):
        read.refuse(
            "reserve_price",
            "beyond-price",
            "不能高于要价" if side == "offer" else "不能低于出价",
            "is above the ask" if side == "offer" else "is below the bid",
        )
    return Selling(
        evidence=read.choice("evidence", EVIDENCE) or "self_declared",
        pack_multiple=pack or 0,
        breaks=breaks,
        catch_weight=read.positive("catch_weight", most=MOST_CATCH_WEIGHT, decimals=6, zero=True),
        reserve_price=reserve,
        publish_price=read.flag("publish_price") or False,
        area=read.positive("area", most=MOST_AREA, decimals=3) if side == "offer" else None,
        posted_pack_multiple=read.number("pack_multiple") if pack is not None else None,
        posted_price_breaks=written,
        posted_reserve_price=read.number("reserve_price") if reserve is not None else None,
    )


def _breaks(
    read: Fields, size: Fraction | None, price: int | None
) -> tuple[tuple[tuple[int, int], ...], tuple[str, ...]]:
    """`10=1750;20=1700`: from 10 units on 1750 CNY per unit, from 20 on 1700; rising and falling strictly."""
    posted = read.pairs("price_breaks")
    if not posted or size is None:
        return (), ()
    if price is None:
        read.refuse(
            "price_breaks", "breaks-without-price", "面议的供应不能有量价档", "need an ask price to fall from"
        )
        return (), ()
    if len(posted) > MOST_BREAKS:
        read.refuse(
            "price_breaks", "too-large", f"最多 {MOST_BREAKS} 档", f"takes {MOST_BREAKS} breaks at most"
        )
        return (), ()
    refused = len(read.errors)
    read_as = []
    for quantity, per_unit in posted:
        one = read.parts({"quantity": quantity, "price": f"{per_unit:f}"})
        read_as.append((common.quantity_of(one, "quantity", size), common.price_of(one, "price", size)))
        read.take_errors(one, "price_breaks")
    found = tuple((quantity, each) for quantity, each in read_as if quantity is not None and each is not None)
    if len(read.errors) > refused:
        return (), ()
    steps = ((0, price), *found)
    if any(after[0] <= before[0] or after[1] >= before[1] for before, after in pairwise(steps)):
        read.refuse(
            "price_breaks",
            "breaks-not-falling",
            "数量须逐档增加, 价格须逐档降低并低于要价",
            "must rise in quantity and fall in price, from below the ask",
        )
        return (), ()
    return found, tuple(f"{quantity}={per_unit:f}" for quantity, per_unit in posted)
