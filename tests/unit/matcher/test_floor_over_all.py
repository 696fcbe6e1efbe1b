"""A floor that all markets keep together: one price, chosen from what each market says it would trade at each."""

from __future__ import annotations

import random
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from duijie_matcher.domain import Constraints, Order
from duijie_matcher.domain.floor_ladder import RUNGS, price_of, rung_of, share_of
from duijie_matcher.matching import MarketResult, match_market
from duijie_shared.events.policy import GuardPolicy, Policy, TiltPolicy
from floor_oracle import feasible
from hypothesis import given, settings
from hypothesis import strategies as st
from market_orders import CNY, KG, a_demand, an_offer, markets, name_id
from scipy.optimize import linprog

SHARE = 0.3
OVER_ALL = Policy(tilt=TiltPolicy(floor=SHARE, floor_scope="all", bonus=0.0))
VALUE = Policy(tilt=TiltPolicy(floor=SHARE, floor_of="value", bonus=0.0))
"""The same floor market by market, which the oracle counts by."""


def all_markets(
    markets: dict[str, list[Order]], policy: Policy = OVER_ALL, constraints: Constraints | None = None
) -> tuple[int | None, dict[str, MarketResult]]:
    """The rung and the markets cleared at it, as `duijie match` and the service do."""
    held = constraints or Constraints()
    curves = [
        match_market(name, orders, policy, None, constraints=held).plan.floor_curve
        for name, orders in markets.items()
    ]
    rung = rung_of(policy.tilt, curves)
    return rung, {
        name: match_market(name, orders, policy, None, constraints=held, rung=rung)
        for name, orders in markets.items()
    }


