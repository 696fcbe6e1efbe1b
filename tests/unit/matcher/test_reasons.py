"""The words: what a pair and a diagnosis say, and what they keep to themselves."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from duijie_matcher.domain import Order
from duijie_matcher.matching import match_market
from duijie_matcher.matching.wording import cents_up, percent, quantity
from duijie_shared.events.matches import Diagnosis, MatchRecord
from duijie_shared.events.policy import Policy
from hypothesis import given, settings
from hypothesis import strategies as st
from market_orders import CNY, DAY, KG, a_demand, an_offer

NORTH: dict[str, Any] = {"latitude_e7": 350_000_000, "longitude_e7": 1_210_000_000}
SOUTH: dict[str, Any] = {"latitude_e7": 310_000_000, "longitude_e7": 1_210_000_000}


def only(offer: Order, demand: Order) -> MatchRecord:
    (match,) = match_market(offer.market, [offer, demand], Policy(), None).matches
    return match


def told(order: Order, *others: Order) -> Diagnosis:
    result = match_market(order.market, [order, *others], Policy(), None)
    return next(each for each in result.diagnoses if each.order_id == order.order_id)


def test_a_match_speaks_of_each_part_in_both_languages() -> None:
    """Grade, quantity, price, distance and, where it counts, the designation."""
    offer = an_offer(grade=5, remaining=200 * KG, designations=("cn-832",), **SOUTH)
    reasons = only(offer, a_demand(remaining=50 * KG, **NORTH)).reasons
    assert reasons.zh == (
        "等级为 5 级, 高出要求 2 级",
        "最多可成交 50 公斤, 占供给的 25%、需求的 100%",
        "到货成本约 1.35 元/公斤, 比买价低 1.65 元",
        "两地直线距离约 445 公里",
        "产地县: 原国家级贫困县（832个）, 清算与排序按买价的 5% 加计",
    )
    assert reasons.en == (
        "Grade 5, 2 above what is asked",
        "Up to 50 kg can trade: 25% of the offer, 100% of the demand",
        "The landed cost is about 1.35 CNY/kg, 1.65 below the bid",
        "About 445 km apart in a straight line",
        "Origin county: Former national poverty county (one of 832); 5% of the bid counts in its favour",
    )


@pytest.mark.parametrize(
    ("ask", "bid", "words"),
    [
        (None, CNY, "ask is negotiable"),
        (CNY, None, "bid is negotiable"),
        (None, None, "Both prices are negotiable"),
    ],
)
def test_negotiable_prices_are_called_so(ask: int | None, bid: int | None, words: str) -> None:
    """Each of the three cases has its own sentence."""
    match = only(an_offer(price=ask), a_demand(price=bid))
    assert words in match.reasons.en[2]
    assert "议" in match.reasons.zh[2]


@given(st.integers(-1_900, 1_900), st.integers(-1_900, 1_900))
@settings(max_examples=40, deadline=None)
def test_parts_and_reasons_do_not_give_a_place_away(north_m: int, south_m: int) -> None:
    """Anywhere within 1.9 km of 445 km the pair has the same parts and the same words: nothing finer shows."""
    base = round(445_000 / 0.0111195080)
    seen = set()
    for metres in (north_m, south_m):
        moved: dict[str, Any] = {
            "latitude_e7": 310_000_000 + base + round(metres / 0.0111195080),
            "longitude_e7": 1_210_000_000,
        }
        match = only(an_offer(price=1_001_000, **SOUTH), a_demand(**moved))
        seen.add((match.parts, match.reasons))
    assert len(seen) == 1


@pytest.mark.parametrize(
    ("offer", "demand", "zh", "en"),
    [
        ({"grade": 1}, {}, "要求等级更高, 至少差 2 级", "a higher grade is asked, by 2 at the least"),
        ({"price": 3_004_000}, {}, "至少高 0.01 元/公斤", "the landed cost is above the bid, by 0.01 CNY/kg"),
        ({"min_lot": 40 * KG}, {"remaining": 30 * KG}, "至少差 10 公斤", "below a minimum lot, by 10 kg"),
        ({}, {"certificates": ("gi", "green")}, "例如 gi, green", "such as gi, green"),
        ({}, {"origin_counties": ("520526",)}, "产地不在", "the origin is not among"),
        (
            {"window_to": DAY},
            {"window_from": DAY + dt.timedelta(2), "window_to": DAY + dt.timedelta(2)},
            "至少差 20 小时",
            "the windows do not meet, travel included, by 20 hours",
        ),
        (
            {"window_to": DAY},
            {"window_from": DAY + dt.timedelta(9), "window_to": DAY + dt.timedelta(9)},
            "至少差 8 天",
            "by 8 days",
        ),
    ],
)
def test_a_diagnosis_names_the_figure_that_matters(
    offer: dict[str, Any], demand: dict[str, Any], zh: str, en: str
) -> None:
    """For the closest pair: by how much it fails, or what is missing."""
    diagnosis = told(an_offer(**offer), a_demand(**demand))
    assert zh in diagnosis.reasons.zh[0]
    assert en in diagnosis.reasons.en[0]


def test_used_up_counterparts_are_called_so() -> None:
    """An offer whose feasible demands are all filled by others is short of quantity, not of quality."""
    diagnosis = told(an_offer("late", 9), an_offer("early", 1), a_demand())
    assert diagnosis.codes == ("QUANTITY",)
    assert diagnosis.reasons.en == ("1 demand would fit, all of it taken by other pairs",)


def test_the_commonest_reason_comes_first() -> None:
    """Two demands fail on price and one on grade, each on that alone."""
    demands = [
        a_demand("1", 1, price=CNY // 2),
        a_demand("2", 2, price=CNY // 4),
        a_demand("3", 3, grade=4),
    ]
    diagnosis = told(an_offer(grade=3), *demands)
    assert diagnosis.codes == ("PRICE", "GRADE")
    assert diagnosis.reasons.en[0].startswith("2 of the 3 closest demands: ")
    assert "by 0.50 CNY/kg" in diagnosis.reasons.en[0]


def test_pairs_that_fail_less_count_before_pairs_that_fail_more() -> None:
    """A demand that fails one gate hides those that fail two."""
    far = a_demand("far", 1, price=CNY // 2, grade=5)
    near = a_demand("near", 2, origin_counties=("520526",))
    assert told(an_offer(), far, near).codes == ("ORIGIN",)


@given(st.integers(1, 5 * CNY), st.integers(1, 5 * CNY))
@settings(max_examples=40, deadline=None)
def test_a_price_changed_by_the_named_gap_is_enough(ask: int, bid: int) -> None:
    """The gap is rounded up to a cent, so the pair meets once either side moves by it."""
    offer, demand = an_offer(price=ask), a_demand(price=bid)
    if ask <= bid:
        return
    words = told(offer, demand).reasons.en[0]
    gap = round(float(words.split("by ")[1].split(" CNY")[0].replace(",", "")) * CNY)
    assert match_market("potato", [offer, a_demand(price=bid + gap)], Policy(), None).plan.feasible_pairs == 1


@pytest.mark.parametrize(
    ("part", "whole", "words"), [(1, 1000, "1%"), (999, 1000, "99%"), (1000, 1000, "100%"), (1, 3, "33%")]
)
def test_shares_are_never_rounded_to_nothing_or_all(part: int, whole: int, words: str) -> None:
    """1 in 1,000 is 1%, all but 1 in 1,000 is 99%."""
    assert percent(part, whole) == words


def test_numbers_are_written_for_people() -> None:
    """Thousands are set apart, grams are decimals of a kilogram, gaps round up to a cent."""
    assert (quantity(1_234_567), quantity(2_000_000)) == ("1,234.567", "2,000")
    assert (cents_up(1), cents_up(10_000), cents_up(10_001)) == ("0.01", "0.01", "0.02")
