"""Whole packs: the least common multiple, exact where all pack alike, and never a broken pack anywhere."""

from __future__ import annotations

from math import lcm
from random import Random

import numpy as np
import pytest
from duijie_matcher.domain.order import LARGEST_QUANTITY
from duijie_matcher.matching.candidates import Pairs
from duijie_matcher.matching.clearing import clear
from duijie_matcher.matching.packs import BEYOND, common_multiple, whole_lot
from duijie_matcher.matching.settling import Lots
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy.optimize import Bounds, LinearConstraint, milp

MULTIPLES = st.integers(1, 40) | st.integers(1, LARGEST_QUANTITY)


@given(st.lists(st.tuples(MULTIPLES, MULTIPLES), min_size=1, max_size=20))
def test_the_multiple_is_the_least_common_one_or_beyond_every_order(couples: list[tuple[int, int]]) -> None:
    """As the standard library has it in unbounded integers; past a million tonnes it is `BEYOND`."""
    one, other = (np.array(side, dtype=np.int64) for side in zip(*couples, strict=True))
    assert common_multiple(one, other).tolist() == [min(lcm(*couple), BEYOND) for couple in couples]


@pytest.mark.parametrize(
    ("least", "multiple", "lot"), [(0, 1, 1), (0, 10, 10), (10, 10, 10), (11, 10, 20), (11, 1, 11)]
)
def test_a_lot_is_whole_packs(least: int, multiple: int, lot: int) -> None:
    """The smallest whole number of packs that reaches the minimum lot; one pack where there is none."""
    assert whole_lot(np.array([least]), np.array([multiple])).tolist() == [lot]


def a_market(random: Random, size: int, packs: tuple[int, ...]) -> tuple[Pairs, np.ndarray, np.ndarray, Lots]:
    """Random offers and demands, half of the pairs feasible, each order with one of these packs."""
    offers, demands = range(size), range(size)
    arcs = [(o, d) for d in demands for o in offers if random.random() < 0.5]
    mine, theirs = ([random.choice(packs) for _ in range(size)] for _ in range(2))
    count = len(arcs)
    pairs = Pairs(
        offer=np.array([o for o, _ in arcs], dtype=np.int32),
        demand=np.array([d for _, d in arcs], dtype=np.int32),
        distance=np.zeros(count, dtype=np.int32),
        gain=np.array([random.randrange(1, 100) for _ in arcs], dtype=np.int64),
        score=np.zeros(count, dtype=np.int32),
    )
    supply, wanted = (
        np.array([random.randrange(1, 100) for _ in range(size)], dtype=np.int64) for _ in range(2)
    )
    multiple = np.array([lcm(mine[o], theirs[d]) for o, d in arcs], dtype=np.int64)
    return pairs, supply, wanted, Lots.of(np.zeros(count, dtype=np.int64), multiple)


def best_by_milp(pairs: Pairs, supply: np.ndarray, wanted: np.ndarray, lots: Lots) -> int:
    """The largest objective of any plan in whole packs, by branch and bound: one integer per pair, packs."""
    if not len(pairs):
        return 0
    limits = np.zeros((len(supply) + len(wanted), len(pairs)))
    at = np.arange(len(pairs))
    limits[pairs.offer, at] = lots.multiple
    limits[len(supply) + pairs.demand, at] = lots.multiple
    answer = milp(
        -(pairs.gain * lots.multiple).astype(float),
        constraints=LinearConstraint(limits, ub=np.concatenate([supply, wanted])),
        integrality=np.ones(len(pairs)),
        bounds=Bounds(0, np.inf),
    )
    assert answer.success, answer.message
    return int(np.rint(-answer.fun))


def objective(pairs: Pairs, quantity: np.ndarray) -> int:
    return int(pairs.gain @ quantity)


@given(st.integers(0, 10**6), st.integers(1, 5), st.integers(1, 12))
@settings(max_examples=40, deadline=None)
def test_where_all_pack_alike_the_plan_is_the_best_in_whole_packs(seed: int, size: int, pack: int) -> None:
    """Whatever remains over and above whole packs, the objective is that of the integer program."""
    market = a_market(Random(seed), size, (pack,))
    pairs = market[0]
    assert objective(pairs, clear(*market).quantity) == best_by_milp(*market)


@given(st.integers(0, 10**6), st.integers(1, 6))
@example(136, 6)  # here a pair that was dropped has room at the end
@settings(max_examples=40, deadline=None)
def test_mixed_packs_are_whole_fit_and_leave_no_room_for_another(seed: int, size: int) -> None:
    """Every line is whole packs, no order gives more than it has, and no pair has room for one more pack; never
    better than the integer program.
    """
    market = a_market(Random(seed), size, (1, 1, 4, 6, 10))
    pairs, supply, wanted, lots = market
    quantity = clear(*market).quantity
    left = supply - np.bincount(pairs.offer, quantity, len(supply)).astype(np.int64)
    short = wanted - np.bincount(pairs.demand, quantity, len(wanted)).astype(np.int64)
    assert not (quantity % lots.multiple).any()
    assert (left >= 0).all()
    assert (short >= 0).all()
    assert (np.minimum(left[pairs.offer], short[pairs.demand]) < lots.multiple).all()
    assert objective(pairs, quantity) <= best_by_milp(*market)


def test_how_far_mixed_packs_are_from_the_best() -> None:
    """Over small markets of 4 x 4 orders, in which a pack is often half of an order, the sum of objectives is
    within 3 % of the integer programs'.
    """
    ours = best = 0
    for seed in range(100):
        market = a_market(Random(seed), 4, (1, 1, 4, 6, 10))
        ours += objective(market[0], clear(*market).quantity)
        best += best_by_milp(*market)
    assert 0.97 * best <= ours <= best


def test_what_is_rounded_off_is_offered_again() -> None:
    """Of 25 kg, 15 go to the better price in packs of 10: 10 of them, and the 5 freed go to whoever takes any."""
    pairs = Pairs(
        offer=np.array([0, 0], dtype=np.int32),
        demand=np.array([0, 1], dtype=np.int32),
        distance=np.zeros(2, dtype=np.int32),
        gain=np.array([1, 2], dtype=np.int64),
        score=np.zeros(2, dtype=np.int32),
    )
    lots = Lots.of(np.zeros(2, dtype=np.int64), np.array([1, 10], dtype=np.int64))
    cleared = clear(pairs, np.array([25]), np.array([30, 15]), lots)
    assert cleared.quantity.tolist() == [15, 10]
