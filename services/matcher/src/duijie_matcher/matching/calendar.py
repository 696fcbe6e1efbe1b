"""Days and moments as milliseconds since 1970. Days are Asia/Shanghai."""

from __future__ import annotations

import datetime as dt

MS_PER_DAY = 86_400_000
SHANGHAI_MS = 8 * 3_600_000
EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
EPOCH_DAY = dt.date(1970, 1, 1)


def milliseconds(moment: dt.datetime) -> int:
    """Milliseconds since 1970, rounded up; ValueError without a time zone."""
    if moment.tzinfo is None:
        raise ValueError("as_of needs a time zone")
    return -((EPOCH - moment) // dt.timedelta(milliseconds=1))


def day_start(day: dt.date) -> int:
    """Milliseconds since 1970 at 00:00 of a day in Asia/Shanghai (UTC+8 without exception since 1991)."""
    return (day - EPOCH_DAY).days * MS_PER_DAY - SHANGHAI_MS


def window_end(last: dt.date, *, booked: bool) -> int:
    """The last moment of a window (ms since 1970): 24:00 of its last day in Asia/Shanghai; a booking's is a millisecond
    before: a room for the 5th is none for the 6th, though goods may arrive at the midnight between them.
    """
    return day_start(last) + MS_PER_DAY - booked
