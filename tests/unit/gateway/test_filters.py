"""What a filter admits: each condition alone, met and just missed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from duijie_gateway.domain.access import Scope
from duijie_gateway.domain.filters import MatchFacts, MatchFilter, may_see

OFFER, DEMAND, SELLER, BUYER, OTHER = (UUID(int=number) for number in range(1, 6))
FACTS = MatchFacts(
    status="proposed",
    kind="plan",
    market="apple",
    product="fuji_apple",
    offer_id=OFFER,
    demand_id=DEMAND,
    offer_party=SELLER,
    demand_party=BUYER,
    offer_county="532523",
    demand_county="310115",
    designations=("cn-832",),
    score=70.0,
)


@pytest.mark.parametrize(
    ("met", "missed"),
    [
        ({"order": OFFER}, {"order": SELLER}),
        ({"order": DEMAND}, {"order": OTHER}),
        ({"offer": OFFER}, {"offer": DEMAND}),
        ({"demand": DEMAND}, {"demand": OFFER}),
        ({"products": frozenset({"apple", "fuji_apple"})}, {"products": frozenset({"apple"})}),
        ({"area": "53"}, {"area": "31"}),
        ({"area": "532523"}, {"area": "532524"}),
        ({"designation": "cn-832"}, {"designation": "cn-key-160"}),
        ({"designation": "any"}, {"designation": "other"}),
        ({"min_score": 70.0}, {"min_score": 70.01}),
        ({"kind": "plan"}, {"kind": "alternative"}),
        ({"statuses": frozenset({"proposed", "held"})}, {"statuses": frozenset({"withdrawn"})}),
        ({"market": "apple"}, {"market": "pear"}),
    ],
)
def test_each_condition_admits_and_refuses(met: dict[str, Any], missed: dict[str, Any]) -> None:
    """The same facts, on both sides of the condition."""
    assert MatchFilter(**met).admits(FACTS)
    assert not MatchFilter(**missed).admits(FACTS)


def test_no_condition_admits_all_and_one_failed_refuses() -> None:
    """Conditions are all to be met."""
    assert MatchFilter().admits(FACTS)
    assert not MatchFilter(kind="plan", min_score=99).admits(FACTS)


def test_a_match_without_county_or_designation_meets_no_such_condition() -> None:
    """Unknown is not a match."""
    unknown = replace(FACTS, offer_county=None, designations=())
    assert not MatchFilter(area="53").admits(unknown)
    assert not MatchFilter(designation="any").admits(unknown)


@pytest.mark.parametrize("party", [SELLER, BUYER])
def test_a_party_sees_matches_of_either_side(party: UUID) -> None:
    """Its own ones only."""
    assert may_see(Scope(party=party), FACTS)
    assert not may_see(Scope(party=OTHER), FACTS)


def test_an_area_sees_what_touches_it() -> None:
    """Supply from it and demand in it."""
    assert may_see(Scope(area="5325"), FACTS)
    assert may_see(Scope(area="310115"), FACTS)
    assert not may_see(Scope(area="44"), FACTS)
    assert not may_see(Scope(area="44"), replace(FACTS, offer_county=None))


def test_filters_that_differ_have_keys_that_differ() -> None:
    """A cursor holds for its own filter."""
    filters = [
        MatchFilter(),
        MatchFilter(order=OFFER),
        MatchFilter(offer=OFFER),
        MatchFilter(demand=OFFER),
        MatchFilter(products=frozenset()),
        MatchFilter(products=frozenset({"a", "b"})),
        MatchFilter(area="53"),
        MatchFilter(market="53"),
        MatchFilter(min_score=0.0),
        MatchFilter(statuses=frozenset({"held"})),
    ]
    assert len({wanted.key() for wanted in filters}) == len(filters)
