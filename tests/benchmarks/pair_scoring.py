"""Gates and score of every pair of a market, beside a plain NumPy haversine over the same pairs.

    python tests/benchmarks/pair_scoring.py

Both take the pairs of 5,000 offers and 2,000 demands in blocks of the same size, in turns, on one core; the
best of several rounds counts. The matcher's figure holds everything up to the list of feasible pairs with gain
and score: distance, transport, seven gates, money, five features. `feasible_share` says how many pairs got a
score: a pair that fails a gate has none.
"""

from __future__ import annotations

import datetime as dt
import random
import time
from collections.abc import Callable
from uuid import UUID

import numpy as np
from duijie_matcher.domain import Order
from duijie_matcher.matching.book import Book
from duijie_matcher.matching.candidates import PAIRS_PER_BLOCK, feasible_pairs
from duijie_matcher.matching.scorecard import RULES_1
from duijie_shared.events.base import Side
from duijie_shared.events.policy import Policy
from duijie_shared.geography import counties, designations

OFFERS, DEMANDS = 5_000, 2_000
ROUNDS = 5
EARTH_RADIUS_M = 6_371_008.8
FIRST_DAY = dt.date(2026, 11, 25)


def run() -> dict[str, float]:
    """Nanoseconds a pair of both, their ratio, and the share of pairs that are feasible."""
    made = orders(OFFERS, DEMANDS)
    book = Book.of("potato", made, Policy(), None)
    points = [np.radians([(each.latitude_e7 / 1e7, each.longitude_e7 / 1e7) for each in side]) for side in
              (book.offers, book.demands)]  # fmt: skip
    feasible = sum(map(len, feasible_pairs(book, RULES_1)))
    matcher = haversine = float("inf")
    for _ in range(ROUNDS):
        haversine = min(haversine, _seconds(lambda: _plain_haversine(*points)))
        matcher = min(matcher, _seconds(lambda: sum(map(len, feasible_pairs(book, RULES_1)))))
    pairs = OFFERS * DEMANDS
    return {
        "gates_and_score_ns_per_pair": matcher / pairs * 1e9,
        "plain_haversine_ns_per_pair": haversine / pairs * 1e9,
        "ratio": matcher / haversine,
        "feasible_share": feasible / pairs,
    }


def _plain_haversine(offers: np.ndarray, demands: np.ndarray) -> float:
    """The textbook formula, row blocks of the same size; the sum keeps it from being for nothing."""
    rows, total = max(1, PAIRS_PER_BLOCK // len(offers)), 0.0
    latitude, longitude = offers[:, 0], offers[:, 1]
    for first in range(0, len(demands), rows):
        to_latitude, to_longitude = demands[first : first + rows, :1], demands[first : first + rows, 1:]
        chord = (
            np.sin((to_latitude - latitude) / 2) ** 2
            + np.cos(latitude) * np.cos(to_latitude) * np.sin((to_longitude - longitude) / 2) ** 2
        )
        total += float((2 * EARTH_RADIUS_M * np.arcsin(np.sqrt(chord)))[0, 0])
    return total


def _seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def orders(offers: int, demands: int, seed: int = 2026) -> list[Order]:
    """Potatoes all over the country; prices, grades and windows such that about one pair in seven may trade."""
    draw = random.Random(seed)
    seats = [each for each in counties() if each.latitude_e7 is not None and each.longitude_e7 is not None]
    made = []
    for sequence in range(offers + demands):
        side: Side = "offer" if sequence < offers else "demand"
        selling, seat = side == "offer", draw.choice(seats)
        opens = FIRST_DAY + dt.timedelta(draw.randint(0, 60))
        quantity = draw.randint(1, 60) * 500_000 if selling else draw.randint(2, 200) * 1_000_000
        names = ["green", "organic", "gi", "conformity"]
        made.append(
            Order(
                order_id=UUID(int=draw.getrandbits(128)),
                version=1,
                side=side,
                sequence=sequence,
                party_id=UUID(int=draw.randint(1, 2_000)),
                market="potato",
                product="potato",
                grade=draw.randint(1, 5) if selling else draw.randint(1, 4),
                remaining=quantity,
                min_lot=draw.choice([0, 0, 0, quantity // 4]),
                price=draw.randint(120, 280) * 10_000 if selling else draw.randint(200, 360) * 10_000,
                county=seat.code,
                designations=designations().of(seat.code),
                latitude_e7=(seat.latitude_e7 or 0) + draw.randint(-(10**6), 10**6),
                longitude_e7=(seat.longitude_e7 or 0) + draw.randint(-(10**6), 10**6),
                window_from=opens,
                window_to=opens + dt.timedelta(draw.randint(3, 60)),
                temperature=draw.choice([None, None, "ambient", "chilled"]),
                certificates=tuple(draw.sample(names, 2))
                if selling
                else tuple(draw.sample(names, draw.choice([0, 0, 0, 1]))),
            )
        )
    return made


if __name__ == "__main__":
    for name, value in run().items():
        print(f"{name}: {value:.3f}")
