"""How many small lots trade with and without pooling, and what that costs in time.

    python tests/benchmarks/pooling.py

A market of 300 smallholders' lots of 0.2 to 3 t in 12 counties and 40 buyers who take 8 to 20 t and no less than 1, 3,
6 or 10 t; a tenth of the offers are large. The same orders are matched under both policies in one run. A small lot counts as
matched when any of it is in the plan.
"""

from __future__ import annotations

import datetime as dt
import random
import time
from uuid import UUID

from duijie_matcher.domain import Order
from duijie_matcher.matching import match_market
from duijie_shared.events.base import Side
from duijie_shared.events.policy import Policy, PoolingPolicy
from duijie_shared.geography import counties, designations

OFFERS, DEMANDS, COUNTIES = 300, 40, 12
MEMBERS = 30
FIRST_DAY = dt.date(2026, 11, 25)
KG = 1_000


def run() -> dict[str, float]:
    """Share of small lots matched, tonnes cleared, welfare in thousand CNY and seconds, without and with pooling."""
    orders = _orders()
    small = {order.order_id for order in orders if order.side == "offer" and order.remaining < 5_000 * KG}
    figures: dict[str, float] = {}
    for name, members in (("alone", 0), ("pooled", MEMBERS)):
        policy = Policy(pooling=PoolingPolicy(members=members))
        started = time.perf_counter()
        result = match_market("potato", orders, policy, None)
        seconds = time.perf_counter() - started
        lines = [line for line in result.matches if line.kind == "plan"]
        figures |= {
            f"{name}_small_lots_matched": len({line.offer_id for line in lines} & small) / len(small),
            f"{name}_tonnes": result.plan.cleared_quantity / 1_000 / KG,
            f"{name}_welfare_kcny": result.plan.welfare / 1e12,
            f"{name}_seconds": seconds,
        }
    figures["pools"] = float(len({line.pool.pool_id for line in lines if line.pool}))
    return figures


def _orders() -> list[Order]:
    """Potatoes of a few counties, for buyers all over the country."""
    draw = random.Random(2026)
    seats = [each for each in counties() if each.latitude_e7 is not None and each.longitude_e7 is not None]
    places, orders = draw.sample(seats, COUNTIES), []
    for sequence in range(OFFERS + DEMANDS):
        side: Side = "offer" if sequence < OFFERS else "demand"
        selling = side == "offer"
        seat = draw.choice(places) if selling else draw.choice(seats)
        large = draw.random() < 0.1
        kilograms = draw.randint(5_000, 20_000) if large else draw.randint(200, 3_000)
        wanted = draw.randint(8_000, 20_000)
        orders.append(
            Order(
                order_id=UUID(int=draw.getrandbits(128)),
                version=1,
                side=side,
                sequence=sequence,
                party_id=UUID(int=sequence + 1),
                market="potato",
                product="potato",
                grade=draw.randint(3, 5) if selling else draw.randint(2, 4),
                remaining=(kilograms if selling else wanted) * KG,
                min_lot=0 if selling else draw.choice([1_000, 3_000, 6_000, 10_000]) * KG,
                price=draw.randint(120, 200) * 10_000 if selling else draw.randint(220, 380) * 10_000,
                county=seat.code,
                designations=designations().of(seat.code),
                latitude_e7=(seat.latitude_e7 or 0) + draw.randint(-(10**5), 10**5),
                longitude_e7=(seat.longitude_e7 or 0) + draw.randint(-(10**5), 10**5),
                window_from=FIRST_DAY,
                window_to=FIRST_DAY + dt.timedelta(60),
            )
        )
    return orders


if __name__ == "__main__":
    for figure, value in run().items():
        print(f"{figure}: {value:.3f}")
