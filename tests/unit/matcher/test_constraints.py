"""Constraints of a whole market: what they do to its matches, what is said of it, and what cannot be kept."""

from __future__ import annotations

from typing import Any

import pytest
from duijie_matcher.domain import ConstraintError, Constraints, Order
from duijie_matcher.matching import MarketResult, match_market
from duijie_shared.events.matches import Diagnosis
from duijie_shared.events.policy import MatchingPolicy, Policy
from market_orders import CNY, KG, a_demand, an_offer, name_id

OFFER, DEMAND = name_id("offer o"), name_id("demand d")
SELLER, BUYER = name_id("party of offer o"), name_id("party of demand d")


def matched(*orders: Order, policy: Policy | None = None, **constraints: Any) -> MarketResult:
    return match_market("potato", orders, policy or Policy(), None, constraints=Constraints(**constraints))


def lines(result: MarketResult) -> dict[tuple[object, object], int]:
    return {(each.offer_id, each.demand_id): each.quantity for each in result.matches if each.kind == "plan"}


def told(result: MarketResult, order: Order) -> Diagnosis:
    return next(each for each in result.diagnoses if each.order_id == order.order_id)


def test_a_forbidden_pair_is_nowhere() -> None:
    """Neither in the plan nor an alternative; both sides are told, and others trade as if it were not there."""
    other = an_offer("other", 1, price=2 * CNY)
    result = matched(an_offer(), other, a_demand(), forbidden=frozenset({(OFFER, DEMAND)}))
    assert [each.offer_id for each in result.matches] == [other.order_id]
    diagnosis = told(result, an_offer())
    assert diagnosis.codes == ("FORBIDDEN",)
    assert diagnosis.reasons.zh == ("最接近的一个需求: 该配对被禁止",)
    assert result.plan.feasible_pairs == 1


def test_forbidden_orders_that_are_not_there_change_nothing() -> None:
    """Nor do pins of pairs of which neither is in the market."""
    gone = name_id("gone")
    usual = matched(an_offer(), a_demand())
    forbidden = frozenset({(gone, DEMAND), (OFFER, gone), (gone, gone)})
    assert matched(an_offer(), a_demand(), forbidden=forbidden, pins={(gone, gone): 1}) == usual


