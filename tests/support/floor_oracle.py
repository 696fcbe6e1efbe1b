"""The floor once more, as one row of a linear program over pairs that the contract's own text calls feasible."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from duijie_matcher.domain import Order
from duijie_shared.events.matches import MatchRecord
from duijie_shared.events.policy import Policy
from matching_oracle import judge
from scipy.optimize import linprog


def feasible(orders: list[Order], policy: Policy) -> dict[tuple[Order, Order], tuple[int, int, bool]]:
    """Gain, weight and whether it is designated of every pair that may trade."""
    found = {}
    for offer in (each for each in orders if each.side == "offer"):
        for demand in (each for each in orders if each.side == "demand"):
            judged = judge(offer, demand, policy)
            if not judged.failed:
                weight = 1 if policy.tilt.floor_of == "quantity" else judged.bid or 0
                found[offer, demand] = (judged.gain, weight, policy.tilt.designation in offer.designations)
    return found


def best_with_floor(orders: list[Order], policy: Policy) -> tuple[float, float]:
    """The largest objective of any plan that meets the floor, and the floor's dual price, by HiGHS."""
    pairs = feasible(orders, policy)
    if not pairs:
        return 0.0, 0.0
    limits = [
        [1.0 if order in pair else 0.0 for pair in pairs] for order in orders
    ]  # fmt: skip
    scale = max(1, *(weight for _, weight, _ in pairs.values()))
    row = [(policy.tilt.floor - named) * weight / scale for _, weight, named in pairs.values()]
    answer = linprog(
        [-gain for gain, _, _ in pairs.values()],
        A_ub=np.array([*limits, row]),
        b_ub=[*(order.remaining for order in orders), 0.0],
        method="highs",
    )
    assert answer.success, answer.message
    return float(-answer.fun), float(-answer.ineqlin.marginals[-1] / scale)


def excess(orders: list[Order], policy: Policy, lines: list[MatchRecord]) -> Fraction:
    """Designated weight less the floor's share of all, of the lines of a plan."""
    by_id = {order.order_id: order for order in orders}
    pairs = feasible(orders, policy)
    found = Fraction(0)
    for line in lines:
        _, weight, named = pairs[by_id[line.offer_id], by_id[line.demand_id]]
        found += (named - Fraction(str(policy.tilt.floor))) * weight * line.quantity
    return found
