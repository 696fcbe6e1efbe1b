"""The nearest offers of each demand: scikit-learn's BallTree (haversine) beside the block scan over all pairs.

    python tests/benchmarks/candidate_edges.py --offers 50000 --demands 2000 --nearest 20

Both give the same edges, which is asserted. The scan is the matcher's own distance kernel with a partial sort for each
demand. Then what the matcher needs is timed beside it: the best by score, with every gate, which no radius bounds.
"""

from __future__ import annotations

import argparse
import time
from typing import TYPE_CHECKING, TypeVar

import numpy as np
import pair_scoring
from duijie_matcher.matching.book import Book
from duijie_matcher.matching.candidates import PAIRS_PER_BLOCK, feasible_pairs
from duijie_matcher.matching.distance import distances
from duijie_matcher.matching.scorecard import RULES_1
from duijie_shared.events.policy import Policy
from sklearn.neighbors import BallTree

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

Answer = TypeVar("Answer")
EARTH_RADIUS_M = 6_371_008.8


def run(offers: int = 20_000, demands: int = 1_000, nearest: int = 20) -> dict[str, float]:
    """Seconds of each, and what share of the best by score is among the nearest."""
    book = Book.of("potato", pair_scoring.orders(offers, demands), Policy(), None)
    points = [
        np.radians([(each.latitude_e7 / 1e7, each.longitude_e7 / 1e7) for each in side])
        for side in (book.offers, book.demands)
    ]
    tree, building = _timed(lambda: BallTree(points[0], metric="haversine"))
    (apart, _), asking = _timed(lambda: tree.query(points[1], k=nearest))
    scanned, scanning = _timed(lambda: _nearest(book, nearest))
    # By distance, not by place: offers that are equally far may stand in for each other.
    assert np.allclose(apart * EARTH_RADIUS_M, scanned, atol=1.0)
    pairs, gating = _timed(lambda: list(feasible_pairs(book, RULES_1)))
    near = np.concatenate([part.distance <= scanned[part.demand, -1] for part in pairs])
    return {
        "balltree_build_s": building,
        "balltree_nearest_s": asking,
        "scan_nearest_s": scanning,
        "scan_over_balltree": scanning / (building + asking),
        "scan_gates_and_score_s": gating,
        "feasible_pairs_a_demand": len(near) / demands,
        "feasible_among_nearest_a_demand": float(near.sum()) / demands,
    }


def _nearest(book: Book, count: int) -> NDArray[np.float64]:
    """Metres to the nearest few of each demand, ascending."""
    offers = book.offer_columns.take(slice(None), (1, -1))
    demands = book.demand_columns.take(slice(None), (-1, 1))
    rows, found = max(1, PAIRS_PER_BLOCK // len(book.offers)), []
    for first in range(0, len(book.demands), rows):
        block = demands.rows(first, first + rows)
        apart = distances(block.x, block.y, block.z, offers.x, offers.y, offers.z)
        found.append(np.sort(np.partition(apart, count - 1, axis=1)[:, :count], axis=1))
    return np.concatenate(found)


def _timed(work: Callable[[], Answer]) -> tuple[Answer, float]:
    started = time.perf_counter()
    answer = work()
    return answer, time.perf_counter() - started


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--offers", type=int, default=20_000)
    parser.add_argument("--demands", type=int, default=1_000)
    parser.add_argument("--nearest", type=int, default=20)
    for name, value in run(**vars(parser.parse_args())).items():
        print(f"{name}: {value:.3f}")