def two_markets() -> dict[str, list[Order]]:
    """Potatoes: 100 kg wanted at 3 CNY, from anywhere at 1 or from a designated county at 1.5. Onions: 100 kg wanted at 3
    CNY, from anywhere at 1, and no designated seller at all.
    """
    onion = {"market": "onion", "product": "onion"}
    return {
        "onion": [an_offer("onions", 0, **onion), a_demand("of onions", 1, **onion)],
        "potato": [
            an_offer("plain", 0),
            an_offer("named", 1, price=3 * CNY // 2, designations=("cn-832",)),
            a_demand("d", 2),
        ],
    }


def shares(results: dict[str, MarketResult], rung: int | None) -> tuple[int, int]:
    """Designated value and all of it, in all markets."""
    values = [each.plan.floor_curve[rung or 0] for each in results.values()]
    return sum(one for one, _ in values), sum(other for _, other in values)


def test_a_market_without_designated_sellers_need_not_shrink() -> None:
    """By itself the onion market cannot keep any floor. Together half of the value is designated, at the first rung past a
    sixth of a CNY per CNY: 0.5 CNY/kg more is asked for goods of 3.
    """
    rung, results = all_markets(two_markets())
    assert rung == RUNGS.index(24)
    assert {each.plan.shadow_price for each in results.values()} == {24 * 1_000_000 // 128}
    assert shares(results, rung) == (300 * KG * CNY, 600 * KG * CNY)
    assert {each.plan.floor_status for each in results.values()} == {"met"}
    assert results["potato"].plan.welfare_given_up == 100 * KG * CNY // 2
    assert results["onion"].plan.cleared_quantity == 100 * KG
    alone = match_market("onion", two_markets()["onion"], VALUE, None).plan
    assert alone.floor_status == "infeasible"


def test_a_floor_that_is_kept_anyway_costs_nothing() -> None:
    """With the designated seller the cheaper one the price is 0."""
    found = two_markets()
    found["potato"][1] = replace(found["potato"][1], price=CNY // 2)
    rung, results = all_markets(found)
    assert rung == 0
    assert {(each.plan.shadow_price, each.plan.welfare_given_up) for each in results.values()} == {(0, 0)}


def test_where_no_designated_offer_can_trade_in_any_market_the_plans_are_those_without_a_floor() -> None:
    """The designated seller asks more than anybody bids: no gate is beaten, and every plan says so."""
    found = two_markets()
    found["potato"][1] = replace(found["potato"][1], price=4 * CNY)
    rung, results = all_markets(found)
    assert rung is None
    assert {each.plan.floor_status for each in results.values()} == {"infeasible"}
    assert {each.plan.cleared_quantity for each in results.values()} == {100 * KG}
    assert all(each.plan.floor_reasons is not None for each in results.values())


def test_the_share_is_of_value_whatever_the_floor_is_of() -> None:
    """Kilograms, pieces and room-nights do not add up: `floor_of` quantity gives the same plans."""
    _, by_value = all_markets(
        two_markets(), Policy(tilt=TiltPolicy(floor=SHARE, floor_scope="all", floor_of="value", bonus=0.0))
    )
    _, results = all_markets(two_markets())
    assert by_value == results
    assert {each.plan.floor_of for each in results.values()} == {"value"}


def random_market(name: str, draw: random.Random) -> list[Order]:
    """12 offers, a third of them designated and dearer, and 8 demands that may all trade."""
    product = {"market": name, "product": name}
    return [
        an_offer(
            f"{name} o{at}",
            at,
            price=draw.randrange(100, 250) * CNY // 100 + (CNY // 2 if at % 3 == 0 else 0),
            remaining=draw.randrange(20, 200) * KG,
            latitude_e7=draw.randrange(250_000_000, 400_000_000),
            designations=("cn-832",) if at % 3 == 0 else (),
            **product,
        )
        for at in range(12)
    ] + [
        a_demand(
            f"{name} d{at}",
            30 + at,
            price=draw.randrange(250, 600) * CNY // 100,
            remaining=draw.randrange(20, 200) * KG,
            **product,
        )
        for at in range(8)
    ]


def best(markets: dict[str, list[Order]], policy: Policy) -> float:
    """The largest objective of all markets with the floor as one row over all, by HiGHS."""
    gains: list[int] = []
    excess: list[float] = []
    rows: list[list[tuple[int, int]]] = []
    bounds: list[int] = []
    for orders in markets.values():
        pairs = feasible(orders, policy)
        begin = len(gains)
        gains += [gain for gain, _, _ in pairs.values()]
        excess += [(named - policy.tilt.floor) * weight / CNY for _, weight, named in pairs.values()]
        for order in orders:
            rows.append([(begin + at, 1) for at, pair in enumerate(pairs) if order in pair])
            bounds.append(order.remaining)
    matrix = np.zeros((len(rows) + 1, len(gains)))
    for row, entries in enumerate(rows):
        for column, one in entries:
            matrix[row, column] = one
    matrix[-1] = [-each for each in excess]
    answer = linprog([-gain for gain in gains], A_ub=matrix, b_ub=[*bounds, 0], method="highs")
    assert answer.success, answer.message
    return float(-answer.fun)


@pytest.mark.parametrize("seed", range(5))
def test_what_is_lost_to_the_ladder_is_bounded_by_what_is_to_spare(seed: int) -> None:
    """Against a linear program over both markets: the floor holds, at the rung below it does not, and the objective is no
    further from the best than the price times what the floor has to spare (weak duality).
    """
    draw = random.Random(seed)
    markets = {name: random_market(name, draw) for name in ("potato", "onion")}
    rung, results = all_markets(markets)
    assert rung is not None
    share = share_of(SHARE)
    objective = sum(each.plan.objective for each in results.values())
    favoured, every = shares(results, rung)
    spare = Fraction(favoured) - Fraction(every) * Fraction(*share)
    assert spare >= 0
    if rung:
        below = shares(results, rung - 1)
        assert Fraction(below[0]) < Fraction(below[1]) * Fraction(*share)
    most = best(markets, VALUE)
    assert objective <= most * (1 + 1e-9) + 1
    assert objective >= most * (1 - 1e-9) - float(price_of(rung, share) * spare) - 100 * CNY


def test_curves_only_rise() -> None:
    """What designated sellers have to spare grows with the price, and at the last rung nobody else trades."""
    draw = random.Random(7)
    curve = match_market("potato", random_market("potato", draw), OVER_ALL, None).plan.floor_curve
    numerator, denominator = share_of(SHARE)
    excess = [favoured * denominator - every * numerator for favoured, every in curve]
    assert len(curve) == len(RUNGS) + 1
    assert all(one <= other for one, other in pairwise(excess))
    assert len(set(curve)) > 4
    assert curve[-1][0] == curve[-1][1] > 0


@given(markets(), st.integers(0, len(RUNGS)))
@settings(max_examples=30, deadline=None)
def test_a_market_does_at_each_rung_what_its_curve_says(orders: list[Order], rung: int) -> None:
    """With lots, packs and guards: the plan's own share is the curve's at that rung, and the curve is the same at all."""
    if not orders:
        return
    policy = OVER_ALL.model_copy(update={"guards": GuardPolicy(party_share=0.6)})
    plan = match_market(orders[0].market, orders, policy, None, rung=rung).plan
    favoured, every = plan.floor_curve[rung]
    assert plan.tilt_share == (round(favoured / every, 6) if every else 0.0)
    assert plan.floor_curve == match_market(orders[0].market, orders, policy, None).plan.floor_curve


def test_pins_and_limits_hold_at_the_common_price() -> None:
    """90 kg pinned to the plain seller of potatoes: 10 kg are left for the designated one, so no price keeps the floor."""
    found = two_markets()
    pin = Constraints(pins={(name_id("offer plain"), name_id("demand d")): 90 * KG})
    rung, results = all_markets(found, constraints=pin)
    lines = {match.offer_id: match.quantity for match in results["potato"].matches if match.kind == "plan"}
    assert lines[name_id("offer plain")] >= 90 * KG
    assert rung is None
