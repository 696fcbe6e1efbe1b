"""Plans against HiGHS' branch and bound, which knows nothing of flows, rounds or dual prices."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from random import Random
from statistics import mean

import numpy as np
import pytest
from duijie_matcher.domain import Order
from duijie_matcher.matching import match_market
from duijie_shared.events.policy import Policy
from market_orders import CNY, KG, PLACES, a_demand, an_offer
from matching_oracle import judge
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array, hstack, vstack

POLICY = Policy()


def a_market(seed: int, offers: int, demands: int, lots: float) -> list[Order]:
    """Potatoes in four cities; `lots` is the share of orders with a minimum lot of a quarter of their quantity."""
    draw = Random(seed)

    def terms(low: int, high: int, quantity: int) -> dict[str, object]:
        latitude, longitude = draw.choice(PLACES)
        return {
            "remaining": quantity * KG,
            "min_lot": quantity * KG // 4 if draw.random() < lots else 0,
            "price": draw.randint(low, high) * CNY // 100,
            "latitude_e7": latitude,
            "longitude_e7": longitude,
            "designations": draw.choice(((), ("cn-832",))),
        }

    return [
        *(an_offer(f"{at}", at, **terms(100, 250, draw.randint(2, 40) * 10)) for at in range(offers)),
        *(
            a_demand(f"{at}", offers + at, **terms(180, 400, draw.randint(4, 120) * 10))
            for at in range(demands)
        ),
    ]


def best(orders: list[Order]) -> float:
    """The largest objective of any plan of this market, by an integer program: a pair trades its lot or more, or nothing."""
    sides = [[order for order in orders if order.side == side] for side in ("offer", "demand")]
    pairs = [
        (row, column, pair.gain, max(offer.min_lot, demand.min_lot), min(offer.remaining, demand.remaining))
        for (row, offer), (column, demand) in product(*map(enumerate, sides))
        if not (pair := judge(offer, demand, POLICY)).failed
    ]
    count = len(pairs)
    gain, lot, most = (np.array([pair[at] for pair in pairs], dtype=float) for at in (2, 3, 4))
    owners = [(pair[0], len(sides[0]) + pair[1]) for pair in pairs]
    rows = [owner for both in owners for owner in both]
    used = csr_array((np.ones(2 * count), (rows, np.repeat(np.arange(count), 2))), shape=(len(orders), count))
    one, none = csr_array(np.eye(count)), csr_array((len(orders), count))
    diagonal = [csr_array(np.diag(values)) for values in (lot, most)]
    matrix = vstack([hstack([used, none]), hstack([one, -diagonal[0]]), hstack([one, -diagonal[1]])])
    left = [order.remaining for side in sides for order in side]
    answer = milp(
        np.r_[-gain, np.zeros(count)],
        constraints=LinearConstraint(
            matrix,
            np.r_[np.full(len(left), -np.inf), np.zeros(count), np.full(count, -np.inf)],
            np.r_[left, np.full(count, np.inf), np.zeros(count)],
        ),
        integrality=np.r_[np.zeros(count), np.ones(count)],
        bounds=Bounds(0, np.r_[most, np.ones(count)]),
        options={"mip_rel_gap": 1e-7, "time_limit": 20},
    )
    assert answer.x is not None
    # What is not proven best is bounded: the comparison never flatters.
    return float(-answer.mip_dual_bound)


@pytest.mark.parametrize("seed", range(6))
def test_a_pure_transport_market_is_worth_what_the_integer_program_says(seed: int) -> None:
    """Divisible quantities without lots: equal to the last digit that HiGHS' floats hold."""
    orders = a_market(seed, 12, 9, lots=0)
    plan = match_market("potato", orders, POLICY, None).plan
    assert plan.objective == pytest.approx(best(orders), rel=1e-9)


def test_minimum_lots_cost_less_than_one_in_a_hundred() -> None:
    """A quarter of the orders with lots of a quarter of their quantity: 1 % at the most on average, 5 % at the worst, and
    never above the integer program.
    """
    lost = []
    for seed in range(12):
        orders = a_market(100 + seed, 10, 8, lots=0.25)
        objective, bound = match_market("potato", orders, POLICY, None).plan.objective, best(orders)
        lost.append(1 - objective / bound)
    assert min(lost) >= -1e-6
    assert mean(lost) <= 0.01, lost
    assert max(lost) <= 0.05, lost


def test_without_lots_a_market_with_lots_would_be_worth_more() -> None:
    """The instances have teeth: lots cost the optimum itself something."""
    orders = a_market(101, 10, 8, lots=0.25)
    assert best(orders) < best([replace(order, min_lot=0) for order in orders])
