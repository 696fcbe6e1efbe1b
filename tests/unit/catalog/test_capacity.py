"""What a capacity allows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from duijie_catalog.domain.capacity import Capacity
from duijie_catalog.domain.errors import ClosedError, FullError
from duijie_shared.posting import CapacityTerms, PostingError

LATER = dt.datetime(2026, 11, 24, 4, 0, tzinfo=dt.UTC)


def test_a_capacity_is_amended_while_it_is_open(
    capacity: Callable[..., Capacity], capacity_terms: Callable[..., CapacityTerms]
) -> None:
    """Other terms make the next version, the same ones none."""
    made = capacity()
    assert made.amend(capacity_terms(), LATER) is made
    assert made.amend(capacity_terms(fee=130), LATER).version == 2


def test_a_withdrawn_capacity_is_not_amended(
    capacity: Callable[..., Capacity], capacity_terms: Callable[..., CapacityTerms]
) -> None:
    """It says that it is withdrawn."""
    with pytest.raises(ClosedError, match="withdrawn"):
        capacity().withdraw(LATER).amend(capacity_terms(fee=130), LATER)


def test_the_snapshot_is_in_contract_integers(capacity: Callable[..., Capacity]) -> None:
    """8 t a day at 120 CNY per t are 8,000,000 g and 0.12 CNY per kg."""
    snapshot = capacity(note="电话 13800000000").snapshot()
    assert (snapshot.throughput_per_day, snapshot.fee) == (8_000_000, 120_000)
    assert "138" not in snapshot.model_dump_json()


FIRST, LAST = dt.date(2026, 11, 26), dt.date(2026, 11, 28)


@pytest.fixture
def store(capacity: Callable[..., Capacity]) -> Capacity:
    """A cold store that takes 8 t a day."""
    return capacity(activity="cold_storage")


def test_a_span_of_days_is_booked_up_to_the_throughput(store: Capacity) -> None:
    """Each booking is a version; the last gram of a day can be had, one more cannot, and then nothing is booked."""
    booked = store.book(FIRST, LAST, 5_000_000, LATER).book(LAST, LAST, 3_000_000, LATER)
    assert booked.version == 3
    assert list(booked.remaining(FIRST, LAST).values()) == [3_000_000, 3_000_000, 0]
    with pytest.raises(FullError, match="2026-11-28") as refused:
        booked.book(FIRST, LAST, 1, LATER)
    assert refused.value.remaining == 0
    assert [each.quantity for each in booked.snapshot().booked] == [5_000_000, 5_000_000, 8_000_000]


def test_what_is_unbooked_is_there_again(store: Capacity) -> None:
    """Day by day; a day of which nothing is booked is no longer named, and what is not booked cannot be given back."""
    booked = store.book(FIRST, LAST, 5_000_000, LATER).book(LAST, LAST, 3_000_000, LATER)
    left = booked.unbook(FIRST, LAST, 5_000_000, LATER)
    assert left.booked == ((LAST, 3_000_000),)
    with pytest.raises(ValueError, match="no booking"):
        left.unbook(FIRST, LAST, 1, LATER)


@pytest.mark.parametrize("day", [dt.date(2026, 11, 24), dt.date(2027, 1, 21)])
def test_a_day_outside_the_window_has_nothing_left(store: Capacity, day: dt.date) -> None:
    """On either end; the window's own first and last day can be booked."""
    with pytest.raises(FullError):
        store.book(day, day, 1, LATER)
    for edge in (store.terms.available_from, store.terms.available_to):
        store.book(edge, edge, 8_000_000, LATER)


def test_only_storage_takes_a_span(capacity: Callable[..., Capacity], store: Capacity) -> None:
    """Any other activity takes a lot in on one day; a span never runs backwards and never beyond a year."""
    grading = capacity()
    assert grading.takes(FIRST, FIRST)
    assert not grading.takes(FIRST, LAST)
    assert store.takes(FIRST, FIRST + dt.timedelta(365))
    assert not store.takes(FIRST, FIRST + dt.timedelta(366))
    assert not store.takes(LAST, FIRST)
    with pytest.raises(ValueError, match="grading"):
        grading.book(FIRST, LAST, 1, LATER)


def test_a_closed_capacity_takes_no_booking_and_gives_back_what_it_has(store: Capacity) -> None:
    """Deals that stand keep their days."""
    closed = store.book(FIRST, LAST, 5_000_000, LATER).withdraw(LATER)
    with pytest.raises(ClosedError):
        closed.book(FIRST, LAST, 1, LATER)
    assert set(closed.remaining(FIRST, LAST).values()) == {0}
    assert closed.unbook(FIRST, LAST, 5_000_000, LATER).booked == ()


@pytest.mark.parametrize(
    ("changes", "field", "told"),
    [
        ({"throughput_per_day": 4.999}, "throughput_per_day", "5 t"),
        ({"available_from": "2026-11-27"}, "available_from", "2026-11-26"),
        ({"available_to": "2026-11-27"}, "available_to", "2026-11-28"),
        ({"activity": "precooling"}, "activity", "booked"),
        ({"temperature": "frozen"}, "temperature", "booked"),
    ],
)
def test_an_amendment_keeps_what_is_booked(
    store: Capacity,
    capacity_terms: Callable[..., CapacityTerms],
    changes: dict[str, object],
    field: str,
    told: str,
) -> None:
    """Less than is booked, a window without a booked day, another kind: refused, naming the day."""
    booked = store.book(FIRST, LAST, 5_000_000, LATER)
    with pytest.raises(PostingError) as refused:
        booked.amend(capacity_terms(**({"activity": "cold_storage"} | changes)), LATER)
    (error,) = refused.value.errors
    assert (error.field, bool(error.zh)) == (field, True)
    assert told in error.en


def test_an_amendment_down_to_what_is_booked_is_taken(
    store: Capacity, capacity_terms: Callable[..., CapacityTerms]
) -> None:
    """And days that are over bind nobody."""
    booked = store.book(FIRST, LAST, 5_000_000, LATER)
    terms = capacity_terms(
        activity="cold_storage", throughput_per_day=5, available_from="2026-11-26", available_to="2026-11-28"
    )
    assert set(booked.amend(terms, LATER).remaining(FIRST, LAST).values()) == {0}
    midnight = dt.datetime(2026, 11, 28, 16, 0, tzinfo=dt.UTC)  # in Shanghai: the last booked day is over
    assert booked.amend(capacity_terms(throughput_per_day=1), midnight).version == 3
    with pytest.raises(PostingError, match="2026-11-28"):
        booked.amend(
            capacity_terms(activity="cold_storage", throughput_per_day=1), midnight - dt.timedelta(seconds=1)
        )
