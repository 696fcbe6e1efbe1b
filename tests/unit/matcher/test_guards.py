"""The guards beside the tilt's floor: what one party may supply at the most, what small producers get at the least."""

from __future__ import annotations

import random
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from duijie_matcher.domain import Constraints, Order
from duijie_matcher.matching import MarketResult, match_market
from duijie_shared.events.matches import Diagnosis, Guard, MatchRecord
from duijie_shared.events.policy import GuardPolicy, Policy, TiltPolicy
from floor_oracle import feasible
from hypothesis import given, settings
from hypothesis import strategies as st
from market_orders import CNY, KG, a_demand, an_offer, markets, name_id
from scipy.optimize import linprog

SMALL_KG = 50


def policy(
    *, floor: float = 0.0, party: float = 1.0, small: float = 0.0, of: str = "quantity", bonus: float = 0.0
) -> Policy:
    """A policy with a floor and guards; small is who offers 50 kg or less."""
    return Policy(
        tilt=TiltPolicy.model_validate({"floor": floor, "floor_of": of, "bonus": bonus}),
        guards=GuardPolicy(party_share=party, small_share=small, small_up_to_kg=SMALL_KG),
    )


policies = st.builds(
    policy,
    floor=st.sampled_from([0.0, 0.2, 0.5]),
    party=st.sampled_from([1.0, 0.6, 0.34]),
    small=st.sampled_from([0.0, 0.1, 0.4]),
    of=st.sampled_from(["quantity", "value"]),
)


def matched(orders: list[Order], policy: Policy, constraints: Constraints | None = None) -> MarketResult:
    """The market of these orders."""
    return match_market(orders[0].market, orders, policy, None, constraints=constraints or Constraints())


def lines(result: MarketResult) -> list[MatchRecord]:
    """The plan's own."""
    return [match for match in result.matches if match.kind == "plan"]


def guard(result: MarketResult, kind: str) -> Guard:
    """What one guard came to."""
    return next(each for each in result.plan.guards if each.kind == kind)


def small(orders: list[Order]) -> set[object]:
    """The parties that offer 50 kg or less in all."""
    offered: dict[object, int] = {}
    for order in orders:
        if order.side == "offer":
            offered[order.party_id] = offered.get(order.party_id, 0) + order.remaining
    return {party for party, amount in offered.items() if amount <= SMALL_KG * KG}


def rows(orders: list[Order], policy: Policy) -> list[tuple[list[float], str]]:
    """The conditions over the feasible pairs, as coefficients of `sum >= 0`."""
    pairs = feasible(orders, policy)
    found = []
    if policy.tilt.floor:
        share = Fraction(str(policy.tilt.floor))
        found.append(([float((named - share) * weight) for _, weight, named in pairs.values()], "floor"))
    if policy.guards.small_share:
        share = Fraction(str(policy.guards.small_share))
        few = small(orders)
        found.append(([float((offer.party_id in few) - share) for offer, _ in pairs], "small"))
    if policy.guards.party_share < 1:
        share = Fraction(str(policy.guards.party_share))
        parties = sorted({offer.party_id for offer, _ in pairs}, key=str)
        found += [
            ([float(share - (offer.party_id == party)) for offer, _ in pairs], "party") for party in parties
        ]
    return found


def best(orders: list[Order], policy: Policy) -> float:
    """The largest objective under all conditions, by HiGHS."""
    pairs = feasible(orders, policy)
    if not pairs:
        return 0.0
    asked = [np.array(row) / max(1.0, np.abs(row).max()) for row, _ in rows(orders, policy)]
    limits = [[1.0 if order in pair else 0.0 for pair in pairs] for order in orders]
    answer = linprog(
        [-gain for gain, _, _ in pairs.values()],
        A_ub=np.array([*limits, *(-row for row in asked)]),
        b_ub=[*(order.remaining for order in orders), *(0.0 for _ in asked)],
        method="highs",
    )
    assert answer.success, answer.message
    return float(-answer.fun)


def keeps(orders: list[Order], policy: Policy, result: MarketResult) -> bool:
    """Whether every condition holds to the gram."""
    pairs = list(feasible(orders, policy))
    by_id = {order.order_id: order for order in orders}
    quantity = {(by_id[line.offer_id], by_id[line.demand_id]): line.quantity for line in lines(result)}
    plan = [quantity.get(pair, 0) for pair in pairs]
    scale = max([1, *plan])
    return all(
        sum(each * amount for each, amount in zip(row, plan, strict=True)) >= -1e-6 * scale
        for row, _ in rows(orders, policy)
    )


@given(markets(), policies)
@settings(max_examples=60, deadline=None)
def test_the_plan_is_the_best_that_keeps_floor_and_guards(orders: list[Order], policy: Policy) -> None:
    """Without lots and packs: all conditions hold and the objective is a linear program's with them as rows; or
    something is said to be infeasible, and then the program finds nothing worth trading.
    """
    orders = [replace(order, min_lot=0, pack_multiple=0) for order in orders]
    if not orders:
        return
    result, most = matched(orders, policy), best(orders, policy)
    unkept = [each for each in result.plan.guards if each.status == "infeasible"]
    if unkept or result.plan.floor_status == "infeasible":
        assert most == pytest.approx(0, abs=100 * CNY)
        return
    assert keeps(orders, policy, result)
    assert result.plan.objective >= most * (1 - 1e-6) - 200 * CNY
    assert result.plan.objective <= most * (1 + 1e-6) + 200 * CNY


