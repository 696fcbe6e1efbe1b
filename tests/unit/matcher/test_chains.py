"""Chains over random markets: nothing oversold, legs that add up, the same in any order, near the exact optimum."""

from __future__ import annotations

import datetime as dt
import random
from collections import defaultdict
from dataclasses import replace
from fractions import Fraction
from uuid import UUID

import numpy as np
import pytest
from chain_markets import market, policy
from duijie_matcher.domain import Capacity, Order
from duijie_matcher.matching import match_market, outcome_of
from duijie_matcher.matching.book import Book
from duijie_matcher.matching.chains import candidates
from duijie_matcher.matching.chains.amounts import backward, forward
from duijie_matcher.matching.chains.candidates import candidate_pairs
from duijie_matcher.matching.chains.facilities import Facilities
from duijie_matcher.matching.chains.program import GAP, shared_days
from duijie_matcher.matching.chains.routing import Chains
from duijie_matcher.matching.chains.windows import best_run
from duijie_matcher.matching.scorecard import RULES_1
from duijie_matcher.matching.selection import select_pairs
from duijie_shared.events.policy import Policy, TiltPolicy
from scipy.optimize import Bounds, LinearConstraint, milp


@pytest.mark.parametrize("seed", range(12))
def test_nothing_is_oversold_and_legs_add_up(seed: int) -> None:
    """No day of a capacity, no offer and no demand gives more than it has; what one leg gives the next takes; ask and legs
    sum to the landed cost, and totals to the lines.
    """
    orders, posted = market(seed, 12, 14, lots=seed % 2 == 0)
    result = match_market("apple", orders, policy(seed), None, capacities=posted)
    known = {each.capacity_id: each for each in posted}
    used: dict[tuple[UUID, dt.date], int] = defaultdict(int)
    sold: dict[UUID, int] = defaultdict(int)
    bought: dict[UUID, int] = defaultdict(int)
    by_id = {each.order_id: each for each in orders}
    plan = [match for match in result.matches if match.kind == "plan"]
    for match in plan:
        sold[match.offer_id] += match.route[0].taken if match.route else match.quantity
        bought[match.demand_id] += match.quantity
        offer, demand = by_id[match.offer_id], by_id[match.demand_id]
        assert match.quantity >= demand.min_lot
        assert match.quantity % (demand.pack_multiple or 1) == 0
        assert match.bid_price is not None
        assert match.landed_cost is not None
        assert match.landed_cost <= match.bid_price
        assert sum(part.points for part in match.parts) == pytest.approx(match.score, abs=1e-9)
        for one, other in zip(match.route, match.route[1:], strict=False):
            assert one.given == other.taken
        if match.route:
            assert match.route[0].taken >= offer.min_lot
            assert match.route[-1].given == match.quantity
        for leg in match.route:
            if leg.capacity_id is None:
                assert leg.given == leg.taken
                continue
            assert leg.first is not None
            assert leg.last is not None
            numerator, denominator = known[leg.capacity_id].given
            assert leg.given <= leg.taken * numerator // denominator
            days = (leg.last - leg.first).days + 1
            stored = leg.per_day == leg.taken
            assert stored or leg.per_day * days >= leg.taken
            for number in range(days):
                used[leg.capacity_id, leg.first + dt.timedelta(number)] += leg.per_day
    for (which, when), amount in used.items():
        assert amount <= known[which].remaining(when)
    for each in orders:
        assert (sold if each.side == "offer" else bought)[each.order_id] <= each.remaining
    assert result.plan.cleared_quantity == sum(match.quantity for match in plan)
    assert result.plan.welfare == sum(
        match.quantity * (match.bid_price - match.landed_cost)
        for match in plan
        if match.bid_price is not None and match.landed_cost is not None
    )


def test_some_of_these_markets_use_routes() -> None:
    """Else the test above would say nothing."""
    kinds = set()
    for seed in range(12):
        orders, posted = market(seed, 12, 14, lots=seed % 2 == 0)
        outcome = outcome_of("apple", orders, policy(seed), None, capacities=posted)
        kinds |= {
            step.facility.capacity.activity
            for line in outcome.routed
            for step in line.route.steps
            if step.facility is not None
        }
    assert {"grading", "processing", "cold_storage", "line_haul"} <= kinds


@pytest.mark.parametrize("seed", range(4))
def test_any_order_of_arrival_gives_the_same_bytes(seed: int) -> None:
    """Orders and capacities shuffled."""
    orders, posted = market(seed, 10, 12, lots=True)
    first = match_market("apple", orders, policy(seed), None, capacities=posted)
    random.Random(seed).shuffle(orders)
    random.Random(seed).shuffle(posted)
    assert match_market("apple", orders, policy(seed), None, capacities=posted) == first


