"""Plans against HiGHS' branch and bound, which knows nothing of flows, rounds or dual prices."""

from __future__ import annotations

from dataclasses import replace
from statistics import mean

import pytest
from duijie_matcher.matching import match_market
from lot_markets import POLICY, a_market, best


@pytest.mark.parametrize("seed", range(6))
def test_a_pure_transport_market_is_worth_what_the_integer_program_says(seed: int) -> None:
    """Divisible quantities without lots: equal to the last digit that HiGHS' floats hold."""
    orders = a_market(seed, 12, 9, lots=0)
    plan = match_market("potato", orders, POLICY, None).plan
    assert plan.objective == pytest.approx(best(orders), rel=1e-9)


def test_minimum_lots_cost_less_than_one_in_a_hundred() -> None:
    """A quarter of the orders with lots of a quarter of their quantity: 1 % at the most on average, 5 % at the worst, and
    never above the integer program.
    """
    lost = []
    for seed in range(12):
        orders = a_market(100 + seed, 10, 8, lots=0.25)
        objective, bound = match_market("potato", orders, POLICY, None).plan.objective, best(orders)
        lost.append(1 - objective / bound)
    assert min(lost) >= -1e-6
    assert mean(lost) <= 0.01, lost
    assert max(lost) <= 0.05, lost


def test_without_lots_a_market_with_lots_would_be_worth_more() -> None:
    """The instances have teeth: lots cost the optimum itself something."""
    orders = a_market(101, 10, 8, lots=0.25)
    assert best(orders) < best([replace(order, min_lot=0) for order in orders])
