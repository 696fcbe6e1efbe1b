"""Days and hours."""

from __future__ import annotations

import datetime as dt

from duijie_catalog.clock import day_of
from duijie_catalog.clockwork import next_hour


def test_a_day_begins_at_midnight_in_shanghai() -> None:
    """16:00 UTC is the next day there, a second before is not."""
    assert day_of(dt.datetime(2026, 11, 23, 15, 59, 59, tzinfo=dt.UTC)) == dt.date(2026, 11, 23)
    assert day_of(dt.datetime(2026, 11, 23, 16, 0, 0, tzinfo=dt.UTC)) == dt.date(2026, 11, 24)


def test_ticks_fall_on_the_hour() -> None:
    """So that one falls on midnight in Shanghai; on the hour itself the next one is an hour away."""
    at = dt.datetime(2026, 11, 23, 15, 59, 59, tzinfo=dt.UTC)
    assert next_hour(at) == dt.datetime(2026, 11, 23, 16, 0, tzinfo=dt.UTC)
    assert next_hour(next_hour(at)) == dt.datetime(2026, 11, 23, 17, 0, tzinfo=dt.UTC)