@pytest.mark.parametrize("seed", range(4))
def test_in_a_dense_market_floor_and_guards_hold_together(seed: int) -> None:
    """24 offers of 12 parties and 20 demands that may all trade: floor, cap and small producers' share all bind, and the
    plan is the linear program's.
    """
    draw = random.Random(seed)
    orders = [
        replace(
            an_offer(
                f"o{at}",
                at,
                price=draw.randrange(100, 250) * CNY // 100 + (CNY // 2 if at % 3 == 0 else 0),
                remaining=draw.randrange(5, 26) * KG if at % 4 == 0 else draw.randrange(60, 400) * KG,
                designations=("cn-832",) if at % 3 == 0 else (),
            ),
            party_id=name_id(f"party {at % 12}"),
        )
        for at in range(24)
    ] + [
        a_demand(f"d{at}", 30 + at, price=draw.randrange(250, 600) * CNY // 100, remaining=80 * KG)
        for at in range(20)
    ]
    asked = policy(floor=0.4, party=0.15, small=0.05)
    result = matched(orders, asked)
    assert result.plan.floor_status == "met"
    assert {each.status for each in result.plan.guards} == {"met"}
    assert keeps(orders, asked, result)
    assert result.plan.objective == pytest.approx(best(orders, asked), rel=1e-6)
    assert guard(result, "party_share").reached <= 0.15


@given(markets(), policies)
@settings(max_examples=40, deadline=None)
def test_whole_lots_hold_under_guards(orders: list[Order], policy: Policy) -> None:
    """With minimum lots and packs every condition that is said to be met holds, and every line is a whole lot."""
    if not orders:
        return
    result = matched(orders, policy)
    by_id = {order.order_id: order for order in orders}
    for line in lines(result):
        for order in (by_id[line.offer_id], by_id[line.demand_id]):
            assert line.quantity >= order.min_lot
            assert line.quantity % max(order.pack_multiple, 1) == 0
    for order in orders:
        ids = [each for each in lines(result) if order.order_id in (each.offer_id, each.demand_id)]
        assert sum(each.quantity for each in ids) <= order.remaining
    unkept = {each.kind for each in result.plan.guards if each.status == "infeasible"}
    if not unkept and result.plan.floor_status != "infeasible":
        assert keeps(orders, policy, result)


@given(markets(), policies, st.randoms())
@settings(max_examples=10, deadline=None)
def test_the_order_of_arrival_changes_nothing(orders: list[Order], policy: Policy, chance: object) -> None:
    """Records are the same whatever order the orders come in."""
    shuffled = [*orders]
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    if orders:
        assert matched(orders, policy) == matched(shuffled, policy)


def three_sellers() -> list[Order]:
    """100 kg wanted at 3 CNY; a seller of 100 kg at 1 CNY, one of 100 kg at 1.5 and a small one of 20 kg at 2."""
    return [
        an_offer("large", 0),
        an_offer("other", 1, price=3 * CNY // 2),
        an_offer("small", 2, price=2 * CNY, remaining=20 * KG),
        a_demand("d", 3),
    ]


def test_a_cap_moves_what_is_too_much_to_the_next_seller() -> None:
    """Of 100 kg the cheapest seller gets 60, the next 40; one more kg of cap is worth the half CNY between them."""
    result = matched(three_sellers(), policy(party=0.6))
    found = guard(result, "party_share")
    assert (found.status, found.reached, found.asked) == ("met", 0.6, 0.6)
    assert found.shadow_price == CNY // 2
    assert result.plan.welfare_given_up == 40 * KG * CNY // 2
    assert result.plan.floor_status == "none"


def test_a_cap_that_the_plan_keeps_anyway_costs_nothing() -> None:
    """All 100 kg from one seller are the whole: a cap of 1 is none, and one just below binds."""
    free = matched(three_sellers(), policy(party=1.0)).plan
    assert (free.guards, free.welfare_given_up) == ((), None)
    assert matched(three_sellers(), policy(party=0.999)).plan.welfare_given_up == 100_000 // 1000 * CNY // 2


def test_too_few_sellers_cannot_keep_a_cap_and_it_is_left_out() -> None:
    """Three sellers cannot each have less than a third of what is cleared: the plan is the one without a cap."""
    orders = three_sellers()
    kept = matched(orders, policy(party=0.34))
    assert guard(kept, "party_share").status == "met"
    missed = matched(orders, policy(party=0.33))
    assert (guard(missed, "party_share").status, missed.plan.welfare_given_up) == ("infeasible", 0)
    assert missed.plan.cleared_quantity == 100 * KG


def test_small_producers_get_their_share() -> None:
    """Of 100 kg at least a tenth comes from the seller with 20 kg, though at 2 CNY it is the dearest."""
    result = matched(three_sellers(), policy(small=0.1))
    found = guard(result, "small_share")
    assert (found.status, found.reached, found.shadow_price) == ("met", 0.1, CNY)
    assert result.plan.welfare_given_up == 10 * KG * CNY


@pytest.mark.parametrize(("kg", "counts"), [(50, True), (51, False)])
def test_who_is_small_is_all_that_a_party_offers_in_the_market(kg: int, counts: bool) -> None:
    """A party with two offers is small up to 50 kg in sum, and not beyond."""
    orders = three_sellers()
    party = orders[2].party_id
    orders.append(replace(an_offer("second", 4, price=2 * CNY, remaining=(kg - 20) * KG), party_id=party))
    found = guard(matched(orders, policy(small=0.1)), "small_share")
    assert (found.status == "met") is counts


@pytest.mark.parametrize("change", [{"grade": 2}, {"price": 4 * CNY}, {"min_lot": 200 * KG}])
def test_guards_and_floor_beat_no_gate(change: dict[str, int]) -> None:
    """A designated small offer that fails a gate does not trade, whatever floor, cap and share ask for."""
    orders = three_sellers()
    orders[2] = replace(orders[2], designations=("cn-832",), **change)  # type: ignore[arg-type]
    result = matched(orders, policy(floor=0.5, party=0.6, small=0.5))
    assert orders[2].order_id not in {match.offer_id for match in result.matches}
    assert result.plan.floor_status == "infeasible"
    assert guard(result, "small_share").status == "infeasible"
    # What can be kept is kept.
    assert guard(result, "party_share").status == "met"
    assert guard(result, "party_share").reached == 0.6


def test_limits_and_pins_hold_beside_guards() -> None:
    """20 kg pinned to the dearest seller and a maximum of 30 kg for the cheapest: both hold, and so do cap and share."""
    orders = three_sellers()
    orders[2] = replace(orders[2], remaining=40 * KG)
    held = Constraints(
        pins={(orders[2].order_id, orders[3].order_id): 20 * KG}, maximum={orders[0].party_id: 30 * KG}
    )
    result = matched(orders, policy(party=0.45, small=0.25), held)
    assert {each.status for each in result.plan.guards} == {"met"}
    by_offer = {line.offer_id: line.quantity for line in lines(result)}
    assert by_offer[orders[0].order_id] == 30 * KG
    assert by_offer[orders[2].order_id] >= 25 * KG
    assert result.plan.cleared_quantity == 100 * KG


def told(result: MarketResult, order: Order) -> Diagnosis:
    """What the market says to one order that is left short."""
    return next(each for each in result.diagnoses if each.order_id == order.order_id)


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        (policy(floor=0.5), "TILT_FLOOR"),
        (policy(party=0.6), "PARTY_SHARE"),
        (policy(small=0.1), "SMALL_SHARE"),
    ],
)
def test_an_order_left_short_by_a_condition_says_so(asked: Policy, code: str) -> None:
    """In code, in both languages with the quantity, and as a near miss that nothing of its own would mend."""
    orders = three_sellers()
    orders[1] = replace(orders[1], designations=("cn-832",))
    free, result = matched(orders, policy()), matched(orders, asked)
    assert orders[0].order_id not in {each.order_id for each in free.diagnoses}
    found = told(result, orders[0])
    assert found.codes == (code,)
    kilograms = found.short_by // KG
    assert f" {kilograms} more kg" in found.reasons.en[0]
    assert f"再成交 {kilograms} 公斤" in found.reasons.zh[0]
    assert [(each.codes, each.changes, each.size) for each in found.near_misses] == [((code,), (), None)]


def test_what_a_floor_keeps_apart_says_so_on_both_sides() -> None:
    """10 designated kg and a floor of a half: 20 kg are cleared, and buyer and other seller hear that what they have left
    for each other may not trade. An order that no condition touches says what it said.
    """
    orders = three_sellers()
    orders[2] = replace(orders[2], designations=("cn-832",), remaining=10 * KG)
    late = a_demand("late", 9, price=CNY // 2)
    result = matched([*orders, late], policy(floor=0.5))
    assert told(result, orders[0]).codes[0] == "TILT_FLOOR"
    assert told(result, orders[3]).codes[0] == "TILT_FLOOR"
    # Never sold a gram, with or without the floor, yet would fit what the buyer has left.
    assert told(result, orders[1]).codes[0] == "TILT_FLOOR"
    assert "does not allow the trade" in told(result, orders[1]).reasons.en[0]
    assert told(result, late).codes == ("PRICE",)


def test_conditions_that_cost_nothing_are_not_told_of() -> None:
    """A floor that the plan keeps anyway: diagnoses are those without one."""
    orders = three_sellers()
    orders[0] = replace(orders[0], designations=("cn-832",))
    assert matched(orders, policy(floor=0.9)).diagnoses == matched(orders, policy()).diagnoses
