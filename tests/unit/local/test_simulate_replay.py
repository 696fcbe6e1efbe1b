"""Replaying a period: what a day's plan trades, the next day no longer has."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import replace

import pytest
from duijie_local.simulation import (
    LONGEST_DAYS,
    Comparison,
    Period,
    PeriodError,
    Posting,
    compare,
    replay,
    totals_of,
)
from duijie_local.simulation.period import midnight
from duijie_matcher.domain import Order
from duijie_matcher.matching import match_market
from duijie_shared.events.policy import Policy, TiltPolicy, WideningPolicy
from hypothesis import given, settings
from hypothesis import strategies as st
from market_orders import CNY, DAY, KG, a_demand, an_offer, markets, name_id

LIST = "cn-832"
NO_BONUS = Policy(tilt=TiltPolicy(bonus=0.0))
BONUS = Policy(tilt=TiltPolicy(bonus=0.5))
WEEK = Period(DAY, DAY + dt.timedelta(6))


def after(days: int) -> dt.date:
    return DAY + dt.timedelta(days)


@st.composite
def histories(draw: st.DrawFn) -> list[Posting]:
    """The orders of a market, posted and gone on some of its days."""
    return [
        Posting(
            order,
            since=draw(st.none() | st.integers(-1, 6).map(after)),
            until=draw(st.sampled_from([None, None, None, after(2), after(4)])),
        )
        for order in draw(markets(most=5))
    ]


def rivals() -> list[Posting]:
    """A plain offer at 1.0, a designated one elsewhere at 1.2, and one demand that takes one of them."""
    plain = an_offer("plain", 0, county="310115")
    preferred = an_offer("preferred", 1, price=12 * CNY // 10, county="520526", designations=(LIST,))
    return [Posting(plain), Posting(preferred), Posting(a_demand("d", 0))]


def test_a_day_trades_the_plan_of_its_clearing() -> None:
    """On one day the replay is the plan of `match_market` at 00:00, line by line, with its welfare."""
    orders = [an_offer("a", 0, remaining=60 * KG), an_offer("b", 1), a_demand("d", 0), a_demand("e", 1)]
    trades = replay([Posting(order) for order in orders], Policy(), Period(DAY, DAY)).trades
    result = match_market("potato", orders, Policy(), midnight(DAY))
    plan = [line for line in result.matches if line.kind == "plan"]
    assert [(each.offer_id, each.demand_id, each.quantity) for each in trades] == [
        (line.offer_id, line.demand_id, line.quantity) for line in plan
    ]
    assert sum(each.welfare for each in trades) == result.plan.welfare > 0


def test_a_floor_over_all_markets_is_kept_over_all_markets_of_a_day() -> None:
    """Potatoes go over to the designated seller, and onions, which have none, trade all the same."""
    onion = {"market": "onion", "product": "onion", "county": "310115"}
    postings = [
        *rivals(),
        Posting(an_offer("onions", 2, **onion)),
        Posting(a_demand("of onions", 3, **onion)),
    ]
    tilt = {"designation": LIST, "bonus": 0.0, "floor": 0.3}
    alone = replay(postings, Policy(tilt=TiltPolicy.model_validate(tilt)), Period(DAY, DAY)).trades
    together = replay(
        postings, Policy(tilt=TiltPolicy.model_validate({**tilt, "floor_scope": "all"})), Period(DAY, DAY)
    ).trades
    assert {each.market for each in together} == {each.market for each in alone} == {"onion", "potato"}
    value = sum(each.value for each in together)
    assert 10 * sum(each.value for each in together if LIST in each.designations) >= 3 * value
    assert (
        replay(
            postings[::-1],
            Policy(tilt=TiltPolicy.model_validate({**tilt, "floor_scope": "all"})),
            Period(DAY, DAY),
        ).trades
        == together
    )


def test_the_next_day_has_what_is_left() -> None:
    """100 kg go on the first day; a demand posted on the third finds only what was not sold."""
    postings = [
        Posting(an_offer("o", 0, remaining=150 * KG)),
        Posting(a_demand("d", 0)),
        Posting(a_demand("late", 1), since=after(2)),
    ]
    traded = [(each.day, each.quantity) for each in replay(postings, Policy(), WEEK).trades]
    assert traded == [(DAY, 100 * KG), (after(2), 50 * KG)]


@pytest.mark.parametrize(("since", "traded"), [(6, 1), (7, 0)])
def test_an_order_is_there_from_its_day(since: int, traded: int) -> None:
    """Posted on the period's last day it trades; posted the day after it does not."""
    postings = [Posting(an_offer()), Posting(a_demand(), since=after(since))]
    assert len(replay(postings, Policy(), WEEK).trades) == traded