@pytest.mark.parametrize("pruned", [False, True])
def test_a_pinned_pair_trades_before_better_ones(pruned: bool) -> None:
    """The worst of five offers is pinned for 40 kg: it has them, the best has the rest; also where pairs are pruned."""
    offers = [an_offer(str(at), at, price=CNY + at * CNY // 10) for at in range(5)]
    policy = Policy(matching=MatchingPolicy(max_pairs=1 if pruned else 100, alternatives=0))
    result = matched(*offers, a_demand(), policy=policy, pins={(offers[4].order_id, DEMAND): 40 * KG})
    assert lines(result) == {(offers[4].order_id, DEMAND): 40 * KG, (offers[0].order_id, DEMAND): 60 * KG}


def test_a_pin_without_a_quantity_takes_all_that_the_pair_could_trade() -> None:
    """Ninety of 99 kg in packs of 10."""
    dear = an_offer("dear", 1, price=2 * CNY, remaining=99 * KG, pack_multiple=10 * KG)
    result = matched(an_offer(), dear, a_demand(), pins={(dear.order_id, DEMAND): None})
    assert lines(result) == {(dear.order_id, DEMAND): 90 * KG, (OFFER, DEMAND): 10 * KG}


@pytest.mark.parametrize(
    ("offer", "pins", "code", "words"),
    [
        ({"grade": 1, "price": 9 * CNY}, {(OFFER, DEMAND): None}, "pin-infeasible", "GRADE, PRICE"),
        ({}, {(OFFER, DEMAND): 101 * KG}, "pin-no-lot", "100 at the most"),
        ({"min_lot": 50 * KG}, {(OFFER, DEMAND): 49 * KG}, "pin-no-lot", "49"),
        ({"pack_multiple": 20 * KG}, {(OFFER, DEMAND): 50 * KG}, "pin-no-lot", "packs"),
        ({}, {(OFFER, name_id("demand gone")): None}, "pin-apart", "different markets"),
    ],
)
def test_a_pin_that_cannot_be_kept_is_named(
    offer: dict[str, Any], pins: dict[Any, int | None], code: str, words: str
) -> None:
    """Gates count for pinned pairs too; a pin is a whole lot of what both have."""
    with pytest.raises(ConstraintError) as caught:
        matched(an_offer(**offer), a_demand(), pins=pins)
    (unkept,) = caught.value.unkept
    assert (unkept.kind, unkept.code, unkept.subject) == ("pin", code, next(iter(pins)))
    assert words in unkept.en
    assert unkept.zh


def test_pins_against_each_other_are_named() -> None:
    """A pinned pair that is forbidden; two pins of one offer that has enough for one; pins beyond a maximum."""
    second = a_demand("second", 5)
    both: dict[Any, int | None] = {(OFFER, DEMAND): 60 * KG, (OFFER, second.order_id): 60 * KG}
    one: dict[Any, int | None] = {(OFFER, DEMAND): 60 * KG}
    for constraints, codes in (
        ({"pins": one, "forbidden": frozenset({(OFFER, DEMAND)})}, ["pin-infeasible"]),
        ({"pins": both}, ["pins-too-much", "pins-too-much"]),
        ({"pins": one, "maximum": {SELLER: 60 * KG - 1}}, ["pins-beyond-maximum"]),
        ({"pins": one, "maximum": {BUYER: 60 * KG - 1}}, ["pins-beyond-maximum"]),
    ):
        with pytest.raises(ConstraintError) as caught:
            matched(an_offer(), a_demand(), second, **constraints)
        assert [each.code for each in caught.value.unkept] == codes
    assert lines(matched(an_offer(), a_demand(), second, pins=one, maximum={SELLER: 60 * KG})) == {
        (OFFER, DEMAND): 60 * KG
    }


def test_a_maximum_is_of_all_that_a_party_sells() -> None:
    """Two offers of one party share 70 kg; both are told, and so is the demand that is left short."""
    twin = an_offer("twin", 1, party_id=SELLER)
    result = matched(an_offer(), twin, a_demand(), maximum={SELLER: 70 * KG})
    assert result.plan.cleared_quantity == 70 * KG
    assert [told(result, order).codes[0] for order in (an_offer(), twin, a_demand())] == ["PARTY_LIMIT"] * 3
    assert told(result, twin).reasons.en == ("The maximum of its own party is reached",)
    assert told(result, a_demand()).reasons.en == (
        "2 offers would fit, not used up, but their parties' maximum is reached",
    )


def test_a_maximum_is_of_all_that_a_party_buys() -> None:
    """The better demand of the party has all that it may buy."""
    twin = a_demand("twin", 9, party_id=BUYER, price=4 * CNY)
    result = matched(an_offer(remaining=300 * KG), a_demand(), twin, maximum={BUYER: 70 * KG})
    assert lines(result) == {(OFFER, twin.order_id): 70 * KG}


def test_a_minimum_displaces_what_is_worth_more() -> None:
    """The dear offer sells the 30 kg that its party must sell, and no gram more."""
    dear = an_offer("dear", 1, price=2 * CNY)
    result = matched(an_offer(), dear, a_demand(), minimum={dear.party_id: 30 * KG})
    assert lines(result) == {(OFFER, DEMAND): 70 * KG, (dear.order_id, DEMAND): 30 * KG}


@pytest.mark.parametrize(
    "constraints", [{"minimum": {SELLER: 101 * KG}}, {"minimum": {SELLER: 2}, "maximum": {SELLER: 1}}]
)
def test_a_minimum_out_of_reach_is_named(constraints: dict[str, Any]) -> None:
    """More than the demand takes, or above the party's own maximum; the party is named with what it has."""
    with pytest.raises(ConstraintError) as caught:
        matched(an_offer(remaining=200 * KG), a_demand(), **constraints)
    (unkept,) = caught.value.unkept
    assert (unkept.kind, unkept.subject, unkept.code) == ("minimum", (SELLER,), "minimum-out-of-reach")
    assert "200" in unkept.en


def test_the_bound_holds_beside_a_minimum() -> None:
    """Pruned, the objective stays below the bound though a party must sell at a loss to others."""
    offers = [an_offer(str(at), at, price=CNY + at * CNY // 20) for at in range(20)]
    demands = [a_demand(str(at), 50 + at, remaining=60 * KG) for at in range(20)]
    policy = Policy(matching=MatchingPolicy(max_pairs=80, alternatives=0))
    least = {offers[19].party_id: 50 * KG}
    plan = matched(*offers, *demands, policy=policy, minimum=least).plan
    assert plan.objective_bound is not None
    assert 0 < plan.objective <= plan.objective_bound
