"""Markets with minimum lots, and what the best plan of one is worth by an integer program."""

from __future__ import annotations

from itertools import product
from random import Random
from typing import Any

import numpy as np
from duijie_matcher.domain import Order
from duijie_shared.events.policy import Policy
from market_orders import CNY, KG, PLACES, a_demand, an_offer
from matching_oracle import judge
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array, hstack, vstack

POLICY = Policy()


def a_market(seed: int, offers: int, demands: int, lots: float) -> list[Order]:
    """Potatoes in four cities; `lots` is the share of orders with a minimum lot of a quarter of their quantity."""
    draw = Random(seed)

    def terms(low: int, high: int, quantity: int) -> dict[str, Any]:
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
