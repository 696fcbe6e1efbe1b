"""What `duijie simulate` makes of the records of a running stack."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from duijie_local.commands.simulate_topics import present
from duijie_matcher.domain import Order
from duijie_shared.events.policy import Policy, TiltPolicy
from duijie_shared.kafka.ports import Record
from order_records import (
    KG,
    NOW,
    order_id,
    order_record,
    snapshot,
    tick_record,
    tombstone_record,
    wire,
)


def policy_record(policy: Policy, offset: int = 0) -> Record:
    value, headers = wire(policy, "duijie.policy.v1", "policy")
    return Record("policy-v1", 0, offset, b"policy", value, headers)


def test_an_order_is_taken_as_it_was_posted() -> None:
    """With its whole quantity, though a deal has taken some, or all, and the newest version alone."""
    for status, remaining in (("partly_filled", 30 * KG), ("reserved", 0), ("closed", 0)):
        newest = snapshot("a", version=2, quantity=90 * KG, remaining=remaining, status=status)
        found = present([order_record(snapshot("a")), order_record(newest, 1)])
        (posting,) = found.postings
        assert (posting.order.version, posting.order.remaining, posting.until) == (2, 90 * KG, None)


@pytest.mark.parametrize(("hour", "day"), [(15, 20), (16, 21)])
def test_a_withdrawn_order_was_there_until_its_day(hour: int, day: int) -> None:
    """The day of its last record in Asia/Shanghai, where midnight is 16:00 UTC."""
    record = order_record(snapshot("a", status="withdrawn"), time=NOW.replace(hour=hour))
    (posting,) = present([record]).postings
    assert posting.until == dt.date(2026, 11, day)


def test_what_says_nothing_of_an_order_is_passed_over() -> None:
    """Ticks, tombstones and drafts; the order before a tombstone is gone with it."""
    records = [order_record(snapshot("a")), tick_record(3, NOW), order_record(snapshot("b", status="draft"))]
    assert [each.order.order_id for each in present(records).postings] == [order_id("a")]
    assert present([*records, tombstone_record("a", offset=1)]).postings == ()


def test_children_of_a_demand_for_a_category_know_their_family() -> None:
    """Their parent's id is the family whose quantity they share."""
    child = snapshot("a", side="demand", parent_id=order_id("parent"))
    assert present([order_record(child)]).postings[0].family == order_id("parent")


def test_what_cannot_be_read_is_counted_and_left_out() -> None:
    """No headers, an unknown product, a quantity beyond the arithmetic: the rest is replayed without them."""
    good = order_record(snapshot("a"))
    bad = [
        replace(good, key=b"other", headers=()),
        order_record(snapshot("b", product="unobtainium")),
        order_record(snapshot("c", quantity=10**12 + 1)),
    ]
    found = present([*bad, good])
    assert (len(found.postings), found.unread) == (1, 3)


def test_the_policy_in_force_is_the_newest() -> None:
    """Without a record it is the default."""
    changed = Policy(version=2, tilt=TiltPolicy(bonus=0.2))
    assert present([policy_record(Policy()), policy_record(changed, 1)]).policy == changed
    assert present([]).policy == Policy()


def test_the_order_of_records_of_different_orders_changes_nothing() -> None:
    """Partitions are read side by side; the postings are the same."""
    records = [
        order_record(snapshot(name, market=market)) for name, market in (("a", "potato"), ("b", "garlic"))
    ]
    assert present(records) == present(reversed(records))
    assert all(isinstance(each.order, Order) for each in present(records).postings)
