"""The gates that speak of the goods: evidence, packs and freshness, each from both sides of its limit."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from duijie_matcher.domain import Order
from duijie_matcher.matching import match_market
from duijie_shared.events.base import EVIDENCE_LEVELS
from duijie_shared.events.matches import Diagnosis
from duijie_shared.events.policy import Policy, TransportPolicy
from hypothesis import given, settings
from hypothesis import strategies as st
from market_orders import DAY, KG, a_demand, an_offer

SHANGHAI = dt.timezone(dt.timedelta(hours=8))
BERRY: dict[str, Any] = {"market": "strawberry", "product": "strawberry"}
PICKED = DAY
LAST = DAY + dt.timedelta(5)
"""Strawberries keep five days at their own class, chilled: to 24:00 of this day."""


def told(
    offer: Order, demand: Order, policy: Policy | None = None, at: dt.datetime | None = None
) -> Diagnosis | None:
    """What is said of an offer alone with a demand that it cannot meet; None where it can."""
    result = match_market(offer.market, [offer, demand], policy or Policy(), at)
    return None if result.plan.feasible_pairs else result.diagnoses[0]


def codes(
    offer: Order, demand: Order, policy: Policy | None = None, at: dt.datetime | None = None
) -> tuple[str, ...]:
    found = told(offer, demand, policy, at)
    return () if found is None else found.codes


@pytest.mark.parametrize("asked", range(4))
@pytest.mark.parametrize("shown", range(4))
def test_evidence(asked: int, shown: int) -> None:
    """The level that is asked or a better one, of all sixteen couples."""
    offer, demand = an_offer(evidence=EVIDENCE_LEVELS[shown]), a_demand(evidence=EVIDENCE_LEVELS[asked])
    assert codes(offer, demand) == (("EVIDENCE",) if shown < asked else ())


@pytest.mark.parametrize(
    ("offer", "demand", "code"),
    [
        ({"pack_multiple": 100 * KG}, {}, ()),
        ({"pack_multiple": 100 * KG + 1}, {}, ("PACK",)),
        ({}, {"pack_multiple": 100 * KG + 1}, ("PACK",)),
        ({"pack_multiple": 20 * KG}, {"pack_multiple": 50 * KG}, ()),
        ({"pack_multiple": 20 * KG}, {"pack_multiple": 51 * KG}, ("PACK",)),
        ({"pack_multiple": 60 * KG, "min_lot": 60 * KG}, {}, ()),
        ({"pack_multiple": 60 * KG, "min_lot": 60 * KG + 1}, {}, ("PACK",)),
        ({"pack_multiple": 60 * KG, "min_lot": 100 * KG + 1}, {}, ("MIN_LOT",)),
        ({"pack_multiple": 10**12}, {"pack_multiple": 10**12 - 1}, ("PACK",)),
    ],
)
def test_packs(offer: dict[str, Any], demand: dict[str, Any], code: tuple[str, ...]) -> None:
    """Both have 100 kg left: the least common multiple fits into it or is a gram too large; whole packs reach the
    minimum lot or end below it; a lot beyond what is left is no matter of packs.
    """
    assert codes(an_offer(**offer), a_demand(**demand)) == code


@pytest.mark.parametrize(("hours", "code"), [(0, ()), (24 * 6, ()), (24 * 6 + 0.001, ("FRESHNESS",))])
def test_freshness_ends_with_the_day(hours: float, code: tuple[str, ...]) -> None:
    """What leaves at 00:00 of the harvest's day may be six days under way: five of shelf life and the day itself."""
    policy = Policy(transport=TransportPolicy(handling_hours=hours))
    assert codes(an_offer(harvest_date=PICKED, **BERRY), a_demand(**BERRY), policy) == code


@pytest.mark.parametrize(("opens", "code"), [(1, ()), (2, ("FRESHNESS",))])
def test_goods_that_wait_for_the_demand_grow_old(opens: int, code: tuple[str, ...]) -> None:
    """A window that opens at the very 24:00 is met, one that opens a day later is not."""
    demand = a_demand(window_from=LAST + dt.timedelta(opens), **BERRY)
    assert codes(an_offer(harvest_date=PICKED, **BERRY), demand) == code


@pytest.mark.parametrize(("late", "code"), [(0, ()), (1, ("FRESHNESS",))])
def test_goods_that_were_not_sent_grow_old(late: int, code: tuple[str, ...]) -> None:
    """At 20:00 of the last day four hours of handling still arrive fresh, a millisecond later not."""
    now = dt.datetime(LAST.year, LAST.month, LAST.day, 20, tzinfo=SHANGHAI) + dt.timedelta(milliseconds=late)
    assert codes(an_offer(harvest_date=PICKED, **BERRY), a_demand(**BERRY), at=now) == code


@pytest.mark.parametrize(("hours", "code"), [(24 * 6, ()), (24 * 6 + 0.001, ("FRESHNESS",))])
def test_nothing_leaves_before_it_is_harvested(hours: float, code: tuple[str, ...]) -> None:
    """An offer that is available days before its harvest gains no days by it."""
    policy = Policy(transport=TransportPolicy(handling_hours=hours))
    ahead = an_offer(harvest_date=PICKED + dt.timedelta(20), **BERRY)
    assert codes(ahead, a_demand(**BERRY), policy) == code