@pytest.mark.parametrize("seed", range(8))
def test_within_a_hundredth_of_branch_and_bound(seed: int) -> None:
    """Over the same routes and pairs, with minimum lots and shared capacities, an integer program of its own."""
    orders, posted = market(seed + 100, 5, 8, lots=seed % 2 == 0)
    orders = [replace(each, pack_multiple=0) for each in orders]
    outcome = outcome_of("apple", orders, Policy(), None, capacities=posted)
    best = _optimum(orders, posted)
    assert outcome.plan.objective <= best * (1 + GAP) + 1e6
    assert outcome.plan.objective >= best * 0.99 - 1e6


def _optimum(orders: list[Order], posted: list[Capacity]) -> float:
    book = Book.of("apple", orders, Policy(), None)
    pairs, routes = select_pairs(book, RULES_1).pairs, Chains.of(book, posted).routes
    offers, demands = len(book.offers), len(book.demands)
    direct = list(zip(pairs.offer.tolist(), pairs.demand.tolist(), pairs.gain.tolist(), strict=True))
    columns = [
        (route.offer, route.demand, route.gain, float(1 / route.total), route.least) for route in routes
    ]
    columns += [
        (one, other, gain, 1.0, max(book.offers[one].min_lot, book.demands[other].min_lot, 1))
        for one, other, gain in direct
    ]
    if not columns:
        return 0.0
    rows, most = [], []
    for side, count in ((0, offers), (1, demands)):
        for place in range(count):
            rows.append([(each[3] if side == 0 else 1.0) * (each[side] == place) for each in columns])
            most.append((book.offers if side == 0 else book.demands)[place].remaining)
    for entries, left in shared_days(routes):
        row = [0.0] * len(columns)
        for column, share in entries:
            row[column] += share
        rows.append(row)
        most.append(left)
    count = len(columns)
    wide = np.hstack([np.array(rows), np.zeros((len(rows), count))])
    eye, lots = np.eye(count), np.diag([float(each[4]) for each in columns])
    answer = milp(
        np.concatenate([[-float(each[2]) for each in columns], np.zeros(count)]),
        constraints=[
            LinearConstraint(wide, -np.inf, np.array(most, dtype=float)),
            LinearConstraint(np.hstack([eye, -lots]), 0, np.inf),
            LinearConstraint(np.hstack([eye, -1e5 * eye]), -np.inf, 0),
        ],
        integrality=np.concatenate([np.zeros(count), np.ones(count)]),
        bounds=Bounds(0, np.concatenate([np.full(count, np.inf), np.ones(count)])),
    )
    assert answer.success
    return float(-answer.fun)


@pytest.mark.parametrize("steps", [(Fraction(3, 5),), (Fraction(17, 20), Fraction(7, 3)), (Fraction(1),)])
def test_what_goes_in_is_the_least_that_gives_it(steps: tuple[Fraction, ...]) -> None:
    """The two formulas are adjoint: one less would give less."""
    for quantity in range(1, 400):
        taken = backward(quantity, steps)
        assert forward(taken, steps) >= quantity > forward(taken - 1, steps)


def test_the_best_run_is_the_largest_rectangle() -> None:
    """Against every run, on small random histograms."""
    draw = random.Random(1)
    for _ in range(300):
        left = tuple(draw.randrange(0, 5) for _ in range(draw.randrange(1, 9)))
        runs = [(one, other) for one in range(len(left)) for other in range(one, len(left))]
        areas = {run: min(left[run[0] : run[1] + 1]) * (run[1] - run[0] + 1) for run in runs}
        assert areas[best_run(left)] == max(areas.values())


@pytest.mark.parametrize("of", ["quantity", "value"])
def test_the_designated_share_counts_lines_by_route_as_the_floor_would(of: str) -> None:
    """By quantity, or by quantity x bid: direct lines and routes in the same measure."""
    orders, posted = market(3, 14, 16, lots=False)
    tilt = TiltPolicy.model_validate({"floor_of": of})
    result = match_market("apple", orders, Policy(tilt=tilt), None, capacities=posted)
    plan = [match for match in result.matches if match.kind == "plan"]
    assert {bool(match.route) for match in plan} == {True, False}
    weights = [match.quantity * ((match.bid_price or 0) if of == "value" else 1) for match in plan]
    named = sum(weight for weight, match in zip(weights, plan, strict=True) if match.tilt.designations)
    assert result.plan.tilt_share == round(named / sum(weights), 6)
    assert 0 < result.plan.tilt_share < 1


def test_in_a_large_market_routes_are_sought_for_the_most_promising_pairs_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A clearing ends in time: past the limit pairs are fewer an order, and past that those that gain most."""
    orders, posted = market(5, 20, 12, lots=False)
    book = Book.of("apple", orders, Policy(), None)
    facilities = Facilities.of(book, posted)
    whole = candidate_pairs(book, facilities)
    assert len(whole) > 40
    monkeypatch.setattr(candidates, "SOUGHT", len(whole))
    assert candidate_pairs(book, facilities) == whole
    for limit in (len(whole) - 1, 40, 5):
        monkeypatch.setattr(candidates, "SOUGHT", limit)
        found = candidate_pairs(book, facilities)
        assert 0 < len(found) <= limit
        assert set(found) < set(whole)
