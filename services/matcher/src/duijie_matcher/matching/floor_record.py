"""What a plan says of the conditions it was cleared under: the floor, the guards, and what they cost."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
from duijie_shared.events.matches import Guard, PlanRecord, Reasons
from duijie_shared.values import PRICE_SCALE, round_half_even

from duijie_matcher.domain.floor_ladder import price_of, share_of
from duijie_matcher.matching.records import share, welfare
from duijie_matcher.matching.rows import Priceable, small_offers

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from duijie_shared.events.policy import TiltPolicy

    from duijie_matcher.domain.floor_ladder import Curve
    from duijie_matcher.matching.book import Book
    from duijie_matcher.matching.joint import Joint, Plan
    from duijie_matcher.matching.rows import RowKey, Rows

NOBODY = Reasons(
    zh=("没有名单内县的供应能在此市场成交, 方案与不设下限时相同",),
    en=("no offer of a designated county can trade in this market; the plan is the one without a floor",),
)
BOUND = Reasons(
    zh=("固定的配对、主体的最低数量或整批整包使名单内的份额达不到下限, 方案与不设下限时相同",),
    en=(
        "pins, parties' minima or whole lots keep the designated share below the floor; the plan is the one without "
        "a floor",
    ),
)


ELSEWHERE = Reasons(
    zh=("所有市场合计达不到下限, 各市场的方案与不设下限时相同",),
    en=("all markets together cannot keep the floor; the plans are those without one",),
)


@dataclass(frozen=True, slots=True)
class Cleared:
    """The plan without conditions and the one that keeps them. Under a floor over all markets `curve` is what the market
    would trade at each of its prices, and `rung` the price at which it was cleared, None where no price keeps the floor.
    """

    plain: Plan
    plan: Plan
    curve: Curve = ()
    rung: int | None = None


def with_conditions(record: PlanRecord, book: Book, joint: Joint, cleared: Cleared) -> PlanRecord:
    """The totals with what floor and guards did; as they were where the policy sets none."""
    kinds, plan, tilt = joint.rows.kinds, cleared.plan, book.terms.policy.tilt
    if not kinds and not tilt.over_all:
        return record
    given_up = plan_welfare(book, joint, cleared.plain) - record.welfare
    update = {"welfare_given_up": given_up, "guards": tuple(_guards(book, joint, plan))}
    if "floor" in kinds:
        update |= _floor(book, joint, plan)
    if tilt.over_all:
        update |= _over_all(tilt, cleared)
    return record.model_copy(update=update)


def _over_all(tilt: TiltPolicy, cleared: Cleared) -> Mapping[str, object]:
    known = {"floor": tilt.floor, "floor_of": "value", "floor_scope": "all", "floor_curve": cleared.curve}
    if cleared.rung is None:
        return {**known, "floor_status": "infeasible", "floor_reasons": ELSEWHERE}
    price = price_of(cleared.rung, share_of(tilt.floor))
    return {**known, "floor_status": "met", "shadow_price": round_half_even(price * PRICE_SCALE)}


def plan_welfare(book: Book, joint: Joint, plan: Plan) -> int:
    """The welfare of a plan, routes included, in 1e-9 CNY."""
    routed = sum(line.quantity * (line.route.bid - line.route.landed) for line in plan.routed.lines)
    return routed + welfare(book, joint.pairs, plan.guarded.clearing.quantity)


def _floor(book: Book, joint: Joint, plan: Plan) -> Mapping[str, object]:
    tilt = book.terms.policy.tilt
    known = {"floor": tilt.floor, "floor_of": tilt.floor_of}
    if "floor" in plan.guarded.unkept:
        return {**known, "floor_status": "infeasible", "floor_reasons": BOUND if _able(joint) else NOBODY}
    price = _price(plan, ("floor", -1), of_value=tilt.of_value)
    return {**known, "floor_status": "met", "shadow_price": price}


def _able(joint: Joint) -> bool:
    """Whether any designated offer could trade at all."""
    row = joint.rows.of_kind("floor")
    if row is None:
        return False
    floor = row.over(Priceable(joint.pairs.offer, joint.bid, np.zeros_like(joint.bid)))
    direct = bool((floor.favoured & (floor.weight > 0)).any())
    return direct or any(bool(row.favoured[route.offer]) for route in joint.chains.routes)


def _price(plan: Plan, key: RowKey, *, of_value: bool = False) -> int:
    price = plan.guarded.prices.get(key, Fraction(0))
    return round_half_even(Fraction(price * PRICE_SCALE if of_value else price))


def _guards(book: Book, joint: Joint, plan: Plan) -> Iterator[Guard]:
    """What each guard asked for, what came of it, and what one more unit of it costs."""
    policy, rows = book.terms.policy.guards, joint.rows
    sold = _arriving(joint, plan, len(book.offers))
    total = int(sold.sum())
    if rows.of_kind("small") is not None:
        small = small_offers(book)
        yield Guard(
            kind="small_share",
            asked=policy.small_share,
            reached=share((int(sold[small].sum()), total)),
            status="infeasible" if "small" in plan.guarded.unkept else "met",
            shadow_price=_price(plan, ("small", -1)),
        )
    if rows.share is not None:
        yield Guard(
            kind="party_share",
            asked=policy.party_share,
            reached=share((_largest(rows, sold), total)),
            status="infeasible" if "party" in plan.guarded.unkept else "met",
            shadow_price=sum(_price(plan, key) for key in plan.guarded.prices if key[0] == "party"),
        )


def _largest(rows: Rows, sold: np.ndarray) -> int:
    by_party = np.zeros(int(rows.party.max(initial=0)) + 1, dtype=np.int64)
    np.add.at(by_party, rows.party, sold)
    return int(by_party.max(initial=0))


def _arriving(joint: Joint, plan: Plan, offers: int) -> np.ndarray:
    """What arrives of each offer: what is cleared is counted at the door."""
    arriving = np.zeros(offers, dtype=np.int64)
    np.add.at(arriving, joint.pairs.offer, plan.guarded.clearing.quantity)
    for line in plan.routed.lines:
        arriving[line.route.offer] += line.quantity
    return arriving
