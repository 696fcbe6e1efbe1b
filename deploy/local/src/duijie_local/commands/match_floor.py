"""A floor over all markets in `duijie match`: its price, and what it came to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from duijie_matcher.domain import ConstraintError
from duijie_matcher.domain.floor_ladder import rung_of
from duijie_matcher.matching import outcome_of
from duijie_shared.values import PRICE_SCALE, VALUE_SCALE, to_number

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from duijie_matcher.domain import Constraints, Order
    from duijie_shared.events.matches import PlanRecord
    from duijie_shared.events.policy import Policy, TiltPolicy

    from duijie_local.commands.match_capacities import CapacityRows


def common_rung(
    markets: Mapping[str, Sequence[Order]],
    policy: Policy,
    as_of: dt.datetime | None,
    constraints: Constraints,
    posted: CapacityRows,
) -> int | None:
    """The price at which all markets are cleared, from what each would trade with all capacities to itself."""
    curves = []
    for name in sorted(markets):
        try:
            outcome = outcome_of(
                name,
                markets[name],
                policy,
                as_of,
                constraints=constraints,
                capacities=posted.counted,
            )
        except ConstraintError:
            continue  # the clearing that follows tells of it
        curves.append(outcome.plan.floor_curve)
    return rung_of(policy.tilt, curves)


def over_all(plans: Sequence[PlanRecord], tilt: TiltPolicy, rung: int | None) -> dict[str, Any]:
    """What all markets together came to: shares of value, the price in CNY per CNY, what was given up in CNY."""
    at = 0 if rung is None else rung
    values = [plan.floor_curve[at] for plan in plans if plan.floor_curve]
    favoured, every = sum(one for one, _ in values), sum(other for _, other in values)
    price = next((plan.shadow_price for plan in plans if plan.shadow_price is not None), None)
    return {
        "floor": tilt.floor,
        "status": "infeasible" if rung is None else "met",
        "tilt_share": round(favoured / every, 6) if every else 0.0,
        "shadow_price": None if price is None else to_number(price, PRICE_SCALE),
        "welfare_given_up": to_number(sum(plan.welfare_given_up or 0 for plan in plans), VALUE_SCALE),
    }
