"""How much minimum lots cost beside bounds that no plan can beat.

    python tests/benchmarks/optimality.py --orders 5000

Small markets of 30 offers and 20 demands are held against HiGHS' branch and bound, or the bound it proved in 20 s. A large
one is held against the linear program of its pairs without lots, also by HiGHS: what is missing there is the price of lots
themselves together with what was given up.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from statistics import mean

import numpy as np
import pair_scoring
from duijie_matcher.matching import match_market
from duijie_matcher.matching.book import Book
from duijie_matcher.matching.market import outcome_of
from duijie_matcher.matching.scorecard import RULES_1
from duijie_matcher.matching.selection import select_pairs
from duijie_shared.events.policy import Policy
from scipy.optimize import linprog
from scipy.sparse import csr_array

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "support"))
from lot_markets import a_market, best

SMALL = 4


def run(orders: int = 2_000) -> dict[str, float]:
    """Shares of the bound that plans fall short of it, and seconds."""
    lost = []
    for seed in range(SMALL):
        market = a_market(100 + seed, 30, 20, lots=0.25)
        lost.append(1 - match_market("potato", market, Policy(), None).plan.objective / best(market))
    offers = round(orders * 5 / 7)
    large = pair_scoring.orders(offers, orders - offers)
    started = time.perf_counter()
    plan = outcome_of("potato", large, Policy(), None).plan
    cleared = time.perf_counter() - started
    bound = _bound(Book.of("potato", large, Policy(), None))
    return {
        "small_markets_mean_loss_percent": 100 * mean(lost),
        "small_markets_worst_loss_percent": 100 * max(lost),
        "large_market_below_lp_without_lots_percent": 100 * (1 - plan.objective / bound),
        "large_market_cleared_s": cleared,
        "large_market_lp_s": time.perf_counter() - started - cleared,
    }


def _bound(book: Book) -> float:
    pairs = select_pairs(book, RULES_1).pairs
    rows = np.concatenate([pairs.offer, pairs.demand + len(book.offers)])
    columns = np.tile(np.arange(len(pairs)), 2)
    left = [order.remaining for order in (*book.offers, *book.demands)]
    matrix = csr_array((np.ones(len(rows)), (rows, columns)), shape=(len(left), len(pairs)))
    answer = linprog(-pairs.gain.astype(float), A_ub=matrix, b_ub=left, method="highs")
    return float(-answer.fun)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--orders", type=int, default=2_000)
    for name, value in run(**vars(parser.parse_args())).items():
        print(f"{name}: {value:.3f}")