@pytest.mark.parametrize(("until", "traded"), [(2, 1), (1, 0)])
def test_an_order_is_there_until_its_day(until: int, traded: int) -> None:
    """Withdrawn on the day on which its counterpart comes it trades; withdrawn the day before it does not."""
    postings = [Posting(an_offer(), until=after(until)), Posting(a_demand(), since=after(2))]
    assert len(replay(postings, Policy(), WEEK).trades) == traded


@pytest.mark.parametrize(("last", "traded"), [(3, 1), (2, 0)])
def test_an_order_whose_window_is_over_trades_no_more(last: int, traded: int) -> None:
    """The last day of the window still counts."""
    postings = [Posting(an_offer(window_to=after(last))), Posting(a_demand(), since=after(3))]
    assert len(replay(postings, Policy(), WEEK).trades) == traded


def test_days_before_the_first_posting_trade_nothing() -> None:
    """A period that ends before a demand is posted, or begins after it is withdrawn, is empty."""
    postings = [Posting(an_offer()), Posting(a_demand(), since=after(3), until=after(4))]
    for first, last, traded in ((0, 2, 0), (0, 3, 1), (4, 6, 1), (5, 6, 0)):
        period = Period(after(first), after(last))
        assert len(replay(postings, Policy(), period).trades) == traded


def test_children_of_one_demand_share_its_quantity() -> None:
    """Two markets plan with the whole 100 kg; together they never trade more, and the first leaves the second the rest."""
    family = name_id("family")
    garlic = {"market": "garlic", "product": "garlic"}
    for sold, traded in ((60, {"garlic": 60, "potato": 40}), (100, {"garlic": 100})):
        postings = [
            Posting(an_offer("g", 0, remaining=sold * KG, **garlic)),
            Posting(an_offer("p", 1)),
            Posting(a_demand("g", 0, **garlic), family=family),
            Posting(a_demand("p", 1), family=family),
        ]
        trades = replay(postings, Policy(), WEEK).trades
        assert {each.market: each.quantity for each in trades} == {
            market: quantity * KG for market, quantity in traded.items()
        }


def test_children_in_one_market_do_not_oversell_their_demand() -> None:
    """Both are planned with the whole; a line that no longer fits is not taken that day, the rest is planned again."""
    family = name_id("family")
    postings = [
        Posting(an_offer("a", 0, remaining=70 * KG)),
        Posting(an_offer("b", 1, remaining=70 * KG)),
        Posting(a_demand("one", 0), family=family),
        Posting(a_demand("other", 1), family=family),
    ]
    assert sum(each.quantity for each in replay(postings, Policy(), WEEK).trades) == 100 * KG


@given(histories())
@settings(max_examples=60, deadline=None)
def test_no_order_trades_more_than_it_has(postings: list[Posting]) -> None:
    """Over all days together, on either side, whatever is posted when; and only while it is there."""
    had = {each.order.order_id: each for each in postings}
    used: Counter[object] = Counter()
    for trade in replay(postings, Policy(), WEEK).trades:
        used[trade.offer_id] += trade.taken
        used[trade.demand_id] += trade.quantity
        for key in (trade.offer_id, trade.demand_id):
            assert had[key].is_posted(trade.day)
            assert not had[key].is_over(trade.day)
    assert all(amount <= had[key].order.remaining for key, amount in used.items())  # type: ignore[index]


@given(histories(), st.randoms(use_true_random=False))
@settings(max_examples=40, deadline=None)
def test_the_present_policy_changes_nothing(postings: list[Posting], random: object) -> None:
    """Two replays of one policy are the same trade by trade, in whatever order the postings come."""
    turned = list(postings)
    random.shuffle(turned)  # type: ignore[attr-defined]
    assert replay(postings, Policy(), WEEK) == replay(turned, Policy(), WEEK)
    compared = compare(postings, Policy(version=3), Policy(version=4), WEEK)
    assert compared.is_unchanged
    assert compared.difference.is_zero
    assert all(row.difference.is_zero for row in compared.counties)


