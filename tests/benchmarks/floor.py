"""Clearing with a tilt floor, in plain solves: OR-tools' own time for the same market without one.

    python tests/benchmarks/floor.py [offers] [demands]      (default 50000 20000)

Every offer has an edge to each of its 20 nearest demands, those of negative margin left out; a quarter of the offers are
designated and ask 0.6 CNY more; the floor is 0.30 of quantity. Processor time, one core. `cold` is all of a clearing with
floor: the plan without it, the search, the plan at the multiplier. `again` starts from that multiplier after one order in
a hundred changed its price. `gap` is how far the plan is from its own upper bound (weak duality) at the most.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from fractions import Fraction
from typing import TypeVar

import numpy as np
from duijie_matcher.matching.candidates import Pairs
from duijie_matcher.matching.floor import Floor, Priced, total
from duijie_matcher.matching.floored import Floored, Market, clear_with_floor
from duijie_matcher.matching.limits import NO_LIMITS
from duijie_matcher.matching.multiplier import Search
from duijie_matcher.matching.network import Network, cheapest_flow
from duijie_matcher.matching.settling import Lots
from scipy.spatial import cKDTree

Answer = TypeVar("Answer")

EDGES = 20
SIDE_KM = 2_000
RATE = 780
"""1e-6 CNY per kg and km, detour included."""
SHARE = Fraction(3, 10)


def run(offers: int = 50_000, demands: int = 20_000) -> dict[str, float]:
    """Seconds of a plain solve, and a clearing with floor in such solves, cold and from the last multiplier."""
    market, floor = _market(offers, demands, changed=False)
    plain, _ = _seconds(lambda: _plain(market))
    cold, first = _seconds(lambda: _cleared(market, floor))
    changed, floor_again = _market(offers, demands, changed=True)
    again, second = _seconds(lambda: _cleared(changed, floor_again, first.price))
    return {
        "edges": len(market.pairs),
        "plain_solve_seconds": plain,
        "cold_in_plain_solves": cold / plain,
        "cold_multipliers": first.solves,
        "again_in_plain_solves": again / plain,
        "again_multipliers": second.solves,
        "gap_at_most_percent": 100 * _gap(market, floor, first),
        "again_gap_at_most_percent": 100 * _gap(changed, floor_again, second),
        "share_reached": total(floor.favoured.astype(np.int64), first.clearing.quantity)
        / int(first.clearing.quantity.sum()),
        "price_CNY_per_kg": float(first.price) / 1e6,
        "welfare_given_up_percent": 100
        * (
            1
            - total(market.pairs.gain, first.clearing.quantity)
            / total(market.pairs.gain, first.plain.quantity)
        ),
    }


def _cleared(market: Market, floor: Floor, start: Fraction | None = None) -> Floored:
    return clear_with_floor(market, np.zeros(len(market.pairs), dtype=np.int64), floor, start)


def _plain(market: Market) -> None:
    pairs = market.pairs
    network = Network.of(market.supply, market.wanted, pairs.offer, pairs.demand)
    cheapest_flow(network, -(2 * pairs.gain + 1))


def _gap(market: Market, floor: Floor, found: Floored) -> float:
    """1 - objective / the dual value at the multiplier that was found."""
    pairs = market.pairs
    network = Network.of(market.supply, market.wanted, pairs.offer, pairs.demand)
    priced = Priced.of(pairs.gain, floor, network.hub + 1)
    bound = Search(network, priced, 0).line(priced.steps_of(found.price, of_value=False)).value
    return 1 - total(priced.gain, found.clearing.quantity) / bound


def _market(offers: int, demands: int, *, changed: bool) -> tuple[Market, Floor]:
    draw = np.random.default_rng(2026)
    sellers, buyers = draw.random((offers, 2)) * SIDE_KM, draw.random((demands, 2)) * SIDE_KM
    apart, nearest = cKDTree(buyers).query(sellers, EDGES)
    tail, head = np.repeat(np.arange(offers), EDGES), nearest.ravel()
    named = draw.random(offers) < 0.25
    ask = draw.integers(100, 280, offers) * 10_000 + np.where(named, 600_000, 0)
    bid = draw.integers(200, 360, demands) * 10_000
    supply = draw.integers(1, 60, offers) * 500_000
    wanted = draw.integers(2, 200, demands) * 1_000_000
    if changed:
        ask += np.where(draw.random(offers) < 0.01, 50_000, 0)
    gain = bid[head] - ask[tail] - np.rint(apart.ravel() * RATE).astype(np.int64)
    order = np.lexsort((tail, head))
    order = order[gain[order] >= 0]
    pairs = Pairs(
        offer=tail[order].astype(np.int32),
        demand=head[order].astype(np.int32),
        distance=np.rint(apart.ravel()[order] * 1000).astype(np.int32),
        gain=gain[order],
        score=np.zeros(len(order), dtype=np.int32),
    )
    one = np.ones(len(pairs), dtype=np.int64)
    market = Market(pairs, supply, wanted, Lots.of(np.zeros_like(one), one), NO_LIMITS)
    return market, Floor.of(SHARE, named[pairs.offer], one, of_value=False)


def _seconds(work: Callable[[], Answer]) -> tuple[float, Answer]:
    started = time.process_time()
    answer = work()
    return time.process_time() - started, answer


if __name__ == "__main__":
    for name, value in run(*map(int, sys.argv[1:])).items():
        print(f"{name}: {value:.4f}")
