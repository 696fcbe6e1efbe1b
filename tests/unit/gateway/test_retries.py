"""When a webhook is tried again."""

from __future__ import annotations

import datetime as dt

import pytest
from duijie_gateway.domain.retries import (
    ATTEMPTS,
    GIVE_UP_AFTER,
    JITTER,
    MAX_RETRY_AFTER,
    gives_up,
    judge_status,
    next_attempt,
)
from hypothesis import given
from hypothesis import strategies as st

NOW = dt.datetime(2026, 11, 20, 8, tzinfo=dt.UTC)
SCHEDULE = [5, 300, 1_800, 7_200, 18_000, 36_000, 36_000]
chances = st.floats(0, 1, exclude_max=True)


def test_the_schedule_is_the_published_one() -> None:
    """At once, 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 10 h, and then no more: 27 h 35 min in all."""
    at, waits = NOW, []
    for attempt in range(1, ATTEMPTS):
        later = next_attempt(attempt, at, 0.0)
        assert later is not None
        waits.append((later - at).total_seconds())
        at = later
    assert waits == SCHEDULE
    assert next_attempt(ATTEMPTS, at, 0.0) is None
    assert at - NOW == dt.timedelta(hours=27, minutes=35, seconds=5)


@given(st.integers(1, ATTEMPTS - 1), chances)
def test_jitter_only_ever_adds_and_at_most_a_tenth(attempt: int, chance: float) -> None:
    """Whatever the chance."""
    later = next_attempt(attempt, NOW, chance)
    assert later is not None
    delay, least = (later - NOW).total_seconds(), SCHEDULE[attempt - 1]
    assert least <= delay <= least * (1 + JITTER)


def test_what_the_receiver_asks_for_makes_it_later_never_sooner_and_not_for_ever() -> None:
    """Retry-After below the schedule changes nothing, above it counts, up to a day."""

    def wait(seconds: int) -> float:
        later = next_attempt(1, NOW, 0.0, dt.timedelta(seconds=seconds))
        assert later is not None
        return (later - NOW).total_seconds()

    assert [wait(0), wait(5), wait(6), wait(86_400), wait(10**8)] == [5, 5, 6, 86_400, 86_400]
    assert dt.timedelta(days=1) == MAX_RETRY_AFTER


def test_a_redirect_is_a_failure_like_any_other() -> None:
    """2xx alone is a success."""
    codes = {
        200: None,
        204: None,
        299: None,
        199: "refused",
        301: "redirect",
        308: "redirect",
        399: "redirect",
    }
    codes |= {400: "refused", 410: "refused", 429: "refused", 500: "refused"}
    assert {status: judge_status(status) for status in codes} == codes


@pytest.mark.parametrize(
    ("later", "expected"), [(GIVE_UP_AFTER - dt.timedelta(seconds=1), False), (GIVE_UP_AFTER, True)]
)
def test_five_days_of_failure_end_an_endpoint(later: dt.timedelta, expected: bool) -> None:
    """Both sides of the limit."""
    assert gives_up(NOW, NOW + later) is expected