@given(histories())
@settings(max_examples=40, deadline=None)
def test_a_market_at_rest_need_not_be_cleared(postings: list[Posting]) -> None:
    """A day left out, because the last clearing traded nothing and nothing was posted since, would trade nothing."""
    traded = replay(postings, Policy(), WEEK)
    rest = {each.order.order_id: each.order.remaining for each in postings}
    expected = []
    for day in WEEK:
        there: list[Order] = [
            replace(each.order, remaining=rest[each.order.order_id])
            for each in postings
            if each.is_posted(day) and not each.is_over(day)
        ]
        for line in match_market("apple", there, Policy(), midnight(day)).matches:
            if line.kind == "plan":
                rest[line.offer_id] -= line.quantity
                rest[line.demand_id] -= line.quantity
                expected.append((day, line.offer_id, line.demand_id, line.quantity))
    assert [(each.day, each.offer_id, each.demand_id, each.quantity) for each in traded.trades] == expected


def test_a_bonus_moves_quantity_to_designated_counties() -> None:
    """Without it the cheaper offer sells, with it the designated one; the price is the margin given up."""
    compared = compare(rivals(), NO_BONUS, BONUS, WEEK)
    assert compared.baseline.totals.designated_quantity == {}
    assert compared.policy.totals.designated_quantity == {"kg": 100 * KG}
    assert compared.policy.totals.tilt_share == 1
    assert compared.baseline.price_of_priority == 0
    assert compared.policy.price_of_priority == 100 * KG * 2 * CNY // 10
    assert compared.policy.price_per_designated_value == pytest.approx(0.2 / 3)
    assert compared.baseline.price_per_designated_value is None
    assert compared.difference.welfare == -compared.policy.price_of_priority
    rows = [(row.county, row.is_designated, row.difference.value) for row in compared.of_side("offer")]
    assert rows == [("520526", True, 300 * KG * CNY), ("310115", False, -300 * KG * CNY)]
    assert [row.difference.value for row in compared.of_side("demand")] == [0]


@given(histories())
@settings(max_examples=40, deadline=None)
def test_counties_sum_to_the_totals(postings: list[Posting]) -> None:
    """Of either side, winners and losers together are the difference of the totals, in every figure."""
    compared = compare(postings, NO_BONUS, BONUS, WEEK)
    for side in ("offer", "demand"):
        rows = compared.of_side(side)
        gains = [row.difference.value for row in rows]
        assert gains == sorted(gains, reverse=True)
        for name in ("lines", "welfare", "value"):
            assert sum(getattr(row.difference, name) for row in rows) == getattr(compared.difference, name)
        for unit, amount in compared.difference.quantity.items():
            assert sum(row.difference.quantity.get(unit, 0) for row in rows) == amount


def test_negotiable_prices_count_as_the_matcher_counts_them() -> None:
    """An empty bid is worth the landed cost and no margin; where both are empty nothing is known."""
    for ask, bid, value in ((CNY, None, 100 * KG * CNY), (None, None, 0), (None, CNY, 100 * KG * CNY)):
        orders = [an_offer(price=ask), a_demand(price=bid)]
        (trade,) = replay([Posting(order) for order in orders], Policy(), WEEK).trades
        assert (trade.value, trade.welfare) == (value, 0)


@pytest.mark.parametrize(
    ("days", "refused"), [(0, False), (-1, True), (LONGEST_DAYS - 1, False), (LONGEST_DAYS, True)]
)
def test_a_period_has_one_day_to_a_year(days: int, refused: bool) -> None:
    """Both ends included; no day at all and more than 366 are refused in both languages."""
    if not refused:
        assert len(list(Period(DAY, after(days)))) == days + 1
        return
    with pytest.raises(PeriodError) as error:
        Period(DAY, after(days))
    assert error.value.zh
    assert error.value.en


def test_totals_of_nothing() -> None:
    """No trades have no share and no quantity, and are no difference to themselves."""
    empty = totals_of((), LIST)
    assert (empty.tilt_share, empty.quantity_share("kg"), empty.is_zero) == (0, 0, True)
    unchanged: Comparison = compare([], NO_BONUS, BONUS, WEEK)
    assert unchanged.is_unchanged
    assert unchanged.counties == ()


def test_a_search_that_widens_trades_on_a_later_day() -> None:
    """A market in which nothing trades is not settled while a radius grows: 145 km by road are in reach after two days."""
    north = 322_000_000
    postings = [
        Posting(an_offer(posted_at=midnight(DAY))),
        Posting(a_demand(posted_at=midnight(DAY), latitude_e7=north)),
    ]
    policy = Policy(widening=WideningPolicy(start_km=100, km_per_day=25))
    assert [trade.day for trade in replay(postings, Policy(), WEEK).trades] == [DAY]
    assert [trade.day for trade in replay(postings, policy, WEEK).trades] == [after(2)]
