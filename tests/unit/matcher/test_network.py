"""Flows, their dual prices, and column generation, against a linear program and against themselves."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from duijie_matcher.matching import pricing
from duijie_matcher.matching.best import best_of_each
from duijie_matcher.matching.duals import potentials
from duijie_matcher.matching.network import Flow, Network, cheapest_flow
from duijie_matcher.matching.pricing import Solution
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog
from scipy.sparse import coo_array

Problem = tuple[Network, np.ndarray]


@st.composite
def problems(draw: st.DrawFn) -> Problem:
    """Up to 6 x 6 nodes with any of their arcs; costs of either sign, with ties."""
    offers, demands = draw(st.integers(1, 6)), draw(st.integers(1, 6))
    pairs = draw(st.sets(st.tuples(st.integers(0, offers - 1), st.integers(0, demands - 1))))
    tail, head = (np.array([pair[end] for pair in sorted(pairs)], dtype=np.int32) for end in (0, 1))
    amounts = st.integers(1, 10)
    supply = np.array(draw(st.lists(amounts, min_size=offers, max_size=offers)), dtype=np.int64)
    wanted = np.array(draw(st.lists(amounts, min_size=demands, max_size=demands)), dtype=np.int64)
    costs = draw(st.lists(st.integers(-4, 2), min_size=len(pairs), max_size=len(pairs)))
    return Network.of(supply, wanted, tail, head), np.array(costs, dtype=np.int64)


def least_cost(network: Network, cost: np.ndarray) -> float:
    if not len(cost):
        return 0.0
    arcs = np.arange(len(cost))
    rows = np.concatenate([network.tail, network.head + len(network.supply)])
    matrix = coo_array((np.ones(2 * len(arcs)), (rows, np.tile(arcs, 2))), shape=(network.hub, len(arcs)))
    limits = np.concatenate([network.supply, network.wanted])
    return float(linprog(cost, A_ub=matrix.tocsr(), b_ub=limits, method="highs").fun)


@given(problems())
@settings(max_examples=100, deadline=None)
def test_a_flow_is_the_cheapest_and_balances(problem: Problem) -> None:
    """Its cost is the linear program's, and every node sends or takes exactly what it has."""
    network, cost = problem
    flow = cheapest_flow(network, cost)
    assert int(flow.pairs @ cost) == pytest.approx(least_cost(network, cost), abs=1e-6)
    sold = np.bincount(network.tail, flow.pairs, len(network.supply)) + flow.unsold
    served = np.bincount(network.head, flow.pairs, len(network.wanted)) + flow.unserved
    assert (sold == network.supply).all()
    assert (served == network.wanted).all()


@given(problems())
@settings(max_examples=100, deadline=None)
def test_dual_prices_prove_the_flow(problem: Problem) -> None:
    """Prices are not negative, no pair gains beyond them, every pair that trades gains exactly them, who keeps
    something has price 0, and supply and demand at these prices are worth what the flow gains.
    """
    network, cost = problem
    flow = cheapest_flow(network, cost)
    prices = potentials(network, cost, flow)
    offer_price, demand_price, reduced = prices.offers, -prices.demands, prices.reduced(network, cost)
    assert (offer_price >= 0).all()
    assert (demand_price >= 0).all()
    assert (reduced >= 0).all()
    assert (reduced[flow.pairs > 0] == 0).all()
    assert (offer_price[flow.unsold > 0] == 0).all()
    assert (demand_price[flow.unserved > 0] == 0).all()
    assert int(network.supply @ offer_price + network.wanted @ demand_price) == -int(flow.pairs @ cost)


def test_a_flow_that_could_be_cheaper_is_refused() -> None:
    """Neither an idle network that could gain nor a crossed assignment gets dual prices."""
    ones = np.array([5, 5], dtype=np.int64)
    ends = np.array([0, 0, 1, 1], dtype=np.int32), np.array([0, 1, 0, 1], dtype=np.int32)
    network, cost = Network.of(ones, ones, *ends), np.array([-3, -1, -1, -3], dtype=np.int64)
    nothing, none = np.zeros(4, dtype=np.int64), np.zeros(2, dtype=np.int64)
    with pytest.raises(RuntimeError, match="not a cheapest"):
        potentials(network, cost, Flow(pairs=nothing, unsold=ones, unserved=ones))
    crossed = np.array([0, 5, 5, 0], dtype=np.int64)
    with pytest.raises(RuntimeError, match="not a cheapest"):
        potentials(network, cost, Flow(pairs=crossed, unsold=none, unserved=none))
    straight = np.array([5, 0, 0, 5], dtype=np.int64)
    potentials(network, cost, Flow(pairs=straight, unsold=none, unserved=none))


