"""What is published of a pair."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

import pytest
from duijie_matcher.domain import Order
from duijie_matcher.matching import match_market
from duijie_matcher.matching.records import match_id
from duijie_shared.events.matches import MatchRecord
from duijie_shared.events.policy import Policy, TiltPolicy
from market_orders import CNY, KG, a_demand, an_offer

THERE: dict[str, Any] = {"latitude_e7": 350_000_000, "longitude_e7": 1_210_000_000}
HERE: dict[str, Any] = {"latitude_e7": 310_000_000, "longitude_e7": 1_210_000_000}
"""444.780 km apart: 0.346928 CNY/kg."""


def only(offer: Order, demand: Order, policy: Policy | None = None) -> MatchRecord:
    (match,) = match_market("potato", [offer, demand], policy or Policy(), None).matches
    return match


def test_ids_are_those_of_the_pair_for_good() -> None:
    """The same pair has the same id on every machine and in every release of this major version."""
    offer, demand = UUID(int=1), UUID(int=2)
    assert str(match_id(offer, demand)) == "628acba7-25bd-5c68-b69e-ac180ac57eaf"
    others = {match_id(demand, offer), match_id(offer, demand, ("x",)), match_id(offer, demand, round_=1)}
    assert len(others | {match_id(offer, demand)}) == 4


def test_the_suggested_price_shares_the_margin() -> None:
    """Half way between landed cost and bid at the door; less the transport at the farm gate."""
    match = only(an_offer(price=CNY, **HERE), a_demand(price=2 * CNY, **THERE))
    assert (match.distance_m, match.transport_cost, match.landed_cost) == (444_780, 346_928, 1_346_928)
    assert (match.suggested_price, match.farm_gate_price) == (1_673_464, 1_326_536)


@pytest.mark.parametrize(
    ("ask", "bid", "landed", "suggested", "farm_gate"),
    [
        (None, 2 * CNY, 2 * CNY, 2 * CNY, 1_653_072),
        (CNY, None, 1_346_928, 1_346_928, CNY),
        (None, None, None, None, None),
    ],
)
def test_negotiable_prices(
    ask: int | None, bid: int | None, landed: int | None, suggested: int | None, farm_gate: int | None
) -> None:
    """The price that is given decides; with none given there is nothing to suggest, and no bonus."""
    offer, demand = an_offer(price=ask, designations=("cn-832",), **HERE), a_demand(price=bid, **THERE)
    match = only(offer, demand)
    assert (match.ask_price, match.bid_price) == (ask, bid)
    assert (match.landed_cost, match.suggested_price, match.farm_gate_price) == (landed, suggested, farm_gate)
    assert match.tilt.designations == ("cn-832",)
    assert match.tilt.bonus == (0.0 if landed is None else 0.05)
    assert {part.feature: part.points for part in match.parts}["tilt"] == (0.0 if landed is None else 10.0)


def test_the_tilt_is_for_the_designation_that_the_policy_names() -> None:
    """Another list's counties get nothing, a bonus of 0 marks the county and adds nothing."""
    offer, demand = an_offer(designations=("cn-key-160",)), a_demand()
    assert only(offer, demand).tilt.designations == ()
    named = only(offer, demand, Policy(tilt=TiltPolicy(designation="cn-key-160", bonus=0)))
    assert (named.tilt.designations, named.tilt.bonus) == (("cn-key-160",), 0.0)


def test_alternatives_offer_what_both_sides_have_left_in_all() -> None:
    """A pair outside the plan is an alternative for the smaller of both quantities; plan lines come first."""
    orders = [
        an_offer("cheap", 1, remaining=60 * KG),
        an_offer("dear", 2, remaining=70 * KG, price=2 * CNY),
        a_demand(remaining=50 * KG),
    ]
    matches = match_market("potato", orders, Policy(), None).matches
    assert [(match.kind, match.quantity) for match in matches] == [
        ("plan", 50 * KG),
        ("alternative", 50 * KG),
    ]


def test_a_match_says_what_made_it() -> None:
    """Versions of both orders, of the policy and of the scorecard; the unit and the product are the offer's."""
    now = dt.datetime(2026, 11, 26, 8, tzinfo=dt.UTC)
    orders = [
        an_offer(market="apple", product="fuji_apple", version=3),
        a_demand(market="apple", product="apple", version=7),
    ]
    (match,) = match_market("apple", orders, Policy(version=9), now).matches
    assert match.version.model_dump() == {"offer": 3, "demand": 7, "policy": 9, "scorecard": "rules-1"}
    assert (match.product, match.unit, match.as_of) == ("fuji_apple", "kg", now)
