"""The parts of a score and the sentences that go with them, for one published pair."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from duijie_shared.events.matches import Reasons, ScorePart
from duijie_shared.geography import designations

from duijie_matcher.domain import most_tradable
from duijie_matcher.matching.scorecard import POINT_SCALE, tables, tilt_hundredths
from duijie_matcher.matching.valuation import PERCENT, PERMILLE
from duijie_matcher.matching.wording import cents, percent, quantity, unit_en, unit_zh, units_en

if TYPE_CHECKING:
    from duijie_shared.events.base import Feature
    from duijie_shared.events.policy import Policy
    from duijie_shared.taxonomy.model import Product

    from duijie_matcher.domain import Order
    from duijie_matcher.matching.scorecard import Scorecard

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
        _part(scorecard, "grade", features.grade),
        _part(scorecard, "quantity", features.quantity),
        _part(scorecard, "price", features.price),
        _part(scorecard, "distance", features.distance),
        _tilt_part(scorecard, bonus if features.tilted else None),
    )


def match_reasons(
    offer: Order, demand: Order, product: Product, features: Features, landed: int, bid: int, policy: Policy
) -> Reasons:
    """Why these two, in plain words, in the order of the parts. `landed` and `bid` are those that count."""
    sentences = [
        _grade(offer, demand),
        _quantity(offer, demand, product),
        _price(offer, demand, product, landed, bid),
        _distance(features.distance * KM_PER_CELL),
    ]
    if policy.tilt.designation in offer.designations:
        sentences.append(_tilt(policy, features.tilted))
    return Reasons(zh=tuple(zh for zh, _ in sentences), en=tuple(en for _, en in sentences))


@cache
def _part(scorecard: Scorecard, feature: Feature, cell: int) -> ScorePart:
    hundredths = int(tables(scorecard)[feature][cell])
    return ScorePart(feature=feature, value=cell / CELLS_PER_UNIT[feature], points=hundredths / POINT_SCALE)


@cache
def _tilt_part(scorecard: Scorecard, bonus: tuple[int, int] | None) -> ScorePart:
    if bonus is None:
        return ScorePart(feature="tilt", value=0.0, points=0.0)
    points = tilt_hundredths(scorecard, bonus) / POINT_SCALE
    return ScorePart(feature="tilt", value=bonus[0] / bonus[1], points=points)


def _grade(offer: Order, demand: Order) -> tuple[str, str]:
    above = offer.grade - demand.grade
    if not above:
        return f"等级为 {offer.grade} 级, 正合要求", f"Grade {offer.grade}, exactly what is asked"
    return (
        f"等级为 {offer.grade} 级, 高出要求 {above} 级",
        f"Grade {offer.grade}, {above} above what is asked",
    )


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


def _distance(km: int) -> tuple[str, str]:
    if not km:
        return "两地相距不到 5 公里", "Less than 5 km apart"
    return f"两地直线距离约 {km:,} 公里", f"About {km:,} km apart in a straight line"


def _tilt(policy: Policy, counts: bool) -> tuple[str, str]:
    code = policy.tilt.designation
    known = designations().lists
    zh = known[code].title_zh if code in known else code
    en = known[code].title_en if code in known else code
    share = f"{policy.tilt.bonus * 100:g}%"
    if counts:
        return (
            f"产地县: {zh}, 清算与排序按买价的 {share} 加计",
            f"Origin county: {en}; {share} of the bid counts in its favour",
        )
    return f"产地县: {zh}, 本次不加计", f"Origin county: {en}; nothing is added for it here"