@pytest.mark.parametrize("seed", range(5))
def test_solving_on_a_few_arcs_first_comes_to_the_same(seed: int) -> None:
    """With one arc per node to begin with, or with no guide worth the name, the certificate asks for arcs until the
    flow is worth as much as one over all arcs.
    """
    random = np.random.default_rng(seed)
    supply, wanted = random.integers(1, 30, 20), random.integers(1, 60, 12)
    tail, head = np.divmod(np.arange(240, dtype=np.int32), np.int32(12))
    network, cost = Network.of(supply, wanted, tail, head), random.integers(-1000, 1, 240)
    misleading = -cost
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pricing, "ARCS_PER_NODE", 1)
        solutions = [Solution.of(network, cost), Solution.of(network, cost, guide=misleading)]
    for solution in solutions:
        face, tight = solution.face(network)
        flow = cheapest_flow(face, cost[tight])
        assert int(flow.pairs @ cost[tight]) == pytest.approx(least_cost(network, cost), abs=1e-6)


@given(problems())
@settings(max_examples=50, deadline=None)
def test_any_flow_on_the_face_is_a_cheapest_one(problem: Problem) -> None:
    """Whatever costs the arcs of the face are given next, the first cost does not change."""
    network, cost = problem
    face, tight = Solution.of(network, cost).face(network)
    other = np.arange(len(face.tail), dtype=np.int64) % 3 - 1
    flow = cheapest_flow(face, other)
    assert int(flow.pairs @ cost[tight]) == pytest.approx(least_cost(network, cost), abs=1e-6)


def test_totals_beyond_64_bits_do_not_disturb_the_flow() -> None:
    """Quantity x cost far above 2**63, where the solver's own total saturates: the flow is still right."""
    supply = np.full(3, 10**12, dtype=np.int64)
    ends = np.repeat(np.arange(3, dtype=np.int32), 3), np.tile(np.arange(3, dtype=np.int32), 3)
    cost = -np.array([9, 8, 1, 8, 9, 1, 1, 1, 9], dtype=np.int64) * 10**11
    flow = cheapest_flow(Network.of(supply, supply, *ends), cost)
    assert flow.pairs.reshape(3, 3).diagonal().tolist() == [10**12] * 3
    assert sum(int(amount) * -int(each) for amount, each in zip(flow.pairs, cost, strict=True)) == 27 * 10**23


def test_a_cost_beyond_the_solver_is_an_error_not_a_wrong_plan() -> None:
    """Costs that the solver cannot scale stop the clearing."""
    one = np.array([1], dtype=np.int64)
    network = Network.of(one, one, np.array([0], dtype=np.int32), np.array([0], dtype=np.int32))
    with pytest.raises(RuntimeError, match="BAD_COST_RANGE"):
        cheapest_flow(network, np.array([-(2**62)], dtype=np.int64))


def test_a_network_without_arcs_leaves_everything() -> None:
    """Nobody trades, and nothing fails."""
    none = np.empty(0, dtype=np.int32)
    network = Network.of(np.array([3, 4], dtype=np.int64), np.array([5], dtype=np.int64), none, none)
    flow = cheapest_flow(network, np.empty(0, dtype=np.int64))
    assert (flow.unsold.tolist(), flow.unserved.tolist()) == ([3, 4], [5])
    face, _ = Solution.of(replace(network), np.empty(0, dtype=np.int64)).face(network)
    assert cheapest_flow(face, np.empty(0, dtype=np.int64)).unsold.tolist() == [3, 4]


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(-5, 5)), max_size=40), st.integers(0, 4))
def test_the_best_of_each_owner_are_chosen(entries: list[tuple[int, int]], count: int) -> None:
    """Most worth first, of equals the earlier entry."""
    owner = np.array([entry[0] for entry in entries], dtype=np.int32)
    worth = np.array([entry[1] for entry in entries], dtype=np.int64)
    expected = set()
    for each in set(owner.tolist()):
        mine = [at for at in range(len(entries)) if owner[at] == each]
        expected.update(sorted(mine, key=lambda at: -worth[at])[:count])
    assert set(np.flatnonzero(best_of_each(owner, worth, count)).tolist()) == expected


def test_worth_of_any_size_is_compared() -> None:
    """Where owner and worth do not fit one key together, only differences below the last bits are lost."""
    owner = np.array([0, 0, 2**31 - 1, 2**31 - 1], dtype=np.int32)
    worth = np.array([0, 10**17, 10**17, 0], dtype=np.int64)
    assert best_of_each(owner, worth, 1).tolist() == [False, True, True, False]
