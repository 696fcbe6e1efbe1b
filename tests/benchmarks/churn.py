"""Unanswered proposals changed per new order, beside a clearing without the age rule, and what the rule costs.

    python tests/benchmarks/churn.py

A market of 100 offers and 100 demands at ten places, asks and bids in whole jiao: many plans are worth the same. 40 more
orders arrive one by one. After each the market is cleared twice: as it is, near-ties resolved by age, and with whatever
optimal flow the solver finds first. A proposal is changed where a line of the plan before is gone or has another
quantity. The rule's cost is what the objective of the second plan has more, as a share of it, at the most; once without
minimum lots, where both plans are optimal, and once with them, where neither need be.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import pairwise
from uuid import UUID

import numpy as np
from duijie_matcher.domain import Order
from duijie_matcher.matching import clearing, settling
from duijie_matcher.matching.book import Book
from duijie_matcher.matching.columns import Ints
from duijie_matcher.matching.network import Network
from duijie_matcher.matching.pricing import Solution
from duijie_matcher.matching.scorecard import RULES_1
from duijie_matcher.matching.selection import select_pairs
from duijie_matcher.matching.settling import Lots
from duijie_shared.events.base import Side
from duijie_shared.events.policy import Policy
from duijie_shared.geography import counties

STANDING, ARRIVING = 200, 40
PLACES = 10
FIRST_DAY = dt.date(2026, 11, 25)
KG, JIAO = 1_000, 100_000

Plan = dict[tuple[UUID, UUID], int]


def run() -> dict[str, float]:
    """Changed proposals per new order with and without the rule, how many stood, and the rule's cost."""
    figures: dict[str, float] = {}
    orders = _orders()
    for name, market in (
        ("", [replace(order, min_lot=0) for order in orders]),
        ("_with_minimum_lots", orders),
    ):
        aged, plain = list(_history(market, by_age=True)), list(_history(market, by_age=False))
        figures |= {
            f"proposals_standing{name}": sum(len(plan) for plan, _ in aged[:-1]) / ARRIVING,
            f"changed_per_new_order{name}": _changed(aged) / ARRIVING,
            f"changed_without_the_age_rule{name}": _changed(plain) / ARRIVING,
            f"cost_share{name}": max(
                (other - objective) / other for (_, objective), (_, other) in zip(aged, plain, strict=True)
            ),
        }
    return figures


def _history(orders: list[Order], *, by_age: bool) -> Iterator[tuple[Plan, int]]:
    """Plan and objective after each arrival, the first before any."""
    for known in range(STANDING, STANDING + ARRIVING + 1):
        book = Book.of("potato", orders[:known], Policy(), None)
        pairs = select_pairs(book, RULES_1).pairs
        offers, demands = book.offer_columns, book.demand_columns
        least = np.maximum(offers.min_lot[pairs.offer], demands.min_lot[pairs.demand]).astype(np.int64)
        lots = Lots.of(least, np.ones(len(pairs), dtype=np.int64))
        remaining = (offers.remaining.astype(np.int64), demands.remaining.astype(np.int64))
        with _rule(by_age=by_age):
            quantity = clearing.clear(pairs, *remaining, lots).quantity
        plan = {
            (book.offers[pairs.offer[at]].order_id, book.demands[pairs.demand[at]].order_id): int(
                quantity[at]
            )
            for at in np.flatnonzero(quantity)
        }
        yield plan, int((pairs.gain * quantity).sum())


def _changed(history: list[tuple[Plan, int]]) -> int:
    plans = [plan for plan, _ in history]
    return sum(
        sum(after.get(pair) != amount for pair, amount in before.items()) for before, after in pairwise(plans)
    )


@contextmanager
def _rule(*, by_age: bool) -> Iterator[None]:
    """The clearing with its third aim, or without."""
    if by_age:
        yield
        return
    kept = settling.oldest_first
    for module in (clearing, settling):
        module.__dict__["oldest_first"] = _as_solved
    try:
        yield
    finally:
        for module in (clearing, settling):
            module.__dict__["oldest_first"] = kept


def _as_solved(best: Solution, _: Network) -> Ints:
    return best.quantity


def _orders() -> list[Order]:
    draw = random.Random(2026)
    seats = [each for each in counties() if each.latitude_e7 is not None and each.longitude_e7 is not None]
    seats = draw.sample(seats, PLACES)
    orders = []
    for sequence in range(STANDING + ARRIVING):
        side: Side = ("offer", "demand")[sequence % 2]
        selling, seat = side == "offer", draw.choice(seats)
        quantity = draw.randint(1, 40) * 500 * KG
        orders.append(
            Order(
                order_id=UUID(int=draw.getrandbits(128)),
                version=1,
                side=side,
                sequence=sequence,
                party_id=UUID(int=draw.getrandbits(128)),
                market="potato",
                product="potato",
                grade=draw.randint(2, 5) if selling else draw.randint(1, 4),
                remaining=quantity,
                min_lot=draw.choice([0, 0, 0, quantity // 4]),
                price=(draw.randint(12, 20) if selling else draw.randint(20, 30)) * JIAO,
                county=seat.code,
                designations=(),
                latitude_e7=seat.latitude_e7 or 0,
                longitude_e7=seat.longitude_e7 or 0,
                window_from=FIRST_DAY,
                window_to=FIRST_DAY + dt.timedelta(60),
            )
        )
    return orders


if __name__ == "__main__":
    for name, value in run().items():
        print(f"{name}: {value:.6f}")
