"""Matches written as bytes at once are the records' own bytes, whatever was remembered."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from hashlib import blake2b
from uuid import UUID

import pytest
from duijie_matcher.domain import Capacity, Order
from duijie_matcher.matching import match_market, outcome_of
from duijie_matcher.matching.records import match_id
from duijie_matcher.stream.items import DIGEST_BYTES, digest_of, item_of, value_of, withdrawn
from duijie_matcher.stream.match_bytes import Seen, match_key, match_values, written_matches
from duijie_shared.events.matches import Reasons
from duijie_shared.events.policy import MatchingPolicy, Policy, PoolingPolicy, TiltPolicy
from hypothesis import given, settings
from hypothesis import strategies as st
from market_orders import DAY, KG, a_demand, an_offer, markets
from order_records import NOW

SHANGHAI = dt.timezone(dt.timedelta(hours=8))
MOMENTS = st.none() | st.builds(
    lambda seconds, zone: (NOW + dt.timedelta(seconds=seconds)).astimezone(zone),
    st.floats(-(10**6), 10**6),
    st.sampled_from([dt.UTC, SHANGHAI]),
)
POLICIES = st.builds(
    Policy,
    version=st.integers(1, 3),
    tilt=st.builds(
        TiltPolicy,
        bonus=st.sampled_from([0.0, 0.05, 0.00005, 0.1 + 0.2, 1e-7]),
        designation=st.sampled_from(["cn-832", "cn-160"]),
    ),
    matching=st.builds(MatchingPolicy, alternatives=st.integers(0, 6)),
    pooling=st.builds(PoolingPolicy, members=st.sampled_from([0, 5])),
)


@given(markets(), POLICIES, MOMENTS)
@settings(max_examples=120, deadline=None)
def test_the_bytes_are_those_of_the_records(
    orders: list[Order], policy: Policy, as_of: dt.datetime | None
) -> None:
    """To the byte what the model writes, with its key."""
    records = match_market("apple", orders, policy, as_of).matches
    outcome = outcome_of("apple", orders, policy, as_of)
    assert list(match_values(outcome)) == [value_of(record) for record in records]
    written = written_matches(outcome, {}, Seen())
    assert written == [item_of(record) for record in records]


@pytest.mark.parametrize("throughput", [20 * KG, 500 * KG])
def test_lines_by_routes_are_those_of_the_records(throughput: int) -> None:
    """A grade is missing, a capacity gives it to all or to a part of the offer."""
    orders = [an_offer(grade=3), a_demand(grade=4)]
    posted = [grading(throughput)]
    records = match_market("potato", orders, Policy(), None, capacities=posted).matches
    assert [bool(record.route) for record in records] == [True]
    outcome = outcome_of("potato", orders, Policy(), None, capacities=posted)
    assert list(match_values(outcome)) == [value_of(record) for record in records]
    assert written_matches(outcome, {}, Seen()) == [item_of(record) for record in records]


def grading(throughput: int) -> Capacity:
    """Free sorting beside the offer, on one day."""
    offer = an_offer()
    return Capacity(
        capacity_id=UUID(int=1),
        version=1,
        sequence=0,
        party_id=UUID(int=2),
        activity="grading",
        product_in="potato",
        product_out=None,
        yield_ppm=800_000,
        loss_ppm=0,
        throughput_per_day=throughput,
        fee=0,
        county=None,
        latitude_e7=offer.latitude_e7,
        longitude_e7=offer.longitude_e7,
        to_county=None,
        to_latitude_e7=None,
        to_longitude_e7=None,
        available_from=DAY,
        available_to=DAY,
    )


@given(st.uuids(), st.uuids())
def test_the_key_is_the_id(offer: UUID, demand: UUID) -> None:
    """The same UUID v5, without building one."""
    assert match_key(str(offer), str(demand)) == str(match_id(offer, demand))


@given(markets(), MOMENTS)
@settings(max_examples=40, deadline=None)
def test_a_digest_is_of_everything_but_the_time(orders: list[Order], as_of: dt.datetime | None) -> None:
    """That of the record without `as_of`, also where a text reads like it."""
    for record in match_market("apple", orders, Policy(), as_of).matches[:3]:
        sly = record.model_copy(
            update={"reasons": Reasons(zh=(',"as_of":1,"withdrawn_at":2}',), en=('"status":"proposed",',))}
        )
        for each in (record, sly):
            content = each.model_dump_json(exclude={"as_of"}).encode()
            assert digest_of(each) == blake2b(content, digest_size=DIGEST_BYTES).digest()
            later = each.model_copy(update={"as_of": dt.datetime(2027, 1, 1, tzinfo=dt.UTC)})
            assert digest_of(later) == digest_of(each)


@given(markets(), MOMENTS)
@settings(max_examples=40, deadline=None)
def test_a_withdrawal_is_the_record_with_its_end(orders: list[Order], now: dt.datetime | None) -> None:
    """The same bytes as through the model, whatever the texts say."""
    for record in match_market("apple", orders, Policy(), None).matches[:3]:
        sly = record.model_copy(
            update={"reasons": Reasons(zh=(',"status":"proposed",',), en=(',"withdrawn_at":null}',))}
        )
        for each in (record, sly):
            ended = each.model_copy(update={"status": "withdrawn", "withdrawn_at": now})
            assert withdrawn(value_of(each), now) == value_of(ended)


@st.composite
def histories(draw: st.DrawFn) -> list[tuple[list[Order], Policy, dt.datetime | None]]:
    """Markets one after the other: orders come, go and change, come back as equal but other objects; the policy and
    the time move.
    """
    known = draw(markets(most=6))
    steps = []
    for _ in range(draw(st.integers(1, 5))):
        chosen = [order for order in known if draw(st.integers(0, 3))]
        known = [_touched(order, draw(st.integers(0, 5))) for order in known]
        policy = Policy(
            tilt=TiltPolicy(bonus=draw(st.sampled_from([0.05, 0.05, 0.1]))), pooling=PoolingPolicy(members=4)
        )
        moment = draw(st.none() | st.just(dt.datetime(DAY.year, DAY.month, DAY.day, tzinfo=dt.UTC)))
        steps.append((draw(st.permutations(chosen)), policy, moment))
    return steps


def _touched(order: Order, how: int) -> Order:
    if how == 0:
        return replace(order, version=order.version + 1, remaining=order.remaining + 1)
    return replace(order) if how == 1 else order


@given(histories(), st.booleans())
@settings(max_examples=120, deadline=None)
def test_what_was_seen_before_changes_nothing(
    steps: list[tuple[list[Order], Policy, dt.datetime | None]], forgets: bool
) -> None:
    """After any history a clearing writes what one without memory writes, also where the topic has lost a record."""
    seen = Seen()
    published: dict[bytes, bytes] = {}
    for orders, policy, as_of in steps:
        outcome = outcome_of("apple", orders, policy, as_of)
        remembered = written_matches(outcome, published, seen)
        assert remembered == written_matches(outcome, published, Seen())
        published = {item.key: item.digest for item in remembered[int(forgets) :]}


def test_nothing_is_written_twice() -> None:
    """The second clearing of the same orders gives digests alone, and calls for no line to be written."""
    place = {"market": "apple", "product": "apple"}
    orders = [an_offer("1", 1, **place), an_offer("2", 2, **place), a_demand("1", 3, **place)]
    outcome, seen = outcome_of("apple", orders, Policy(), None), Seen()
    first = written_matches(outcome, {}, seen)
    assert first
    assert all(item.value is not None for item in first)
    published = {item.key: item.digest for item in first}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("duijie_matcher.stream.match_bytes.sentences", None)
        again = written_matches(outcome_of("apple", orders, Policy(), None), published, seen)
    assert [item.value for item in again] == [None] * len(first)
    assert [(item.key, item.digest) for item in again] == [(item.key, item.digest) for item in first]


def test_a_line_is_written_again_when_its_pool_changed() -> None:
    """A third lot joins: the two lines that were there keep their quantity and name the new pool."""
    place = {"market": "apple", "product": "apple", "remaining": 40 * KG}
    offers = [an_offer(str(at), at, **place) for at in range(3)]
    demand = a_demand("1", 9, **{**place, "remaining": 120 * KG, "min_lot": 80 * KG})
    policy, seen = Policy(pooling=PoolingPolicy(members=9)), Seen()
    first = written_matches(outcome_of("apple", [*offers[:2], demand], policy, None), {}, seen)
    published = {item.key: item.digest for item in first}
    outcome = outcome_of("apple", [*offers, demand], policy, None)
    again = written_matches(outcome, published, seen)
    assert [item.value for item in again] == list(match_values(outcome))
    assert all(b'"members":3,"quantity":120000}' in (item.value or b"") for item in again)
