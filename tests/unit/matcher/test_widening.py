"""Search widening: the radius from both sides of each limit, and that waiting only ever adds pairs."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from duijie_matcher.domain import Order
from duijie_matcher.matching import match_market
from duijie_matcher.matching.book import Book
from duijie_matcher.matching.ranking import Shelf
from duijie_shared.events.matches import NearMiss
from duijie_shared.events.policy import Policy, TransportPolicy, WideningPolicy
from hypothesis import given, settings
from hypothesis import strategies as st
from market_orders import CNY, NOON, a_demand, an_offer, markets

POLICY = Policy(widening=WideningPolicy(start_km=100, km_per_day=25, days=10))
NORTH: dict[str, Any] = {"latitude_e7": 322_000_000, "longitude_e7": 1_214_000_000}
"""One degree north of Shanghai: 111.195 km, 144.554 by road."""


def ago(**time: float) -> dt.datetime:
    return NOON - dt.timedelta(**time)


def meet(offer: Order, demand: Order, policy: Policy = POLICY, as_of: dt.datetime | None = NOON) -> bool:
    return bool(match_market(offer.market, [offer, demand], policy, as_of).plan.feasible_pairs)


@pytest.mark.parametrize(("km", "met"), [(144.5535, True), (144.5534, False)])
def test_the_first_radius_is_by_road(km: float, met: bool) -> None:
    """111.195 km of great circle are 144.5535 km by road, and no metre more is searched."""
    policy = Policy(widening=WideningPolicy(start_km=km))
    assert meet(an_offer(posted_at=NOON), a_demand(posted_at=NOON, **NORTH), policy) is met


@pytest.mark.parametrize("detour", [1.0, 1.7, 10.0])
@pytest.mark.parametrize("speed", [0.1, 33.3, 1000.0])
def test_the_limit_is_exact_at_any_speed(detour: float, speed: float) -> None:
    """Radii are compared as journeys; that never moves the limit by a metre."""
    transport = TransportPolicy(detour=detour, speed_km_per_hour=speed, ambient=0, handling_hours=0)
    for metre, met in ((0.0, True), (-0.001, False)):
        km = 111.195 * detour + metre * detour
        policy = Policy(transport=transport, widening=WideningPolicy(start_km=round(km, 6)))
        late: dict[str, Any] = {"window_to": dt.date(2029, 5, 1)}
        assert meet(an_offer(posted_at=NOON), a_demand(posted_at=NOON, **NORTH, **late), policy) is met


@pytest.mark.parametrize("side", ["offer", "demand"])
def test_whole_days_of_either_side_widen_the_search(side: str) -> None:
    """150 km after two days of one of them; a minute before that it is still 125, whatever the other one's wait."""
    for waited, met in ((ago(days=2), True), (ago(days=1, hours=23, minutes=59), False)):
        posted = {"offer": NOON, "demand": NOON, side: waited}
        assert meet(an_offer(posted_at=posted["offer"]), a_demand(posted_at=posted["demand"], **NORTH)) is met


def test_after_the_last_day_there_is_no_limit() -> None:
    """Ten days reach Beijing, which the radius alone would need months for; a minute less does not."""
    far: dict[str, Any] = {"latitude_e7": 399_000_000, "longitude_e7": 1_164_000_000}
    for waited, met in ((ago(days=10), True), (ago(days=9, hours=23, minutes=59), False)):
        assert meet(an_offer(posted_at=waited), a_demand(posted_at=NOON, **far)) is met


def test_what_is_not_known_is_not_judged() -> None:
    """No time, no moment of posting of either side, or no radius: the pair is as feasible as ever. So is a booking."""
    offer, demand = an_offer(posted_at=NOON), a_demand(posted_at=NOON, **NORTH)
    assert not meet(offer, demand)
    assert meet(offer, demand, as_of=None)
    assert meet(offer, demand, Policy())
    assert meet(an_offer(), demand)
    assert meet(offer, a_demand(**NORTH))
    room: dict[str, Any] = {"market": "farm_stay", "product": "farm_stay"}
    assert meet(an_offer(posted_at=NOON, **room), a_demand(posted_at=NOON, **room, **NORTH))


def test_an_order_posted_after_the_last_tick_has_waited_for_nothing() -> None:
    """Catalog's clock ticks by the hour: what came since then is new, not an error."""
    later = NOON + dt.timedelta(minutes=59)
    assert not meet(an_offer(posted_at=later), a_demand(posted_at=later, **NORTH))
    assert meet(an_offer(posted_at=later), a_demand(posted_at=later))


def test_both_sides_are_told_how_many_days_to_wait() -> None:
    """Two days are needed and the longer wait is one: one more, in codes, words and figures; not where the window of the
    offer is over by then.
    """
    demand = a_demand(posted_at=ago(days=1), **NORTH)
    result = match_market("potato", [an_offer(posted_at=NOON), demand], POLICY, NOON)
    for each in result.diagnoses:
        assert each.codes == ("RADIUS",)
        assert "1 天" in each.reasons.zh[0]
        assert "for 1 day more" in each.reasons.en[0]
        assert each.near_misses == (NearMiss(codes=("RADIUS",), changes=(), size=0.0333, wait_days=1),)
    short = an_offer(posted_at=NOON, window_to=NOON.date())
    _, wanted = match_market("potato", [short, demand], POLICY, NOON).diagnoses
    assert wanted.near_misses == (NearMiss(codes=("RADIUS",), changes=()),)


def test_a_wait_comes_beside_the_changes() -> None:
    """A pair that is too dear and too far wants both, and the size counts both."""
    dear = an_offer(price=3 * CNY, posted_at=NOON)
    sold, _ = match_market("potato", [dear, a_demand(posted_at=NOON, **NORTH)], POLICY, NOON).diagnoses
    (miss,) = sold.near_misses
    assert (miss.codes, miss.wait_days, [each.field for each in miss.changes]) == (
        ("PRICE", "RADIUS"),
        2,
        ["price"],
    )
    assert miss.size == pytest.approx(2 / 30 + 90_000 / (3 * CNY), abs=1e-4)


def test_a_ranking_keeps_to_the_radius() -> None:
    """The top of one new order is drawn from what its clearing could pair it with."""
    offers = [an_offer("near", 1, posted_at=NOON), an_offer("far", 2, posted_at=NOON, **NORTH)]
    shelf = Shelf.of(Book.of("potato", offers, POLICY, NOON))
    assert [each.order for each in shelf.ranked(a_demand(posted_at=NOON))] == offers[:1]
    assert {each.order for each in shelf.ranked(a_demand(posted_at=ago(days=2)))} == set(offers)


@given(markets(), st.integers(0, 72), st.integers(1, 72))
@settings(max_examples=40, deadline=None)
def test_waiting_only_adds_pairs(orders: list[Order], first: int, more: int) -> None:
    """Windows aside, what is within reach now is so at any later time."""
    always: dict[str, Any] = {
        "window_from": NOON.date() + dt.timedelta(10),
        "window_to": NOON.date() + dt.timedelta(30),
    }
    fields = {name for name in Order.__slots__ if name not in {*always, "harvest_date"}}
    open_orders = [Order(**{name: getattr(each, name) for name in fields}, **always) for each in orders]
    policy = Policy(widening=WideningPolicy(start_km=400, km_per_day=300, days=4))
    moments = [NOON + dt.timedelta(hours=hours) for hours in (first, first + more)]
    before, after = (
        match_market("apple", open_orders, policy, moment).plan.feasible_pairs for moment in moments
    )
    assert before <= after
    assert after <= match_market("apple", open_orders, Policy(), moments[1]).plan.feasible_pairs
