"""The tilt's floor: the best plan that meets it, its price, and what it never does."""

from __future__ import annotations

import random
from dataclasses import replace
from fractions import Fraction

import pytest
from duijie_matcher.domain import Constraints, Order
from duijie_matcher.matching import MarketResult, floored, guarded, match_market, multiplier
from duijie_shared.events.matches import MatchRecord
from duijie_shared.events.policy import Policy, TiltPolicy
from floor_oracle import best_with_floor, excess
from hypothesis import given, settings
from hypothesis import strategies as st
from market_orders import CNY, KG, a_demand, an_offer, markets, name_id

FLOORS = st.sampled_from([0.05, 0.1, 0.3, 0.333, 0.5, 0.75, 1.0])


def floor(share: float, of: str = "quantity", bonus: float = 0.0) -> Policy:
    """A policy with a floor."""
    return Policy(tilt=TiltPolicy.model_validate({"floor": share, "floor_of": of, "bonus": bonus}))


policies = st.builds(floor, FLOORS, st.sampled_from(["quantity", "value"]), st.sampled_from([0.0, 0.05]))


def lines(result: MarketResult) -> list[MatchRecord]:
    """The plan's own."""
    return [match for match in result.matches if match.kind == "plan"]


def matched(orders: list[Order], policy: Policy, constraints: Constraints | None = None) -> MarketResult:
    """The market of these orders."""
    market = orders[0].market if orders else "potato"
    return match_market(market, orders, policy, None, constraints=constraints or Constraints())