@pytest.mark.parametrize(
    ("offered", "wanted", "code"),
    [
        (None, None, ("FRESHNESS",)),
        ("ambient", None, ("FRESHNESS",)),
        ("chilled", "ambient", ("FRESHNESS",)),
        ("frozen", None, ()),
        ("ambient", "frozen", ()),
    ],
)
def test_a_colder_leg_than_the_figure_is_for_is_not_judged(
    offered: str | None, wanted: str | None, code: tuple[str, ...]
) -> None:
    """At the product's class and warmer the figure bounds the shelf life; frozen, nothing is known."""
    demand = a_demand(window_from=DAY + dt.timedelta(30), temperature=wanted, **BERRY)
    assert codes(an_offer(harvest_date=PICKED, temperature=offered, **BERRY), demand) == code


def test_without_a_harvest_date_there_is_no_judgement() -> None:
    """However long the goods wait."""
    assert codes(an_offer(**BERRY), a_demand(window_from=DAY + dt.timedelta(50), **BERRY)) == ()


@given(st.integers(1, 90), st.integers(1, 90), st.integers(0, 90), st.integers(1, 90))
@settings(max_examples=60, deadline=None)
def test_as_much_more_as_is_named_can_be_packed(mine: int, theirs: int, lot: int, left: int) -> None:
    """Once both sides have the missing quantity more, the pair is feasible."""
    offer: dict[str, Any] = {"pack_multiple": mine * KG, "min_lot": lot * KG}
    found = told(an_offer(remaining=left * KG, **offer), a_demand(pack_multiple=theirs * KG))
    if found is None or "PACK" not in found.codes:
        return
    words = found.reasons.en[found.codes.index("PACK")]
    more = round(float(words.split("by ")[1].split(" kg")[0].replace(",", "")) * KG)
    enough = left * KG + more
    assert (
        codes(an_offer(remaining=enough, **offer), a_demand(pack_multiple=theirs * KG, remaining=enough))
        == ()
    )


@pytest.mark.parametrize(
    ("offer", "demand", "zh", "en"),
    [
        (
            {"evidence": "county_recommended"},
            {"evidence": "laboratory"},
            "至少差 2 级, 例如要求检测报告而只有县级推荐",
            "by 2 levels at the least: county-recommended where laboratory is asked, say",
        ),
        (
            {"pack_multiple": 70 * KG},
            {"remaining": 60 * KG},
            "装不成整包装, 至少差 10 公斤",
            "by 10 kg at the least",
        ),
        (
            {"harvest_date": PICKED, **BERRY},
            {"window_from": LAST + dt.timedelta(2), **BERRY},
            "已过保质期, 至少过 24 小时",
            "past their shelf life on arrival, by 24 hours at the least",
        ),
    ],
)
def test_a_diagnosis_names_the_figure(
    offer: dict[str, Any], demand: dict[str, Any], zh: str, en: str
) -> None:
    """Levels, quantity and time by which the closest pair fails, in both languages."""
    found = told(an_offer(**offer), a_demand(**demand))
    assert found is not None
    assert zh in found.reasons.zh[0]
    assert en in found.reasons.en[0]


def test_a_rest_below_one_pack_is_called_so() -> None:
    """Of 105 kg in packs of 10, the 5 left are no matter of demand."""
    offer = an_offer(remaining=105 * KG, pack_multiple=10 * KG)
    (found,) = match_market("potato", [offer, a_demand()], Policy(), None).diagnoses
    assert (found.codes, found.short_by) == (("PACK",), 5 * KG)
    assert found.reasons.en == ("The 5 kg left are less than one pack of 10 kg",)
    assert found.reasons.zh == ("余下 5 公斤, 不足一个包装 (10 公斤)",)


def test_what_no_whole_pack_can_fill_is_called_so() -> None:
    """A demand for 107 kg without packs keeps 7 kg open beside an offer that has some left, in packs of 10."""
    offer = an_offer(remaining=200 * KG, pack_multiple=10 * KG)
    result = match_market("potato", [offer, a_demand(remaining=107 * KG)], Policy(), None)
    assert [(each.side, each.codes) for each in result.diagnoses] == [
        ("offer", ("PACK",)),
        ("demand", ("PACK",)),
    ]
    assert result.diagnoses[1].reasons.en == (
        "1 offer would fit, not used up, but without room for a whole pack",
    )


def test_an_alternative_is_in_whole_packs() -> None:
    """What is offered beside the plan, and the sentence on its quantity, are packed too."""
    used = an_offer("best", 1, price=0)
    other = an_offer("other", 2, remaining=99 * KG, pack_multiple=10 * KG)
    (line,) = [
        each
        for each in match_market("potato", [used, other, a_demand()], Policy(), None).matches
        if each.kind == "alternative"
    ]
    assert line.quantity == 90 * KG
    assert line.reasons.en[1] == "Up to 90 kg can trade: 91% of the offer, 90% of the demand"
