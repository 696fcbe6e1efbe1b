"""One order ranked against a kept market: the list that clearing it with the market would score."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from uuid import UUID

import pytest
from duijie_matcher.domain import Order
from duijie_matcher.matching import match_market
from duijie_matcher.matching.book import Book
from duijie_matcher.matching.ranking import Shelf
from duijie_shared.events.policy import MatchingPolicy, Policy
from hypothesis import given, settings
from hypothesis import strategies as st
from market_orders import DAY, a_demand, an_offer, markets, orders

EVERY = Policy(matching=MatchingPolicy(alternatives=50))
SHANGHAI = dt.timezone(dt.timedelta(hours=8))


@given(markets(), st.sampled_from(["offer", "demand"]), st.data(), st.booleans())
@settings(max_examples=60, deadline=None)
def test_the_list_is_that_of_the_clearing(
    market: list[Order], side: str, data: st.DataObject, late: bool
) -> None:
    """For a new order of either side: the pairs that the gates let through, by score, of equals the oldest."""
    order = data.draw(orders(side, 99))
    as_of = dt.datetime(DAY.year, DAY.month, DAY.day + 2, tzinfo=SHANGHAI) if late else None
    found = Shelf.of(Book.of("apple", market, EVERY, as_of)).ranked(order, 3)
    own, other = ("offer_id", "demand_id") if side == "offer" else ("demand_id", "offer_id")
    ages = {each.order_id: each.sequence for each in market}
    expected = sorted(
        (-match.score, ages[getattr(match, other)], match.distance_m)
        for match in match_market("apple", [*market, order], EVERY, as_of).matches
        if getattr(match, own) == order.order_id
    )
    assert [(-each.score, each.order.sequence, each.distance) for each in found] == expected[:3]


def test_a_certificate_that_nobody_holds_leaves_nobody() -> None:
    """The book has no number for it; with one that an offer holds, though no demand asks for it, that offer is left."""
    shelf = Shelf.of(Book.of("potato", [an_offer(certificates=("gi",))], EVERY, None))
    assert len(shelf.ranked(a_demand(certificates=("gi",)))) == 1
    assert shelf.ranked(a_demand(certificates=("gi", "unheard-of"))) == []


def test_an_order_of_another_market_is_refused() -> None:
    """A shelf is of one market."""
    with pytest.raises(ValueError, match="none of market"):
        Shelf.of(Book.of("apple", [], EVERY, None)).ranked(a_demand())


@given(markets(), st.sampled_from(["offer", "demand"]), st.data())
@settings(max_examples=60, deadline=None)
def test_of_equals_the_oldest_come_first_and_a_longer_list_begins_as_a_shorter(
    market: list[Order], side: str, data: st.DataObject
) -> None:
    """Every order of the market posted twice, so that each place in the list is a tie: the elder of two equals is named
    first, and asking for more never changes the head of the list.
    """
    order = data.draw(orders(side, 99))
    again = [
        replace(each, order_id=UUID(int=each.order_id.int ^ 1 << 100), sequence=each.sequence + 50)
        for each in market
    ]
    shelf = Shelf.of(Book.of("apple", [*market, *again], EVERY, None))
    whole = shelf.ranked(order, 200)
    assert whole == sorted(whole, key=lambda each: (-each.score, each.order.sequence))
    assert len(whole) == 2 * len(Shelf.of(Book.of("apple", market, EVERY, None)).ranked(order, 100))
    for count in range(1, len(whole)):
        assert shelf.ranked(order, count) == whole[:count]