def two_sellers(**changes: object) -> list[Order]:
    """100 kg wanted at 3 CNY; 100 kg at 1 CNY from anywhere, and 100 kg at 1.5 CNY from a designated county."""
    return [
        an_offer("plain"),
        an_offer("named", 1, price=3 * CNY // 2, designations=("cn-832",), **changes),
        a_demand("d", 2),
    ]


@given(markets(), policies)
@settings(max_examples=50, deadline=None)
def test_the_plan_is_the_best_that_meets_the_floor(orders: list[Order], policy: Policy) -> None:
    """Without lots and packs: the floor is met to the gram and the objective is that of a linear program with the
    floor as a row; or no designated order can trade at all.
    """
    orders = [replace(order, min_lot=0, pack_multiple=0) for order in orders]
    result = matched(orders, policy)
    best, _ = best_with_floor(orders, policy)
    if result.plan.floor_status == "infeasible":
        assert not any(line.tilt.designations for line in lines(result)) or policy.tilt.floor_of == "value"
        assert result.plan.floor_reasons is not None
        assert best == pytest.approx(0, abs=1)
        return
    assert excess(orders, policy, lines(result)) >= 0
    # Quantities are whole grams: the last exchange may go a gram too far.
    assert result.plan.objective >= best * (1 - 1e-6) - 100 * CNY
    assert result.plan.objective <= best * (1 + 1e-9) + 1


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("of", ["quantity", "value"])
def test_in_a_dense_market_the_search_takes_the_best_plan_and_its_price(seed: int, of: str) -> None:
    """30 offers and 20 demands that may all trade, a third of the offers designated: the multiplier needs several steps,
    and plan and price are the linear program's for every floor.
    """
    draw = random.Random(seed)
    orders = [
        an_offer(
            f"o{at}",
            at,
            price=draw.randrange(100, 250) * CNY // 100,
            remaining=draw.randrange(20, 200) * KG,
            latitude_e7=draw.randrange(250_000_000, 400_000_000),
            designations=("cn-832",) if at % 3 == 0 else (),
        )
        for at in range(30)
    ] + [
        a_demand(
            f"d{at}",
            30 + at,
            price=draw.randrange(250, 600) * CNY // 100,
            remaining=draw.randrange(20, 200) * KG,
            latitude_e7=draw.randrange(250_000_000, 400_000_000),
        )
        for at in range(20)
    ]
    prices = []
    for share in (0.2, 0.4, 0.5, 0.6, 0.7, 0.8, 0.95):
        policy = floor(share, of)
        result = matched(orders, policy)
        best, dual = best_with_floor(orders, policy)
        assert result.plan.floor_status == "met"
        assert excess(orders, policy, lines(result)) >= 0
        assert result.plan.objective >= best * (1 - 1e-6) - 100 * CNY
        assert result.plan.objective <= best * (1 + 1e-9) + 1
        if of == "quantity":
            assert result.plan.shadow_price == pytest.approx(dual, abs=2)
        prices.append(result.plan.shadow_price or 0)
    assert len(set(prices)) >= 4


@given(markets(), policies)
@settings(max_examples=50, deadline=None)
def test_whole_lots_hold_under_a_floor(orders: list[Order], policy: Policy) -> None:
    """With minimum lots and packs: the floor is met or said to be infeasible, and every line is a whole lot."""
    result = matched(orders, policy)
    by_id = {order.order_id: order for order in orders}
    if result.plan.floor_status == "met":
        assert excess(orders, policy, lines(result)) >= 0
    for line in lines(result):
        for order in (by_id[line.offer_id], by_id[line.demand_id]):
            assert line.quantity >= order.min_lot
            assert line.quantity % max(order.pack_multiple, 1) == 0
    for order in orders:
        traded = [
            line.quantity for line in lines(result) if order.order_id in (line.offer_id, line.demand_id)
        ]
        assert sum(traded) <= order.remaining


@given(markets(), policies, st.randoms())
@settings(max_examples=10, deadline=None)
def test_the_order_of_arrival_changes_nothing(orders: list[Order], policy: Policy, chance: object) -> None:
    """Records are the same whatever order the orders come in."""
    shuffled = [*orders]
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert matched(orders, policy) == matched(shuffled, policy)


def test_a_floor_at_the_share_reached_costs_nothing_and_above_it_has_a_price() -> None:
    """Half of the market is designated anyway: a floor of 0.5 is free; at 0.501 a tenth of a kilogram changes hands for
    half a CNY each kg. One more kg of floor costs 0.5 CNY.
    """
    orders = [replace(each, remaining=50 * KG) if each.side == "offer" else each for each in two_sellers()]
    free = matched(orders, floor(0.5)).plan
    assert (free.floor_status, free.shadow_price, free.welfare_given_up) == ("met", 0, 0)
    assert free.tilt_share == 0.5
    more = [replace(orders[0], remaining=100 * KG), replace(orders[1], remaining=100 * KG), orders[2]]
    plan = matched(more, floor(0.501)).plan
    assert (plan.floor_status, plan.shadow_price) == ("met", CNY // 2)
    assert (plan.tilt_share, plan.welfare_given_up) == (0.501, 50_100 * CNY // 2)


def test_without_a_floor_nothing_is_said_of_one() -> None:
    """Status none, no share asked, no price."""
    plan = matched(two_sellers(), floor(0.0)).plan
    assert (plan.floor, plan.floor_status, plan.shadow_price) == (None, "none", None)


def test_what_designated_sellers_lack_is_not_traded_by_others_either() -> None:
    """10 designated kg and a floor of a half: 20 kg are cleared. One more kg of floor lets two others trade no more."""
    orders = two_sellers(remaining=10 * KG)
    plan = matched(orders, floor(0.5)).plan
    assert (plan.floor_status, plan.cleared_quantity, plan.tilt_share) == ("met", 20 * KG, 0.5)
    assert plan.shadow_price == 4 * CNY


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"grade": 2}, "GRADE"),
        ({"price": 4 * CNY}, "PRICE"),
        ({"product": "potato", "min_lot": 200 * KG}, "MIN_LOT"),
    ],
)
def test_a_floor_beats_no_gate(changes: dict[str, object], code: str) -> None:
    """A designated offer that fails a gate does not trade under a floor of 1; the market is cleared without it."""
    orders = two_sellers()
    orders[1] = replace(orders[1], **changes)  # type: ignore[arg-type]
    result = matched(orders, floor(1.0))
    plan = result.plan
    assert (plan.floor_status, plan.cleared_quantity, plan.tilt_share) == ("infeasible", 100 * KG, 0.0)
    assert plan.floor_reasons is not None
    assert "no offer of a designated county" in plan.floor_reasons.en[0]
    assert {match.offer_id for match in result.matches} == {orders[0].order_id}
    named = next(each for each in result.diagnoses if each.order_id == orders[1].order_id)
    assert code in named.codes


