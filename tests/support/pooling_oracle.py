"""The best plan with pooled lots as a mixed integer program, which knows nothing of flows; and small markets for it."""

from __future__ import annotations

import random
from collections import defaultdict

import numpy as np
from duijie_matcher.domain import Order
from duijie_shared.events.policy import Policy, PoolingPolicy, TiltPolicy
from market_orders import CNY, KG, a_demand, an_offer
from matching_oracle import judge
from scipy.optimize import Bounds, LinearConstraint, milp

TONNE = 1000 * KG
POOLED = Policy(tilt=TiltPolicy(bonus=0.0), pooling=PoolingPolicy(members=50))
COUNTIES = ("520526", "520527", "310115")


def small_market(seed: int) -> list[Order]:
    """Four to nine small lots of three counties, and two to four demands that take nothing small."""
    draw = random.Random(seed)
    offers = [
        an_offer(
            f"{at}",
            at,
            remaining=draw.randint(1, 9) * TONNE,
            min_lot=draw.choice([0, 0, TONNE, 2 * TONNE]),
            price=draw.randint(80, 160) * CNY // 100,
            county=draw.choice(COUNTIES),
        )
        for at in range(draw.randint(4, 9))
    ]
    demands = [
        a_demand(
            f"{at}",
            100 + at,
            remaining=(most := draw.randint(8, 25)) * TONNE,
            min_lot=draw.randint(4, most) * TONNE,
            price=draw.randint(150, 260) * CNY // 100,
        )
        for at in range(draw.randint(2, 4))
    ]
    return [*offers, *demands]


def best_pooled_objective(orders: list[Order], policy: Policy, *, pooled: bool = True) -> float:
    """The largest objective of any plan, in price x quantity of the contract: every lot of a county to a demand is
    nothing or its minimum lot, every line nothing or its offer's. Each line by itself where lots are not `pooled`.
    """
    offers = [order for order in orders if order.side == "offer"]
    demands = [order for order in orders if order.side == "demand"]
    pairs = []
    for offer in offers:
        for demand in demands:
            judged = judge(offer, demand, policy)
            if judged.failed <= {"MIN_LOT"}:
                pairs.append((offer, demand, judged.gain))
    lots: dict[tuple[object, ...], list[int]] = defaultdict(list)
    for at, (offer, demand, _) in enumerate(pairs):
        lots[(offer.county, demand.order_id) if pooled else (at,)].append(at)
    count, rows, low = len(pairs), [], []
    # Quantities in tonnes, then whether each line is made, then whether each lot is.
    width = 2 * count + len(lots)

    def at_least(least: float, **terms: dict[int, float]) -> None:
        row = np.zeros(width)
        for column, factor in terms["of"].items():
            row[column] += factor
        rows.append(row)
        low.append(least)

    for at, (offer, demand, _) in enumerate(pairs):
        most = min(offer.remaining, demand.remaining) / TONNE
        at_least(0, of={count + at: most, at: -1})
        at_least(0, of={at: 1, count + at: -offer.min_lot / TONNE})
    for number, members in enumerate(lots.values()):
        minimum = pairs[members[0]][1].min_lot / TONNE
        at_least(0, of={**dict.fromkeys(members, 1.0), 2 * count + number: -minimum})
        for at in members:
            at_least(0, of={2 * count + number: 1, count + at: -1})
    for order in orders:
        mine = [at for at, (offer, demand, _) in enumerate(pairs) if order in (offer, demand)]
        at_least(-order.remaining / TONNE, of=dict.fromkeys(mine, -1.0))
    if not pairs:
        return 0.0
    answer = milp(
        np.concatenate([[-gain for _, _, gain in pairs], np.zeros(width - count)]),
        constraints=LinearConstraint(np.array(rows), lb=np.array(low)),
        integrality=np.concatenate([np.zeros(count), np.ones(width - count)]),
        bounds=Bounds(0, np.concatenate([np.full(count, np.inf), np.ones(width - count)])),
    )
    assert answer.success, answer.message
    return float(-answer.fun) * TONNE
