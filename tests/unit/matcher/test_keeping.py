"""Constraints that cannot be kept are left out, the fewest that the rule allows, in an order that is always the same."""

from __future__ import annotations

from uuid import UUID

import pytest
from duijie_matcher.domain import ConstraintError, Constraints, Order, Unkept
from duijie_matcher.matching import match_market
from duijie_matcher.matching.keeping import keeping
from duijie_matcher.matching.market import MarketResult
from duijie_matcher.matching.scorecard import RULES_1
from duijie_shared.events.policy import Policy
from hypothesis import given, settings
from hypothesis import strategies as st
from market_orders import a_demand, an_offer

KG = 1_000


def kept(orders: list[Order], constraints: Constraints) -> tuple[MarketResult, list[tuple[str, str]]]:
    """The market cleared with what it can keep, and kind and code of what it cannot."""

    def clear(each: Constraints) -> MarketResult:
        return match_market("apple", orders, Policy(), None, RULES_1, each)

    result, left_out = keeping(constraints, orders, clear)
    return result, [(each.kind, each.code) for each in left_out]


def an_apple(number: str, sequence: int, **changes: object) -> Order:
    """An offer of apples."""
    return an_offer(number, sequence, market="apple", product="apple", **changes)


def wanted(number: str, sequence: int, **changes: object) -> Order:
    """A demand for apples."""
    return a_demand(number, sequence, market="apple", product="apple", **changes)


def test_what_can_be_kept_is_kept() -> None:
    """Nothing is left out where nothing has to be."""
    offer, demand = an_apple("1", 1), wanted("1", 2)
    result, left_out = kept([offer, demand], Constraints(pins={(offer.order_id, demand.order_id): None}))
    assert left_out == []
    assert result.matches[0].kind == "plan"


def test_pins_that_fail_by_themselves_go_and_the_others_stay() -> None:
    """A pin whose pair fails a gate and one whose demand is gone are left out; the third pin still holds."""
    offer, demand, strict = an_apple("1", 1), wanted("1", 2), wanted("2", 3, grade=5)
    pins = {
        (offer.order_id, demand.order_id): 3 * KG,
        (offer.order_id, strict.order_id): KG,
        (offer.order_id, UUID(int=9)): KG,
    }
    result, left_out = kept([offer, demand, strict], Constraints(pins=pins))
    assert sorted(left_out) == [("pin", "pin-apart"), ("pin", "pin-infeasible")]
    assert [match.demand_id for match in result.matches if match.kind == "plan"] == [demand.order_id]


def test_a_pin_gives_way_to_a_maximum_and_to_another_pin() -> None:
    """Of pins that are too much together the last goes, and no more than one where one is enough."""
    offer, first, second = an_apple("1", 1, remaining=10 * KG), wanted("1", 2), wanted("2", 3)
    pins = {(offer.order_id, each.order_id): 6 * KG for each in (first, second)}
    _, left_out = kept([offer, first, second], Constraints(pins=pins))
    assert left_out == [("pin", "pins-too-much")]
    _, left_out = kept([offer, first, second], Constraints(pins=pins, maximum={offer.party_id: 5 * KG}))
    assert left_out == [("pin", "pins-too-much"), ("pin", "pins-beyond-maximum")]


def test_the_greatest_minimum_goes_first() -> None:
    """Two minima that one demand cannot serve: the greater one goes, the smaller is met."""
    small, great = an_apple("1", 1, remaining=10 * KG), an_apple("2", 2, remaining=10 * KG)
    demand = wanted("1", 3, remaining=10 * KG)
    minimum = {small.party_id: 4 * KG, great.party_id: 7 * KG}
    result, left_out = kept([small, great, demand], Constraints(minimum=minimum))
    assert left_out == [("minimum", "minimum-out-of-reach")]
    sold = sum(
        match.quantity
        for match in result.matches
        if match.kind == "plan" and match.offer_id == small.order_id
    )
    assert sold >= 4 * KG


def test_what_nobody_can_leave_out_is_an_error() -> None:
    """A blame that names no pin and no minimum is passed on, not asked again for ever."""

    def clear(_: Constraints) -> None:
        raise ConstraintError([Unkept("forbid", (UUID(int=1),), "odd", "怪", "odd")])

    with pytest.raises(ConstraintError):
        keeping(Constraints(), [], clear)


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_any_constraints_can_be_asked_for(data: st.DataObject) -> None:
    """Whatever is pinned, demanded and limited, a clearing comes of it, the same whatever the order it was asked in."""
    offers = [
        an_apple(
            str(n),
            n,
            remaining=data.draw(st.integers(1, 9)) * KG,
            min_lot=data.draw(st.sampled_from([0, 4 * KG])),
        )
        for n in (1, 2, 3)
    ]
    demands = [wanted(str(n), n + 3, remaining=data.draw(st.integers(1, 9)) * KG) for n in (1, 2)]
    amounts = st.integers(0, 12).map(lambda amount: amount * KG)
    pairs = [(offer.order_id, demand.order_id) for offer in offers for demand in demands]
    parties = sorted({order.party_id for order in (*offers, *demands)})
    pins = data.draw(st.dictionaries(st.sampled_from(pairs), amounts | st.none(), max_size=4))
    minimum = data.draw(st.dictionaries(st.sampled_from(parties), amounts, max_size=3))
    maximum = data.draw(st.dictionaries(st.sampled_from(parties), amounts, max_size=3))
    forbidden = frozenset(data.draw(st.sets(st.sampled_from(pairs), max_size=2)))
    asked = Constraints(pins, forbidden, minimum, maximum)
    turned = Constraints(
        dict(reversed(pins.items())),
        forbidden,
        dict(reversed(minimum.items())),
        dict(reversed(maximum.items())),
    )
    assert kept([*offers, *demands], asked) == kept([*reversed(demands), *reversed(offers)], turned)
