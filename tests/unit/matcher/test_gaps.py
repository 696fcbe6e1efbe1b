"""Gaps are true: with what is assumed in their place the pair trades, and where it would not none is told."""

from __future__ import annotations

import datetime as dt
import random
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest
from chain_markets import capacity, order, policy
from duijie_matcher.domain import Capacity, Constraints, Order
from duijie_matcher.matching import match_market
from duijie_matcher.matching.chains import gaps
from duijie_matcher.matching.chains.assumed import assumed
from duijie_matcher.matching.chains.needs import GAPS
from duijie_matcher.matching.terms import Terms
from duijie_shared.events.policy import MatchingPolicy, Policy
from duijie_shared.taxonomy import taxonomy
from market_orders import CNY, DAY, KG, a_demand, an_offer

FAR: dict[str, Any] = {"latitude_e7": 399_000_000, "longitude_e7": 1_164_000_000}
APPLE: dict[str, Any] = {"market": "apple", "product": "apple"}
JUICE: dict[str, Any] = {"market": "apple", "product": "apple_juice"}
LATER: dict[str, Any] = {"window_from": DAY + dt.timedelta(80), "window_to": DAY + dt.timedelta(90)}
PRODUCTS = {product.slug: product for product in taxonomy().products}


def gaps_of(
    offer: Order,
    demand: Order,
    terms: Policy,
    capacities: list[Capacity] | None,
    as_of: dt.datetime | None = None,
    constraints: Constraints | None = None,
) -> set[str]:
    """The gaps of a pair alone in its market: both sides are told the same, and the calls say so too."""
    result = match_market(
        offer.market,
        [offer, demand],
        terms,
        as_of,
        constraints=constraints or Constraints(),
        capacities=capacities,
    )
    told = [{code for code in each.codes if code.endswith("_GAP")} for each in result.diagnoses]
    found = {call.code for call in result.calls}
    assert all(each == found for each in told if each or len(told) == 2)
    return {str(code) for code in found}


def left_of(offer: Order, demand: Order, terms: Policy, capacities: list[Capacity]) -> tuple[Order, Order]:
    """What the plan leaves of both."""
    result = match_market("apple", [offer, demand], terms, None, capacities=capacities)
    lines = [each for each in result.matches if each.kind == "plan"]
    sold = sum(each.route[0].taken if each.route else each.quantity for each in lines)
    bought = sum(each.quantity for each in lines)
    return replace(offer, remaining=offer.remaining - sold), replace(
        demand, remaining=demand.remaining - bought
    )


def used_up(capacities: list[Capacity], offer: Order, demand: Order, terms: Policy) -> list[Capacity]:
    """The capacities without what the plan books of them."""
    result = match_market("apple", [offer, demand], terms, None, capacities=capacities)
    left = {each.capacity_id: each for each in capacities}
    for line in result.matches:
        for leg in line.route:
            if leg.capacity_id is not None and leg.first is not None and leg.last is not None:
                known = left[leg.capacity_id]
                booked = Counter(known.booked)
                for day in range((leg.last - leg.first).days + 1):
                    booked[leg.first + dt.timedelta(day)] += leg.per_day
                left[leg.capacity_id] = replace(known, booked=dict(booked))
    return list(left.values())


def trades(offer: Order, demand: Order, terms: Policy, capacities: list[Capacity]) -> bool:
    result = match_market("apple", [offer, demand], terms, None, capacities=capacities)
    return any(each.kind == "plan" for each in result.matches)


@pytest.mark.parametrize("seed", range(6))
def test_what_a_gap_names_would_let_the_pair_trade(seed: int) -> None:
    """Pairs of every kind, with lots, packs, capacities that fit and such that do not: with the assumed capacities for its
    gaps, beside what is left of the posted ones, something of what was left trades. A third of the pairs have a gap.
    """
    draw, told = random.Random(seed), Counter[str]()
    for number in range(60):
        offer = replace(order(draw, 2 * number, "offer", True), price=draw.randrange(500_000, 2_000_000))
        demand = order(draw, 2 * number + 1, "demand", True)
        posted = [capacity(draw, each) for each in range(draw.choice([0, 0, 3, 8]))]
        terms = policy(draw.randrange(3))
        found = gaps_of(offer, demand, terms, posted)
        told.update(found)
        if not found:
            continue
        bits = sum(bit for bit, code in GAPS.items() if code in found)
        rest = left_of(offer, demand, terms, posted)
        added = assumed(Terms.of(terms), PRODUCTS, *rest, bits)
        assert trades(*rest, terms, [*used_up(posted, offer, demand, terms), *added]), (number, found)
    assert sum(told.values()) >= 15


@pytest.mark.parametrize("seed", range(3))
def test_where_one_capacity_would_do_a_gap_is_told(seed: int) -> None:
    """The other way round: in a market without capacities a pair that trades with one kind of what is assumed, and does not
    without, is told of a gap.
    """
    draw, mended = random.Random(seed), Counter[str]()
    for number in range(60):
        offer, demand = order(draw, 2 * number, "offer", True), order(draw, 2 * number + 1, "demand", True)
        terms = policy(draw.randrange(3))
        if trades(offer, demand, terms, []):
            continue
        found = gaps_of(offer, demand, terms, [])
        for bit, code in GAPS.items():
            if trades(offer, demand, terms, assumed(Terms.of(terms), PRODUCTS, offer, demand, bit)):
                mended[code] += 1
                assert found, (number, code)
    assert len(mended) >= 3


