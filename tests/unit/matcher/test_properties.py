"""What holds for every market, checked against the contract written out pair by pair."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from itertools import product
from random import Random
from uuid import UUID

import pytest
from duijie_matcher.domain import Order
from duijie_matcher.matching import MarketResult, match_market
from duijie_shared.events.policy import MatchingPolicy, Policy, TiltPolicy, WideningPolicy
from hypothesis import given, settings
from hypothesis import strategies as st
from market_orders import DAY, markets
from matching_oracle import Judged, best_objective, judge

POLICY = Policy()
SEARCHING = Policy(widening=WideningPolicy(start_km=400, km_per_day=300, days=4))
SHANGHAI = dt.timezone(dt.timedelta(hours=8))
MOMENTS = st.none() | st.integers(-30, 200).map(
    lambda hours: dt.datetime(DAY.year, DAY.month, DAY.day, tzinfo=SHANGHAI) + dt.timedelta(hours=hours)
)


def sides(orders: list[Order]) -> tuple[list[Order], list[Order]]:
    return [each for each in orders if each.side == "offer"], [
        each for each in orders if each.side == "demand"
    ]


def judged_pairs(
    orders: list[Order], as_of: dt.datetime | None, policy: Policy = POLICY
) -> dict[tuple[Order, Order], Judged]:
    return {pair: judge(*pair, policy, as_of) for pair in product(*sides(orders))}


def planned(result: MarketResult) -> Counter[UUID]:
    used: Counter[UUID] = Counter()
    for match in result.matches:
        if match.kind == "plan":
            used[match.offer_id] += match.quantity
            used[match.demand_id] += match.quantity
    return used


@given(markets(), MOMENTS, st.sampled_from([POLICY, SEARCHING]))
@settings(max_examples=80, deadline=None)
def test_what_is_published_passes_every_gate_and_carries_the_exact_figures(
    orders: list[Order], as_of: dt.datetime | None, policy: Policy
) -> None:
    """Feasibility, distance, landed cost and the count of feasible pairs are those of the contract."""
    judged = {
        (offer.order_id, demand.order_id): each
        for (offer, demand), each in judged_pairs(orders, as_of, policy).items()
    }
    result = match_market("apple", orders, policy, as_of)
    for match in result.matches:
        pair = judged[match.offer_id, match.demand_id]
        assert pair.failed == frozenset()
        assert (match.distance_m, match.transport_cost) == (pair.distance, pair.transport)
        assert match.landed_cost == pair.landed
    assert result.plan.feasible_pairs == sum(not pair.failed for pair in judged.values())


@given(markets())
@settings(max_examples=60, deadline=None)
def test_a_plan_never_gives_more_than_remains_nor_other_than_whole_lots(orders: list[Order]) -> None:
    """Quantities of plan lines sum within what remains; no line, and no alternative, is below either side's minimum
    lot or other than a whole number of either side's packs.
    """
    by_id = {order.order_id: order for order in orders}
    result = match_market("apple", orders, POLICY, None)
    for order_id, quantity in planned(result).items():
        assert quantity <= by_id[order_id].remaining
    for match in result.matches:
        pair = by_id[match.offer_id], by_id[match.demand_id]
        assert match.quantity >= max(*(order.min_lot for order in pair), 1)
        assert not any(match.quantity % order.pack_multiple for order in pair if order.pack_multiple)


@given(markets(), st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_the_order_of_arrival_changes_nothing(orders: list[Order], random: Random) -> None:
    """Shuffled input gives the same bytes."""
    shuffled = orders.copy()
    random.shuffle(shuffled)
    assert _bytes(match_market("apple", orders, POLICY, None)) == _bytes(
        match_market("apple", shuffled, POLICY, None)
    )


@given(markets(), st.sampled_from([0.0, 0.05, 0.3]))
@settings(max_examples=60, deadline=None)
def test_without_minimum_lots_and_packs_the_objective_is_that_of_a_linear_program(
    orders: list[Order], bonus: float
) -> None:
    """The solver's plan is worth what an independent LP over the contract's pairs is worth."""
    policy = Policy(tilt=TiltPolicy(bonus=bonus))
    free = [_changed(order, min_lot=0, pack_multiple=0) for order in orders]
    offers, demands = sides(free)
    gains = {
        (row, column): pair.gain
        for (row, offer), (column, demand) in product(enumerate(offers), enumerate(demands))
        if not (pair := judge(offer, demand, policy)).failed
    }
    objective = match_market("apple", free, policy, None).plan.objective
    assert objective == pytest.approx(best_objective(offers, demands, gains), rel=1e-9, abs=1)


@given(markets())
@settings(max_examples=60, deadline=None)
def test_a_bonus_never_makes_an_infeasible_pair_feasible(orders: list[Order]) -> None:
    """The same pairs are feasible whatever the bonus."""
    counts = {
        match_market("apple", orders, Policy(tilt=TiltPolicy(bonus=bonus)), None).plan.feasible_pairs
        for bonus in (0.0, 0.05, 0.5)
    }
    assert len(counts) == 1


@given(markets())
@settings(max_examples=40, deadline=None)
def test_the_totals_are_those_of_the_lines(orders: list[Order]) -> None:
    """Welfare, objective, quantity and the designated share follow from the published plan lines."""
    by_id = {order.order_id: order for order in orders}
    plan = match_market("apple", orders, POLICY, None)
    lines = [match for match in plan.matches if match.kind == "plan"]
    welfare = objective = 0
    for line in lines:
        pair = judge(by_id[line.offer_id], by_id[line.demand_id], POLICY)
        welfare += line.quantity * ((pair.bid or 0) - (pair.landed or 0))
        objective += line.quantity * pair.gain
    cleared = sum(line.quantity for line in lines)
    designated = sum(line.quantity for line in lines if line.tilt.designations)
    assert (plan.plan.welfare, plan.plan.objective, plan.plan.cleared_quantity) == (
        welfare,
        objective,
        cleared,
    )
    assert plan.plan.tilt_share == (round(designated / cleared, 6) if cleared else 0.0)


@given(markets())
@settings(max_examples=40, deadline=None)
def test_parts_sum_to_the_score(orders: list[Order]) -> None:
    """The five parts add up to the score, which stays within 0 and 100."""
    for match in match_market("apple", orders, POLICY, None).matches:
        assert [part.feature for part in match.parts] == ["grade", "quantity", "price", "distance", "tilt"]
        assert sum(part.points for part in match.parts) == pytest.approx(match.score, abs=1e-9)
        assert 0 <= match.score <= 100


@given(markets(), st.integers(0, 3))
@settings(max_examples=40, deadline=None)
def test_the_best_of_either_side_are_published(orders: list[Order], best: int) -> None:
    """Exactly the plan and the `alternatives` best-scored pairs of each order, of equals the older counterpart."""
    every = {
        (match.offer_id, match.demand_id): match.score
        for match in match_market(
            "apple", orders, Policy(matching=MatchingPolicy(alternatives=50)), None
        ).matches
    }
    ages = {order.order_id: order.sequence for order in orders}
    wanted = set()
    for own, other in ((0, 1), (1, 0)):
        for order in orders:
            mine = [pair for pair in every if pair[own] == order.order_id]
            mine.sort(key=lambda pair: (-every[pair], ages[pair[other]]))
            wanted.update(mine[:best])
    policy = Policy(matching=MatchingPolicy(alternatives=best))
    matches = match_market("apple", orders, policy, None).matches
    assert {(match.offer_id, match.demand_id) for match in matches if match.kind == "alternative"} <= wanted
    assert wanted <= {(match.offer_id, match.demand_id) for match in matches}


@given(markets())
@settings(max_examples=40, deadline=None)
def test_every_order_left_short_and_no_other_has_a_diagnosis(orders: list[Order]) -> None:
    """Diagnoses cover exactly what the plan leaves, with as many reasons as codes in both languages."""
    result = match_market("apple", orders, POLICY, None)
    used = planned(result)
    expected = {order.order_id: order.remaining - used[order.order_id] for order in orders}
    told = {each.order_id: each.short_by for each in result.diagnoses}
    assert told == {order_id: left for order_id, left in expected.items() if left > 0}
    for each in result.diagnoses:
        assert len(each.codes) == len(set(each.codes)) >= 1
        assert len(each.reasons.zh) == len(each.reasons.en) == len(each.codes)


@given(markets())
@settings(max_examples=40, deadline=None)
def test_the_codes_are_those_of_the_closest_counterparts(orders: list[Order]) -> None:
    """A diagnosis names the gates that fail among the counterparts of its product that fail the fewest."""
    judged = judged_pairs(orders, None)
    for each in match_market("apple", orders, POLICY, None).diagnoses:
        mine = [
            pair.failed
            for (offer, demand), pair in judged.items()
            if each.order_id in (offer.order_id, demand.order_id) and "PRODUCT" not in pair.failed
        ]
        misses = [failed for failed in mine if failed]
        fewest = min((len(failed) for failed in misses), default=0)
        nearest = {code for failed in misses if len(failed) == fewest for code in failed}
        if not mine:
            assert each.codes == ("PRODUCT",)
        elif len(misses) < len(mine):
            assert each.codes[0] in {"QUANTITY", "MIN_LOT", "PACK"}
            assert set(each.codes[1:]) | {"MIN_LOT", "PACK"} >= nearest
        else:
            assert set(each.codes) == nearest


def _changed(order: Order, **changes: object) -> Order:
    fields = {name: getattr(order, name) for name in order.__slots__}
    return Order(**{**fields, **changes})


def _bytes(result: MarketResult) -> list[str]:
    return [each.model_dump_json() for each in (*result.matches, *result.diagnoses, result.plan)]