def test_pins_are_kept_and_may_make_a_floor_infeasible() -> None:
    """60 of 100 kg pinned to another seller: a floor of 0.4 is met, one of 0.401 is not, and the plan then is the one
    without a floor.
    """
    orders = two_sellers()
    pin = Constraints(pins={(orders[0].order_id, orders[2].order_id): 60 * KG})
    kept = matched(orders, floor(0.4), pin)
    assert (kept.plan.floor_status, kept.plan.tilt_share) == ("met", 0.4)
    missed = matched(orders, floor(0.401), pin).plan
    assert (missed.floor_status, missed.tilt_share, missed.welfare_given_up) == ("infeasible", 0.0, 0)
    assert missed.floor_reasons is not None
    assert "pins" in missed.floor_reasons.en[0]


def test_maxima_and_minima_of_parties_hold_under_a_floor() -> None:
    """The designated seller may sell 30 kg, so a floor of a half clears 60; the other must sell 40, so it is missed."""
    orders = two_sellers()
    most = Constraints(maximum={name_id("party of offer named"): 30 * KG})
    plan = matched(orders, floor(0.5), most).plan
    assert (plan.floor_status, plan.cleared_quantity, plan.tilt_share) == ("met", 60 * KG, 0.5)
    both = Constraints(
        minimum={name_id("party of offer plain"): 40 * KG}, maximum={name_id("party of offer named"): 30 * KG}
    )
    assert matched(orders, floor(0.5), both).plan.floor_status == "infeasible"


@given(markets(), policies)
@settings(max_examples=30, deadline=None)
def test_the_search_of_large_markets_is_close(orders: list[Order], policy: Policy) -> None:
    """The search that stops within 1/10,000 finds a plan within it, and meets the floor."""
    orders = [replace(order, min_lot=0, pack_multiple=0) for order in orders]
    exact = matched(orders, policy).plan
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(multiplier, "EXACT_ORDERS", 0)
        near = matched(orders, policy)
    assert near.plan.floor_status == exact.floor_status
    if exact.floor_status == "met":
        assert excess(orders, policy, lines(near)) >= 0
    assert near.plan.objective >= exact.objective * (1 - 1e-4) - 100 * CNY


# At 1.0 the search meets the critical multiplier itself, where age alone chooses between flows of equal cost.
@given(markets(), policies, st.just(1.0) | st.floats(0.8, 1.2))
@settings(max_examples=40, deadline=None)
def test_from_an_earlier_price_the_floor_is_met_within_a_thousandth(
    orders: list[Order], policy: Policy, off: float
) -> None:
    """The search of large markets, started near the price: status as cold, floor met, nothing oversold, objective within
    1/1,000 of the best.
    """
    orders = [replace(order, min_lot=0, pack_multiple=0) for order in orders]
    exact = matched(orders, policy).plan
    if not exact.shadow_price:
        return
    price = Fraction(exact.shadow_price, CNY if policy.tilt.floor_of == "value" else 1) * Fraction(off)
    cold = floored.clear_with_floor
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(multiplier, "EXACT_ORDERS", 0)
        patch.setattr(
            guarded,
            "clear_with_floor",
            lambda market, pinned, floor, **rest: cold(market, pinned, floor, price, **rest),
        )
        warm = matched(orders, policy)
    assert warm.plan.floor_status == exact.floor_status
    assert excess(orders, policy, lines(warm)) >= 0
    assert warm.plan.objective >= exact.objective * (1 - 1e-3) - 100 * CNY
    for order in orders:
        traded = [each for each in lines(warm) if order.order_id in (each.offer_id, each.demand_id)]
        assert sum(each.quantity for each in traded) <= order.remaining
