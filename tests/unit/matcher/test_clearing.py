"""Clearing: objective first, then quantity, then age; and minimum lots, which a flow cannot hold."""

from __future__ import annotations

import numpy as np
import pytest
from duijie_matcher.domain import Order
from duijie_matcher.matching import clearing, match_market
from duijie_matcher.matching.clearing import clear
from duijie_matcher.matching.settling import Lots
from duijie_shared.events.policy import Policy
from every_plan import Problem, aims, any_lots, plans, problems
from hypothesis import given, settings
from hypothesis import strategies as st
from market_orders import CNY, KG, a_demand, an_offer, name_id


@given(problems())
@settings(max_examples=150, deadline=None)
def test_the_three_aims_are_met_in_strict_order(problem: Problem) -> None:
    """No plan at all has a larger objective, or clears more for it, or has a smaller sum of quantity x rank x rank
    for both.
    """
    pairs, supply, wanted = problem
    cleared = clear(pairs, supply, wanted, any_lots(len(pairs)))
    best = min(aims(problem, plan) for plan in plans(problem))
    assert aims(problem, tuple(cleared.quantity.tolist())) == best


@given(problems(), st.data())
@settings(max_examples=100, deadline=None)
@pytest.mark.parametrize("again", [0, 10**9])
def test_no_line_is_below_its_minimum_lot(again: int, problem: Problem, data: st.DataObject) -> None:
    """Nor does dropping such lines ever give out more than there is, whether lines are kept early or late."""
    pairs, supply, wanted = problem
    least = np.array(
        data.draw(st.lists(st.integers(0, 2), min_size=len(pairs), max_size=len(pairs))), dtype=np.int64
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clearing, "ARCS_SOLVED_AGAIN", again)
        quantity = clear(pairs, supply, wanted, Lots.of(least, np.ones_like(least))).quantity
    assert ((quantity == 0) | (quantity >= least)).all()
    assert tuple(quantity.tolist()) in plans(problem)


def lines(orders: list[Order]) -> dict[tuple[object, object], int]:
    matches = match_market("potato", orders, Policy(), None).matches
    return {(line.offer_id, line.demand_id): line.quantity for line in matches if line.kind == "plan"}


def test_of_interchangeable_offers_the_older_serves() -> None:
    """Age is the posting sequence, not the id and not the place in the input."""
    for first, second in (("x", "y"), ("y", "x")):
        orders = [an_offer(second, 8), an_offer(first, 3), a_demand()]
        assert lines(orders) == {(name_id(f"offer {first}"), name_id("demand d")): 100 * KG}


def test_of_interchangeable_demands_the_older_is_served() -> None:
    """The same on the other side."""
    for first, second in (("x", "y"), ("y", "x")):
        orders = [an_offer(), a_demand(second, 8), a_demand(first, 3)]
        assert lines(orders) == {(name_id("offer o"), name_id(f"demand {first}")): 100 * KG}


def test_a_newcomer_like_the_others_changes_no_plan() -> None:
    """Ten offers serve ten demands; an eleventh offer, and then demand, of the same terms leaves them as they are."""
    settled = [an_offer(str(at), at) for at in range(10)] + [a_demand(str(at), 20 + at) for at in range(10)]
    before = lines(settled)
    assert lines([*settled, an_offer("new", 99)]) == before
    assert lines([*settled, a_demand("new", 99)]) == before


def test_a_line_dropped_early_comes_back_when_there_is_room_for_a_whole_lot() -> None:
    """A flow gives d1 all of o1 and 20 kg of o2, and d2 the other 40 kg of it: both below o2's lot of 60 kg. Once
    both are dropped, d2 has room for all of it.
    """
    orders = [
        an_offer("1", 1, remaining=100 * KG, grade=3),
        an_offer("2", 2, remaining=60 * KG, grade=5, min_lot=60 * KG, price=2 * CNY),
        a_demand("1", 3, remaining=120 * KG, grade=3),
        a_demand("2", 4, remaining=60 * KG, grade=5, price=int(2.5 * CNY)),
    ]
    assert lines(orders) == {
        (name_id("offer 1"), name_id("demand 1")): 100 * KG,
        (name_id("offer 2"), name_id("demand 2")): 60 * KG,
    }


def test_an_empty_market_clears_to_nothing() -> None:
    """No orders, one side alone, nothing remaining: an empty plan and a diagnosis for whoever is short."""
    assert match_market("potato", [], Policy(), None).plan.cleared_quantity == 0
    alone = match_market("potato", [an_offer(), a_demand(remaining=0)], Policy(), None)
    assert (alone.matches, alone.plan.offers, alone.plan.demands) == ((), 1, 0)
    assert alone.diagnoses[0].codes == ("PRODUCT",)


def test_orders_that_do_not_belong_are_an_error() -> None:
    """Another market's order, the same order twice, an unknown product, a time without a zone."""
    with pytest.raises(ValueError, match="belongs to market"):
        match_market("onion", [an_offer()], Policy(), None)
    with pytest.raises(ValueError, match="comes twice"):
        match_market("potato", [an_offer(), an_offer()], Policy(), None)
    with pytest.raises(ValueError, match="unknown products"):
        match_market("potato", [an_offer(product="moonstone")], Policy(), None)
