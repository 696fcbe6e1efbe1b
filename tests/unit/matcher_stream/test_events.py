"""What is a record of `orders-v1`, and what goes to the dead letters instead."""

from __future__ import annotations

from dataclasses import replace

import pytest
from duijie_matcher.domain import order_of
from duijie_matcher.stream.events import OrderChanged, OrderRemoved, Ticked, order_from, read
from duijie_shared.events.codec import ContractError
from duijie_shared.events.topics import partition_for
from duijie_shared.kafka.ports import Record
from order_records import NOW, order_id, order_record, snapshot, tick_record, tombstone_record


def test_an_open_order_is_read_with_its_version_time_and_correlation_id() -> None:
    """An open order with something remaining arrives with its value, which is the matcher's order again."""
    order = snapshot("a", version=3)
    record = order_record(order, correlation_id="c-1")
    event = read(record)
    assert event == OrderChanged(order.order_id, 3, order.party_id, "potato", record.value, NOW, "c-1")
    assert order_from(record.value or b"") == order_of(order)


@pytest.mark.parametrize("closed", [{"status": "withdrawn"}, {"status": "closed"}, {"remaining": 0}])
def test_an_order_that_is_not_open_has_no_value(closed: dict[str, object]) -> None:
    """Whatever is not open, or has nothing remaining, is not in the book but keeps its version."""
    event = read(order_record(snapshot("a", version=2, **closed)))
    assert isinstance(event, OrderChanged)
    assert (event.value, event.version) == (None, 2)


def test_a_tombstone_needs_no_headers() -> None:
    """Compaction drops what a tombstone covers whatever its headers are, so the matcher does too."""
    assert read(tombstone_record("a")) == OrderRemoved(order_id("a"))


def test_the_tombstone_of_a_tick_says_nothing() -> None:
    """A tick's key is no order's id, and its removal no event."""
    assert read(Record("orders-v1", 4, 0, b"tick-4", None, ())) is None


def test_a_tick_is_read() -> None:
    """A tick in its own partition moves the clock."""
    assert read(tick_record(4, NOW)) == Ticked(NOW)


GOOD = order_record(snapshot("a"))


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        (replace(GOOD, value=b"\xff\xfe"), "duijie.order.v1"),
        (replace(GOOD, headers=()), "ce_specversion"),
        (replace(GOOD, key=b"another"), "the key is not the order's id"),
        (replace(GOOD, partition=(GOOD.partition + 1) % 12), "does not belong to partition"),
        (order_record(snapshot("a", product="unobtainium")), "unknown product"),
        (order_record(snapshot("a", quantity=10**12 + 1)), "a quantity is not within"),
        (
            order_record(
                snapshot("a", window_from=snapshot("a").window_to, window_to=snapshot("a").window_from)
            ),
            "ends",
        ),
        (replace(tick_record(4, NOW), partition=5), "the tick of partition 4 is in partition 5"),
        (tick_record(4, NOW.replace(tzinfo=None)), "no time zone"),
        (Record("orders-v1", 0, 0, b"not-an-id", None, ()), "not an order's id"),
        (Record("orders-v1", 0, 0, b"\xff", None, ()), "not an order's id"),
        (Record("orders-v1", 0, 0, None, None, ()), "not an order's id"),
    ],
)
def test_what_breaks_the_contract_is_refused_with_its_reason(record: Record, reason: str) -> None:
    """Nothing that one clearing would fall over gets into a book."""
    with pytest.raises(ContractError, match=reason):
        read(record)


def test_the_largest_quantity_is_still_read() -> None:
    """The other side of the limit."""
    order = snapshot("a", quantity=10**12)
    assert read(order_record(order)) is not None
    assert order_record(order).partition == partition_for("potato")