def test_a_line_haul_is_missing_only_where_half_the_road_would_do() -> None:
    """From Shanghai to Beijing: the ask may come to the bid less half of the transport, and to no more."""
    demand = a_demand(**APPLE, **FAR)
    (line,) = match_market("apple", [an_offer(**APPLE), demand], Policy(), None).matches
    most = 3 * CNY - round(line.transport_cost / 2)
    assert line.transport_cost > CNY
    for ask, told in ((most, {"HAUL_GAP"}), (most + 1, set()), (3 * CNY, set())):
        assert gaps_of(an_offer(price=ask, **APPLE), demand, Policy(), []) == told
    no_cheaper = Policy(matching=MatchingPolicy(haul_share=1.0))
    assert gaps_of(an_offer(price=most, **APPLE), demand, no_cheaper, []) == set()


def test_gaps_are_told_where_nobody_posted_and_not_where_capacities_are_left_out_of_account() -> None:
    """None posted is a market that lacks them; without capacities at all nothing is said of them."""
    offer, demand = an_offer(**APPLE), a_demand(**APPLE, **LATER)
    assert gaps_of(offer, demand, Policy(), []) == {"STORAGE_GAP"}
    assert gaps_of(offer, demand, Policy(), None) == set()
    assert gaps_of(offer, demand, Policy(matching=MatchingPolicy(cold_chain="required")), None) == {
        "STORAGE_GAP"
    }


CASES: list[tuple[str, dict[str, Any], dict[str, Any], set[str]]] = [
    ("a class too low", {"grade": 3}, {"grade": 4}, {"GRADE_GAP"}),
    ("two classes", {"grade": 3}, {"grade": 5}, set()),
    ("too low and too dear", {"grade": 3, "price": 4 * CNY}, {"grade": 4}, set()),
    ("made of it", {}, {"product": "apple_juice"}, {"PROCESSING_GAP"}),
    ("made of it, too dear", {"price": 4 * CNY}, {"product": "apple_juice"}, set()),
    ("its packs", {"pack_multiple": 150 * KG}, {}, {"PACKING_GAP"}),
    ("both sides' packs", {"pack_multiple": 150 * KG}, {"pack_multiple": 130 * KG}, set()),
    ("a lot that nobody has", {"grade": 3}, {"grade": 4, "min_lot": 200 * KG}, set()),
    ("later", {}, LATER, {"STORAGE_GAP"}),
    ("earlier", LATER, {"window_to": DAY}, set()),
    ("later and stale in any store of its class", {"harvest_date": DAY - dt.timedelta(100)}, LATER, set()),
    ("no money for the road", {"price": None, "grade": 3}, {"grade": 4, "price": 1, **FAR}, set()),
]  # fmt: skip


@pytest.mark.parametrize(("_", "offer", "demand", "told"), CASES, ids=[case[0] for case in CASES])
def test_gaps_of_each_kind(_: str, offer: dict[str, Any], demand: dict[str, Any], told: set[str]) -> None:
    """What would mend the pair is told, and nothing that would not."""
    assert gaps_of(an_offer(**APPLE | offer), a_demand(**APPLE | demand), Policy(), []) == told


def test_an_offer_that_is_over_lacks_nothing() -> None:
    """A store cannot take in what nobody has any more."""
    over = dt.datetime(2027, 1, 26, tzinfo=dt.timezone(dt.timedelta(hours=8)))
    offer, demand = an_offer(**APPLE), a_demand(**APPLE, **LATER)
    assert gaps_of(offer, demand, Policy(), [], over - dt.timedelta(2)) == {"STORAGE_GAP"}
    assert gaps_of(offer, demand, Policy(), [], over) == set()


def test_a_party_that_may_trade_no_more_lacks_nothing() -> None:
    """Its maximum, not a capacity, is in the way."""
    offer, demand = an_offer(grade=3, **APPLE), a_demand(grade=4, **APPLE)
    assert gaps_of(offer, demand, Policy(), []) == {"GRADE_GAP"}
    for party in (offer.party_id, demand.party_id):
        assert gaps_of(offer, demand, Policy(), [], constraints=Constraints(maximum={party: 0})) == set()


def test_of_two_needs_the_one_that_nobody_posted_is_named_where_the_other_would_do() -> None:
    """Grading is posted and takes the goods: storage is missing. Grading that is too dear would not do: both are."""
    offer, demand = an_offer(grade=3, **APPLE), a_demand(grade=4, **APPLE, **LATER)
    (sorting,) = assumed(Terms.of(Policy()), PRODUCTS, offer, demand, 1 << 1)
    assert sorting.activity == "grading"
    assert gaps_of(offer, demand, Policy(), []) == {"GRADE_GAP", "STORAGE_GAP"}
    assert gaps_of(offer, demand, Policy(), [sorting]) == {"STORAGE_GAP"}
    assert gaps_of(offer, demand, Policy(), [replace(sorting, fee=9 * CNY)]) == {"GRADE_GAP", "STORAGE_GAP"}


def test_in_a_large_market_gaps_are_sought_among_the_largest_orders(monkeypatch: pytest.MonkeyPatch) -> None:
    """A clearing ends in time: of too many pairs those of the orders with most left are looked at."""
    offers = [an_offer(f"o{n}", n, remaining=(n + 1) * KG, grade=3, **APPLE) for n in range(8)]
    demands = [a_demand(f"d{n}", n, remaining=(n + 1) * KG, grade=4, **APPLE) for n in range(8)]

    def told() -> set[str]:
        result = match_market("apple", [*offers, *demands], Policy(), None, capacities=())
        names = {each.order_id: name for each, name in zip([*offers, *demands], [*range(8)] * 2, strict=True)}
        return {str(names[each.order_id]) for each in result.diagnoses if "GRADE_GAP" in each.codes}

    assert told() == set("01234567")
    monkeypatch.setattr(gaps, "SOUGHT", 16)
    assert told() == set("4567")
