"""The parts of a score and the sentences that go with them, for one published pair."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from duijie_shared.events.matches import Reasons, ScorePart
from duijie_shared.geography import designations

from duijie_matcher.domain import most_tradable
from duijie_matcher.matching.scorecard import POINT_SCALE, tables, tilt_hundredths
from duijie_matcher.matching.valuation import PERCENT, PERMILLE
from duijie_matcher.matching.wording import cents, percent, quantity, unit_en, unit_zh, units_en

if TYPE_CHECKING:
    from duijie_shared.events.base import Feature
    from duijie_shared.events.policy import Policy, TiltPolicy
    from duijie_shared.taxonomy.model import Product

    from duijie_matcher.domain import Order
    from duijie_matcher.matching.scorecard import Scorecard

Said = Sequence[tuple[str, str]]
"""Sentences in zh and en."""

KM_PER_CELL = 5

CELLS_PER_UNIT: dict[Feature, float] = {
    "grade": 1,
    "quantity": PERCENT,
    "price": PERMILLE,
    "distance": 1 / KM_PER_CELL,
}


@dataclass(frozen=True, slots=True)
class Features:
    """One pair's features as cells of the scorecard's grid, and whether the tilt counts for it."""

    grade: int
    quantity: int
    price: int
    distance: int
    tilted: bool


def score_parts(features: Features, bonus: tuple[int, int], scorecard: Scorecard) -> tuple[ScorePart, ...]:
    """The parts; their hundredths sum to the score exactly."""
    return (
        score_part(scorecard, "grade", features.grade),
        score_part(scorecard, "quantity", features.quantity),
        score_part(scorecard, "price", features.price),
        score_part(scorecard, "distance", features.distance),
        tilt_part(scorecard, bonus if features.tilted else None),
    )


def match_reasons(
    offer: Order,
    demand: Order,
    product: Product,
    features: Features,
    landed: int,
    bid: int,
    policy: Policy,
    pooled: Said = (),
) -> Reasons:
    """Why these two, in plain words, in the order of the parts; what is said of a pooled lot comes last. `landed` and
    `bid` are those that count.
    """
    said = [*sentences(offer, demand, product, features, landed, bid, policy.tilt), *pooled]
    return Reasons(zh=tuple(zh for zh, _ in said), en=tuple(en for _, en in said))


def sentences(
    offer: Order, demand: Order, product: Product, features: Features, landed: int, bid: int, tilt: TiltPolicy
) -> list[tuple[str, str]]:
    """What `match_reasons` says, sentence by sentence in zh and en."""
    said = [
        _grade(offer.grade, demand.grade),
        _quantity(offer, demand, product),
        _price(offer, demand, product, landed, bid),
        _distance(features.distance * KM_PER_CELL),
    ]
    if tilt.designation in offer.designations:
        said.append(_tilt(tilt.designation, tilt.bonus, features.tilted))
    return said


@cache
def score_part(scorecard: Scorecard, feature: Feature, cell: int) -> ScorePart:
    """What a cell of a feature's grid is worth."""
    hundredths = int(tables(scorecard)[feature][cell])
    return ScorePart(feature=feature, value=cell / CELLS_PER_UNIT[feature], points=hundredths / POINT_SCALE)


@cache
def tilt_part(scorecard: Scorecard, bonus: tuple[int, int] | None) -> ScorePart:
    """What a bonus is worth, as numerator and denominator; None where it does not count."""
    if bonus is None:
        return ScorePart(feature="tilt", value=0.0, points=0.0)
    points = tilt_hundredths(scorecard, bonus) / POINT_SCALE
    return ScorePart(feature="tilt", value=bonus[0] / bonus[1], points=points)


@cache
def _grade(offered: int, asked: int) -> tuple[str, str]:
    above = offered - asked
    if not above:
        return f"等级为 {offered} 级, 正合要求", f"Grade {offered}, exactly what is asked"
    return f"等级为 {offered} 级, 高出要求 {above} 级", f"Grade {offered}, {above} above what is asked"


def _quantity(offer: Order, demand: Order, product: Product) -> tuple[str, str]:
    most = most_tradable(offer, demand)
    of_offer, of_demand = percent(most, offer.remaining), percent(most, demand.remaining)
    amount = quantity(most)
    return (
        f"最多可成交 {amount} {unit_zh(product)}, 占供给的 {of_offer}、需求的 {of_demand}",
        f"Up to {amount} {units_en(product)} can trade: {of_offer} of the offer, {of_demand} of the demand",
    )


def _price(offer: Order, demand: Order, product: Product, landed: int, bid: int) -> tuple[str, str]:
    zh, en = unit_zh(product), unit_en(product)
    cost, limit = cents(landed), cents(bid)
    if offer.price is None and demand.price is None:
        return "双方价格均可议", "Both prices are negotiable"
    if offer.price is None:
        return (
            f"卖价可议, 以买价 {limit} 元/{zh} 到货计",
            f"The ask is negotiable and counts as what the bid of {limit} CNY/{en} leaves after transport",
        )
    if demand.price is None:
        return (
            f"买价可议, 到货成本约 {cost} 元/{zh}",
            f"The bid is negotiable; the landed cost is about {cost} CNY/{en}",
        )
    margin = cents(max(0, bid - round(landed / 10_000) * 10_000))
    return (
        f"到货成本约 {cost} 元/{zh}, 比买价低 {margin} 元",
        f"The landed cost is about {cost} CNY/{en}, {margin} below the bid",
    )


@cache
def _distance(km: int) -> tuple[str, str]:
    if not km:
        return "两地相距不到 5 公里", "Less than 5 km apart"
    return f"两地直线距离约 {km:,} 公里", f"About {km:,} km apart in a straight line"


@lru_cache(maxsize=16)
def _tilt(code: str, bonus: float, counts: bool) -> tuple[str, str]:
    known = designations().lists
    zh = known[code].title_zh if code in known else code
    en = known[code].title_en if code in known else code
    share = f"{bonus * 100:g}%"
    if counts:
        return (
            f"产地县: {zh}, 清算与排序按买价的 {share} 加计",
            f"Origin county: {en}; {share} of the bid counts in its favour",
        )
    return f"产地县: {zh}, 本次不加计", f"Origin county: {en}; nothing is added for it here"
