"""Time and memory per order, from a thousand orders to a million, in markets cleared by one child process per core.

    python tests/benchmarks/scale.py --largest 100000 --markets 200

Orders are spread over up to `markets` markets, of no fewer than 500 orders. A child makes the orders of one market, takes
the time of `outcome_of` (everything up to the lines that records are written from; making the orders and writing records
are left out), and lets them go. Memory is the largest resident set of a child times the children that run at once, and
the parent's own: no more than that was ever in use.
"""

from __future__ import annotations

import argparse
import math
import multiprocessing
import os
import resource
import time

import pair_scoring
from duijie_matcher.matching.market import outcome_of
from duijie_shared.events.policy import Policy

LEAST_OF_A_MARKET = 500
OFFERS_SHARE = 5 / 7


def run(largest: int = 20_000, markets: int = 200, cores: int | None = None) -> dict[str, float]:
    """For each power of ten up to `largest`: seconds, microseconds of processor an order, MiB, and bytes an order."""
    figures: dict[str, float] = {}
    cores = cores or os.cpu_count() or 1
    for exponent in range(3, int(math.log10(largest)) + 1):
        figures |= _cleared(10**exponent, markets, cores)
    if largest != 10 ** int(math.log10(largest)):
        figures |= _cleared(largest, markets, cores)
    return figures


def _cleared(orders: int, markets: int, cores: int) -> dict[str, float]:
    count = max(1, min(markets, orders // LEAST_OF_A_MARKET))
    sizes = [orders // count + (place < orders % count) for place in range(count)]
    started = time.perf_counter()
    # A child of its own for each size: what one leaves behind would count for the next.
    with multiprocessing.get_context("spawn").Pool(min(cores, count)) as pool:
        done = pool.starmap(_market, enumerate(sizes), chunksize=1)
    elapsed = time.perf_counter() - started
    cleared = sum(seconds for seconds, _, _ in done)
    peak = max(kilobytes for _, kilobytes, _ in done) * min(cores, count)
    parent = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    name = f"{orders:,} orders in {count}"
    return {
        f"{name}: seconds, orders made included": elapsed,
        f"{name}: us of clearing an order": cleared / orders * 1e6,
        f"{name}: pairs an order": sum(pairs for _, _, pairs in done) / orders,
        f"{name}: MiB at most": (peak + parent) / 1024,
        f"{name}: KiB an order": (peak + parent) / orders,
    }


def _market(seed: int, size: int) -> tuple[float, int, int]:
    """Processor seconds of clearing it, the largest resident set so far (KiB), and how many pairs may trade."""
    offers = round(size * OFFERS_SHARE)
    orders = pair_scoring.orders(offers, size - offers, seed)
    started = time.process_time()
    outcome = outcome_of("potato", orders, Policy(), None)
    seconds = time.process_time() - started
    return seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, outcome.plan.feasible_pairs


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--largest", type=int, default=20_000)
    parser.add_argument("--markets", type=int, default=200)
    parser.add_argument("--cores", type=int, default=None)
    for name, value in run(**vars(parser.parse_args())).items():
        print(f"{name}: {value:.1f}")
