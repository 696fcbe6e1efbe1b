"""Near misses: what an order could change, held against the contract written out pair by pair."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import fields
from typing import Any

import pytest
from duijie_matcher.domain import Constraints, Order
from duijie_matcher.matching import match_market
from duijie_shared.events.matches import Change, Diagnosis, NearMiss
from duijie_shared.events.policy import Policy, WideningPolicy
from hypothesis import event, given, settings
from hypothesis import strategies as st
from market_orders import CNY, DAY, KG, a_demand, an_offer, markets
from matching_oracle import judge

POLICY = Policy()
SEARCHING = Policy(widening=WideningPolicy(start_km=400, km_per_day=300, days=4))
SHANGHAI = dt.timezone(dt.timedelta(hours=8))
MOMENTS = st.none() | st.integers(-30, 200).map(
    lambda hours: dt.datetime(DAY.year, DAY.month, DAY.day, tzinfo=SHANGHAI) + dt.timedelta(hours=hours)
)
FAR: dict[str, Any] = {"latitude_e7": 399_000_000, "longitude_e7": 1_164_000_000}


def changed(order: Order, changes: tuple[Change, ...]) -> Order:
    """The order with the advised changes made, each from what the order says."""
    values: dict[str, Any] = {field.name: getattr(order, field.name) for field in fields(order)}
    for change in changes:
        before, after = values[change.field], change.after
        assert change.before == (before.isoformat() if isinstance(before, dt.date) else before)
        assert change.before != after
        values[change.field] = dt.date.fromisoformat(str(after)) if isinstance(before, dt.date) else after
    return Order(**values)


def told(order: Order, *others: Order, as_of: dt.datetime | None = None) -> Diagnosis:
    result = match_market(order.market, [order, *others], POLICY, as_of)
    return next(each for each in result.diagnoses if each.order_id == order.order_id)


def pair(one: Order, other: Order) -> tuple[Order, Order]:
    return (one, other) if one.side == "offer" else (other, one)


@given(markets(), MOMENTS, st.sampled_from([POLICY, SEARCHING]))
@settings(max_examples=150, deadline=None)
def test_the_advised_change_makes_the_pair_feasible(
    orders: list[Order], as_of: dt.datetime | None, policy: Policy
) -> None:
    """For every near miss some counterpart fails exactly its codes, and none once the changes are made and the days
    passed; a day less would not do.
    """
    by_id = {order.order_id: order for order in orders}
    for diagnosis in match_market("apple", orders, policy, as_of).diagnoses:
        own = by_id[diagnosis.order_id]
        others = [other for other in orders if other.side != own.side]
        for miss in diagnosis.near_misses:
            alike = [
                other
                for other in others
                if judge(*pair(own, other), policy, as_of).failed == frozenset(miss.codes)
            ]
            assert alike
            assert (miss.size is None) is not (miss.changes or miss.wait_days > 0)
            assert not miss.wait_days or "RADIUS" in miss.codes
            if miss.size is not None:
                mended = changed(own, miss.changes)
                then = as_of and as_of + dt.timedelta(miss.wait_days)
                mates = [each for each in alike if not judge(*pair(mended, each), policy, then).failed]
                assert mates
                if miss.wait_days and then:
                    before = then - dt.timedelta(1)
                    assert any(
                        "RADIUS" in judge(*pair(mended, each), policy, before).failed for each in mates
                    )
            event(f"{'+'.join(miss.codes)} {own.side} {'advised' if miss.changes else 'not'}")


@given(markets())
@settings(max_examples=40, deadline=None)
def test_near_misses_are_ranked_by_how_small_the_change_is(orders: list[Order]) -> None:
    """Sizes ascend, those without advice come last, no two have the same codes, three are told at the most; each names
    as few gates as any counterpart fails.
    """
    by_id = {order.order_id: order for order in orders}
    for diagnosis in match_market("apple", orders, POLICY, None).diagnoses:
        sizes = [each.size for each in diagnosis.near_misses]
        known = [each for each in sizes if each is not None]
        assert known == sorted(known)
        assert sizes == known + [None] * (len(sizes) - len(known))
        assert all((each.size is None) == (not each.changes) for each in diagnosis.near_misses)
        codes = [each.codes for each in diagnosis.near_misses]
        assert len(set(codes)) == len(codes) <= 3
        own = by_id[diagnosis.order_id]
        failed = [judge(*pair(own, other), POLICY).failed for other in orders if other.side != own.side]
        counts = [len(each) for each in failed if each and "PRODUCT" not in each]
        assert {len(each) for each in codes} <= {min(counts, default=0)}
        assert bool(codes) == bool(counts)


@given(markets())
@settings(max_examples=40, deadline=None)
def test_of_one_price_gap_the_least_is_advised(orders: list[Order]) -> None:
    """Where price alone is in the way, the price asked or bid moves by the least gap of all, up to a cent."""
    by_id = {order.order_id: order for order in orders}
    for diagnosis in match_market("apple", orders, POLICY, None).diagnoses:
        own = by_id[diagnosis.order_id]
        gaps: dict[frozenset[str], list[int]] = defaultdict(list)
        for other in orders:
            if other.side != own.side:
                judged = judge(*pair(own, other), POLICY)
                offer, demand = pair(own, other)
                gaps[judged.failed].append((offer.price or 0) + judged.transport - (demand.price or 0))
        for miss in diagnosis.near_misses:
            if miss.codes == ("PRICE",) and miss.changes:
                (change,) = miss.changes
                moved = abs(int(str(change.after)) - int(str(change.before)))
                least = min(gaps[frozenset({"PRICE"})])
                assert least <= moved < least + CNY // 100


OLD = DAY - dt.timedelta(400)
LATER = DAY + dt.timedelta(40)
CASES: list[tuple[str, dict[str, Any], dict[str, Any], dict[str, object], dict[str, object]]] = [
    ("PRICE", {"price": 3_004_000}, {}, {"price": 2_994_000}, {"price": 3_010_000}),
    ("GRADE", {"grade": 1}, {}, {"grade": 3}, {"grade": 1}),
    (
        "WINDOW",
        {"window_to": DAY},
        {"window_from": LATER, "window_to": LATER},
        {"window_to": (LATER - dt.timedelta(1)).isoformat()},
        {"window_from": (DAY + dt.timedelta(1)).isoformat()},
    ),
    (
        "WINDOW",
        {"window_from": LATER, "window_to": LATER},
        {"window_to": DAY},
        {"window_from": DAY.isoformat()},
        {"window_to": LATER.isoformat()},
    ),
    ("MIN_LOT", {"min_lot": 40 * KG}, {"remaining": 30 * KG}, {"min_lot": 30 * KG}, {"remaining": 40 * KG}),
    ("MIN_LOT", {"min_lot": 200 * KG}, {}, {"min_lot": 100 * KG}, {}),
    ("ORIGIN", {}, {"origin_counties": ("520526",)}, {}, {"origin_counties": ("310115", "520526")}),
    ("CERTIFICATE", {"certificates": ("gi",)}, {"certificates": ("gi", "green")},
     {"certificates": ("gi", "green")}, {"certificates": ("gi",)}),
    ("EVIDENCE", {}, {"evidence": "inspected"}, {"evidence": "inspected"}, {"evidence": "self_declared"}),
    ("PACK", {"pack_multiple": 40 * KG}, {"remaining": 30 * KG}, {"pack_multiple": 0}, {"remaining": 40 * KG}),
    ("FRESHNESS", {"harvest_date": OLD, "window_from": DAY}, {}, {"harvest_date": None}, {}),
]  # fmt: skip


@pytest.mark.parametrize(("code", "offer", "demand", "of_offer", "of_demand"), CASES)
def test_each_gate_has_its_advice_on_both_sides(
    code: str,
    offer: dict[str, Any],
    demand: dict[str, Any],
    of_offer: dict[str, object],
    of_demand: dict[str, object],
) -> None:
    """What either side could change about itself, and nothing where it can do nothing; then the pair meets."""
    sides = an_offer(**offer), a_demand(**demand)
    for own, other, expected in ((sides[0], sides[1], of_offer), (sides[1], sides[0], of_demand)):
        (miss,) = told(own, other).near_misses
        assert miss.codes == (code,)
        assert {change.field for change in miss.changes} == set(expected)
        for change in miss.changes:
            assert expected[change.field] in (
                None,
                change.after if not isinstance(change.after, list) else None,
            )
        if expected:
            after = match_market("potato", [changed(own, miss.changes), other], POLICY, None)
            assert after.plan.feasible_pairs == 1


def test_nothing_is_advised_where_nothing_would_help() -> None:
    """A party's own pair, a forbidden one, a window that is over, a road that costs more than the bid."""
    offer, demand = an_offer(), a_demand()
    own = a_demand(party_id=offer.party_id)
    assert told(offer, own).near_misses == (NearMiss(codes=("OWN_PARTY",), changes=()),)
    banned = Constraints(forbidden=frozenset({(offer.order_id, demand.order_id)}))
    result = match_market("potato", [offer, demand], POLICY, None, constraints=banned)
    assert [each.near_misses for each in result.diagnoses] == [
        (NearMiss(codes=("FORBIDDEN",), changes=()),)
    ] * 2
    over = dt.datetime(2027, 6, 1, tzinfo=SHANGHAI)
    assert not told(offer, a_demand(window_to=dt.date(2027, 7, 1)), as_of=over).near_misses[0].changes
    assert not told(an_offer(price=0), a_demand(price=1, **FAR)).near_misses[0].changes


def test_a_county_is_not_named_beside_a_price() -> None:
    """Both together would come near the offer's price, which may be private: any origin is advised instead."""
    far = an_offer(price=5 * CNY)
    (miss,) = told(a_demand(origin_counties=("520526",)), far).near_misses
    assert {each.field: each.after for each in miss.changes} == {"price": 5 * CNY, "origin_counties": ()}
