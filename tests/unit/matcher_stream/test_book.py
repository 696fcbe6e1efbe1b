"""The book depends on what was said, not on how often or in which order."""

from __future__ import annotations

import datetime as dt
import random

from duijie_matcher.stream.book import Book
from duijie_matcher.stream.events import order_from, read
from duijie_shared.kafka.ports import Record
from hypothesis import given
from hypothesis import strategies as st
from order_records import NOW, order_id, order_record, snapshot, tick_record, tombstone_record

HOUR = dt.timedelta(hours=1)


def apply(book: Book, record: Record) -> set[str]:
    """Read a record into the book."""
    event = read(record)
    return set() if event is None else book.apply(event)


def held(book: Book) -> dict[str, set[tuple[object, int]]]:
    """What the book holds: markets with their open orders and versions."""
    return {
        market: {(order.order_id, order.version) for order in map(order_from, book.orders(market))}
        for market in book.markets
    }


def test_a_newer_version_replaces_and_an_older_or_equal_one_changes_nothing() -> None:
    """Stale versions are ignored on both sides of the limit: one below, and the same."""
    book = Book()
    assert apply(book, order_record(snapshot("a", version=2))) == {"potato"}
    assert apply(book, order_record(snapshot("a", version=2, price=9))) == set()
    assert apply(book, order_record(snapshot("a", version=1, price=9))) == set()
    assert apply(book, order_record(snapshot("a", version=3, price=9))) == {"potato"}
    assert held(book) == {"potato": {(order_id("a"), 3)}}
    assert len(book) == 1


def test_a_closed_order_is_not_reopened_by_what_came_late() -> None:
    """Closing is remembered, so that the version before it does not bring the order back."""
    book = Book()
    assert apply(book, order_record(snapshot("a", version=2, status="withdrawn"))) == set()
    assert apply(book, order_record(snapshot("a", version=1))) == set()
    assert held(book) == {}


def test_closing_and_tombstones_dirty_the_market_only_if_the_order_was_open() -> None:
    """What was not in the book cannot change its matches."""
    book = Book()
    apply(book, order_record(snapshot("a")))
    assert apply(book, order_record(snapshot("a", version=2, remaining=0))) == {"potato"}
    assert apply(book, order_record(snapshot("a", version=3, status="closed"))) == set()
    assert apply(book, tombstone_record("a")) == set()
    apply(book, order_record(snapshot("b")))
    assert apply(book, tombstone_record("b")) == {"potato"}


def test_a_tombstone_makes_an_order_unknown() -> None:
    """After compaction nobody could know the versions before a tombstone, so they do not count after it."""
    book = Book()
    apply(book, order_record(snapshot("a", version=5)))
    apply(book, tombstone_record("a"))
    assert apply(book, order_record(snapshot("a", version=1))) == {"potato"}


def test_only_a_newer_tick_moves_the_clock() -> None:
    """A tick touches every market with open orders; an older or equal one nothing."""
    partition = order_record(snapshot("a")).partition
    book = Book()
    apply(book, order_record(snapshot("a")))
    assert apply(book, tick_record(partition, NOW)) == {"potato"}
    assert apply(book, tick_record(partition, NOW)) == set()
    assert apply(book, tick_record(partition, NOW - HOUR)) == set()
    assert apply(book, tick_record(partition, NOW + HOUR)) == {"potato"}
    assert book.as_of == NOW + HOUR


def test_the_latest_event_time_never_goes_back() -> None:
    """It stands in for the clock before the first tick."""
    book = Book()
    apply(book, order_record(snapshot("a"), time=NOW))
    apply(book, order_record(snapshot("b"), time=NOW - HOUR))
    assert book.latest == NOW


@given(
    versions=st.lists(
        st.tuples(st.sampled_from("abcd"), st.integers(1, 6), st.sampled_from(["open", "withdrawn"])),
        max_size=30,
    ),
    seed=st.integers(0, 2**32),
)
def test_duplicates_and_order_of_arrival_do_not_matter(
    versions: list[tuple[str, int, str]], seed: int
) -> None:
    """Any shuffle of the records, with any of them repeated, gives the same book."""
    # A version is what its order said then: one content each.
    said = {(name, version): status for name, version, status in versions}
    records = [
        order_record(snapshot(name, version=version, status=status))
        for (name, version), status in said.items()
    ]
    shuffled = records + records[: len(records) // 2]
    random.Random(seed).shuffle(shuffled)
    once, again = Book(), Book()
    for record in records:
        apply(once, record)
    for record in shuffled:
        apply(again, record)
    assert held(once) == held(again)
