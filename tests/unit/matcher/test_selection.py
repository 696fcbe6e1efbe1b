"""Blocks, pruning and the bound."""

from __future__ import annotations

import pytest
from duijie_matcher.domain import Order
from duijie_matcher.matching import MarketResult, candidates, match_market, near_misses
from duijie_shared.events.policy import MatchingPolicy, Policy
from hypothesis import given, settings
from hypothesis import strategies as st
from market_orders import CNY, a_demand, an_offer, markets


def in_blocks(orders: list[Order], size: int, policy: Policy) -> MarketResult:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(candidates, "PAIRS_PER_BLOCK", size)
        patch.setattr(near_misses, "PAIRS_PER_BLOCK", size)
        return match_market("apple", orders, policy, None)


@given(markets(), st.integers(1, 30), st.sampled_from([1, 6, 5_000_000]))
@settings(max_examples=60, deadline=None)
def test_how_a_market_is_cut_into_blocks_changes_nothing(orders: list[Order], size: int, most: int) -> None:
    """Neither the matches nor the diagnoses, nor what is pruned."""
    policy = Policy(matching=MatchingPolicy(max_pairs=most))
    assert in_blocks(orders, size, policy) == in_blocks(orders, 1 << 15, policy)


@given(markets(), st.integers(1, 8))
@settings(max_examples=80, deadline=None)
def test_a_pruned_plan_states_a_true_bound(orders: list[Order], most: int) -> None:
    """The bound is no less than the objective over all pairs without minimum lots, which a plan never exceeds; and
    it is there exactly when pairs were left out.
    """
    free = [
        Order(**{**{name: getattr(each, name) for name in each.__slots__}, "min_lot": 0, "pack_multiple": 0})
        for each in orders
    ]
    whole = match_market("apple", free, Policy(), None).plan
    pruned = match_market("apple", free, Policy(matching=MatchingPolicy(max_pairs=most)), None).plan
    assert whole.objective_bound is None
    assert pruned.feasible_pairs == whole.feasible_pairs
    assert (pruned.objective_bound is None) is (whole.feasible_pairs <= most)
    if pruned.objective_bound is not None:
        assert pruned.objective <= whole.objective <= pruned.objective_bound


def test_pruning_keeps_the_best_of_each_order() -> None:
    """Of 30 x 30 pairs room is made for 120: two of each order by gain. The plan loses little, and the bound shows it."""
    offers = [an_offer(str(at), at, price=CNY + at * 7919 % 300_000) for at in range(30)]
    demands = [a_demand(str(at), 100 + at, price=2 * CNY + at * 104_729 % 300_000) for at in range(30)]
    policy = Policy(matching=MatchingPolicy(max_pairs=120, alternatives=0))
    plan = match_market("potato", [*offers, *demands], policy, None).plan
    assert plan.objective_bound is not None
    assert plan.feasible_pairs == 900
    assert 0 < plan.objective <= plan.objective_bound
