"""The floor of a market as its policy sets it, and what a plan says of it."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
from duijie_shared.events.matches import PlanRecord, Reasons
from duijie_shared.values import PRICE_SCALE, round_half_even

from duijie_matcher.matching.floor import Floor
from duijie_matcher.matching.lines import deals_of
from duijie_matcher.matching.terms import decimal_fraction

if TYPE_CHECKING:
    from duijie_shared.events.policy import TiltPolicy

    from duijie_matcher.matching.book import Book
    from duijie_matcher.matching.candidates import Pairs
    from duijie_matcher.matching.floored import Floored

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


def floor_of(book: Book, pairs: Pairs) -> Floor | None:
    """The floor over the market's pairs, None where the policy sets none. A pair whose price nobody named has no value."""
    tilt = book.terms.policy.tilt
    if not tilt.floor:
        return None
    of_value = tilt.floor_of == "value"
    favoured = book.offer_columns.designated[pairs.offer]
    weight = (
        deals_of(book, pairs)[0].bid.astype(np.int64) if of_value else np.ones(len(pairs), dtype=np.int64)
    )
    return Floor.of(decimal_fraction(tilt.floor), favoured, weight, of_value=of_value)


def with_floor(
    record: PlanRecord, tilt: TiltPolicy, floored: Floored, floor: Floor, plain_welfare: int
) -> PlanRecord:
    """The totals with what the floor did."""
    known = {"floor": tilt.floor, "floor_of": tilt.floor_of, "floor_status": floored.status}
    if floored.status == "infeasible":
        able = bool((floor.favoured & (floor.weight > 0)).any())
        return record.model_copy(
            update={**known, "welfare_given_up": 0, "floor_reasons": BOUND if able else NOBODY}
        )
    price = floored.price * PRICE_SCALE if floor.of_value else floored.price
    return record.model_copy(
        update={
            **known,
            "shadow_price": round_half_even(Fraction(price)),
            "welfare_given_up": plain_welfare - record.welfare,
        }
    )
