"""Floors and guards where goods also go through capacities: routes count for and against them like direct lines."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from chain_markets import market
from duijie_matcher.domain import Capacity, Order
from duijie_matcher.domain.floor_ladder import RUNGS, rung_of
from duijie_matcher.matching import MarketResult, match_market
from duijie_matcher.matching.book import Book
from duijie_matcher.matching.chains.program import shared_days
from duijie_matcher.matching.chains.routing import Chains
from duijie_matcher.matching.lines import deals_of
from duijie_matcher.matching.scorecard import RULES_1
from duijie_matcher.matching.selection import select_pairs
from duijie_shared.events.matches import MatchRecord
from duijie_shared.events.policy import GuardPolicy, Policy, TiltPolicy
from scipy.optimize import linprog


def floor(share: float, of: str = "quantity", party: float = 1.0, scope: str = "market") -> Policy:
    """A policy with a floor, and maybe a cap."""
    tilt = {"floor": share, "floor_of": of, "bonus": 0.0, "floor_scope": scope}
    return Policy(tilt=TiltPolicy.model_validate(tilt), guards=GuardPolicy(party_share=party))


def plan_of(result: MarketResult) -> list[MatchRecord]:
    """The lines of the plan, by routes and direct."""
    return [match for match in result.matches if match.kind == "plan"]


def weights(result: MarketResult, policy: Policy) -> tuple[int, int]:
    """Designated weight and all of it, as the floor counts."""
    each = [
        (match.quantity * ((match.bid_price or 0) if policy.tilt.of_value else 1), match)
        for match in plan_of(result)
    ]
    return sum(weight for weight, match in each if match.tilt.designations), sum(weight for weight, _ in each)


def best(orders: list[Order], posted: list[Capacity], policy: Policy) -> float:
    """The largest objective over the same routes and pairs with the conditions as rows, by HiGHS."""
    book = Book.of("apple", orders, policy, None)
    pairs, routes = select_pairs(book, RULES_1).pairs, Chains.of(book, posted).routes
    bids = deals_of(book, pairs)[0].bid.tolist()
    columns = [
        (route.offer, route.demand, route.gain, float(1 / route.total), float(route.bid)) for route in routes
    ]
    columns += [
        (one, other, gain, 1.0, bid)
        for one, other, gain, bid in zip(
            pairs.offer.tolist(), pairs.demand.tolist(), pairs.gain.tolist(), bids, strict=True
        )
    ]
    rows, most = [], []
    for side, these in ((0, book.offers), (1, book.demands)):
        for place, order in enumerate(these):
            rows.append([(each[3] if side == 0 else 1.0) * (each[side] == place) for each in columns])
            most.append(order.remaining)
    for entries, left in shared_days(routes):
        row = [0.0] * len(columns)
        for column, share in entries:
            row[column] += share
        rows.append(row)
        most.append(left)
    scale = max(each[4] for each in columns) if policy.tilt.of_value else 1.0
    if policy.tilt.floor:
        rows.append(
            [
                (policy.tilt.floor - bool(book.offers[each[0]].designations))
                * (each[4] / scale if policy.tilt.of_value else 1.0)
                for each in columns
            ]
        )
        most.append(0)
    if policy.guards.party_share < 1:
        for party in {order.party_id for order in book.offers}:
            rows.append(
                [(book.offers[each[0]].party_id == party) - policy.guards.party_share for each in columns]
            )
            most.append(0)
    answer = linprog([-float(each[2]) for each in columns], A_ub=np.array(rows), b_ub=most, method="highs")
    assert answer.success, answer.message
    return float(-answer.fun)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("of", ["quantity", "value"])
def test_a_floor_holds_over_routes_and_direct_lines_at_nearly_the_best(seed: int, of: str) -> None:
    """At floors above the share without one: kept to the gram, and within a hundredth of the linear program."""
    orders, posted = market(seed + 40, 12, 14, lots=False)
    free = match_market("apple", orders, floor(0.0, of), None, capacities=posted)
    routed = False
    for share in (0.3, 0.6, 0.9, 1.0):
        policy = floor(share, of)
        result = match_market("apple", orders, policy, None, capacities=posted)
        favoured, every = weights(result, policy)
        assert result.plan.floor_status == "met"
        assert Fraction(favoured) >= Fraction(str(share)) * every > 0
        most = best(orders, posted, policy)
        assert result.plan.objective <= most * (1 + 1e-9) + 1e9
        assert result.plan.objective >= most * 0.99 - 1e9
        assert result.plan.welfare_given_up == free.plan.welfare - result.plan.welfare
        routed |= any(match.route and not match.tilt.designations for match in plan_of(result))
    # Goods of other counties go by routes too while the floor has room for them.
    assert routed or seed != 0


@pytest.mark.parametrize("seed", range(4))
def test_a_floor_and_a_cap_hold_over_routes_together(seed: int) -> None:
    """Both are kept, and the plan is within a hundredth of the linear program."""
    orders, posted = market(seed + 60, 14, 14, lots=False)
    policy = floor(0.5, party=0.25)
    result = match_market("apple", orders, policy, None, capacities=posted)
    favoured, every = weights(result, policy)
    assert {each.status for each in result.plan.guards} == {"met"}
    assert 2 * favoured >= every > 0
    parties: dict[object, int] = {}
    for match in plan_of(result):
        parties[match.offer_party] = parties.get(match.offer_party, 0) + match.quantity
    assert 4 * max(parties.values()) <= every
    assert result.plan.objective >= best(orders, posted, policy) * 0.99 - 1e9


@pytest.mark.parametrize("seed", range(4))
def test_whole_lots_hold_over_routes_under_a_floor(seed: int) -> None:
    """With minimum lots and packs: the floor is kept where it is said to be, and nothing is oversold."""
    orders, posted = market(seed, 10, 12, lots=True)
    policy = floor(0.6)
    result = match_market("apple", orders, policy, None, capacities=posted)
    assert result.plan.floor_status == "met"
    favoured, every = weights(result, policy)
    assert 10 * favoured >= 6 * every > 0
    taken: dict[object, int] = {}
    for match in plan_of(result):
        amount = match.route[0].taken if match.route else match.quantity
        taken[match.offer_id] = taken.get(match.offer_id, 0) + amount
        demand = next(each for each in orders if each.order_id == match.demand_id)
        assert match.quantity >= demand.min_lot
        assert match.quantity % max(demand.pack_multiple, 1) == 0
    assert all(taken.get(each.order_id, 0) <= each.remaining for each in orders)


def reached_by_routes_alone() -> tuple[list[Order], list[Capacity]]:
    """A market whose designated offers reach their demands through capacities alone: their direct road is too warm for
    too long, or the goods are not what is wanted. The others are left as they are.
    """
    for seed in range(40):
        orders, posted = market(seed + 200, 12, 14, lots=False)
        book = Book.of("apple", orders, floor(0.0), None)
        pairs = select_pairs(book, RULES_1).pairs
        direct = {book.offers[at].order_id for at in pairs.offer.tolist()}
        routed = {book.offers[route.offer].order_id for route in Chains.of(book, posted).routes}
        orders = [
            replace(order, designations=("cn-832",) if order.order_id in routed - direct else ())
            if order.side == "offer"
            else order
            for order in orders
        ]
        if any(order.designations for order in orders) and direct:
            return orders, posted
    raise AssertionError("no such market")


def test_a_floor_that_routes_alone_can_keep_is_kept() -> None:
    """No designated offer passes the gates directly: without capacities the floor is infeasible, with them it is met."""
    orders, posted = reached_by_routes_alone()
    policy = floor(0.2)
    assert match_market("apple", orders, policy, None).plan.floor_status == "infeasible"
    result = match_market("apple", orders, policy, None, capacities=posted)
    assert (result.plan.floor_status, result.plan.floor_reasons) == ("met", None)
    favoured, every = weights(result, policy)
    assert 5 * favoured >= every > 0
    assert all(match.route for match in plan_of(result) if match.tilt.designations)
    assert result.plan.objective >= best(orders, posted, policy) * 0.99 - 1e9


def test_the_price_of_a_floor_is_the_programs_dual() -> None:
    """One more unit of floor costs what the published price says: the objective falls by it as the share is raised."""
    orders, posted = market(44, 12, 14, lots=False)
    at, above = (
        match_market("apple", orders, floor(share), None, capacities=posted).plan for share in (0.9, 0.91)
    )
    assert at.shadow_price is not None
    assert above.shadow_price is not None
    rise = 0.01 * above.cleared_quantity
    fall = at.objective - above.objective
    assert 0.8 * at.shadow_price * rise <= fall <= 1.2 * above.shadow_price * rise


@pytest.mark.parametrize("seed", range(3))
def test_a_floor_over_all_markets_counts_routes(seed: int) -> None:
    """The curve's share at each rung is the plan's, routes included, and it never falls far as the price rises."""
    orders, posted = market(seed + 40, 10, 12, lots=False)
    policy = floor(0.5, scope="all")
    curve = match_market("apple", orders, policy, None, capacities=posted).plan.floor_curve
    rung = rung_of(policy.tilt, [curve])
    assert rung is not None
    for each in (rung, len(RUNGS)):
        result = match_market("apple", orders, policy, None, capacities=posted, rung=each)
        assert weights(result, policy) == curve[each]
        assert result.plan.welfare == sum(
            match.quantity * ((match.bid_price or 0) - (match.landed_cost or 0)) for match in plan_of(result)
        )
    assert curve[-1][0] == curve[-1][1] > 0


@pytest.mark.parametrize("seed", range(2))
def test_any_order_of_arrival_gives_the_same(seed: int) -> None:
    """Orders and capacities turned round."""
    orders, posted = market(seed + 40, 10, 12, lots=True)
    policy = floor(0.6, party=0.3)
    first = match_market("apple", orders, policy, None, capacities=posted)
    assert match_market("apple", orders[::-1], policy, None, capacities=posted[::-1]) == first
