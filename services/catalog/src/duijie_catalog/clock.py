"""Time as catalog uses it. Processes pass a clock in; nothing below asks the machine for the time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

Clock = Callable[[], dt.datetime]

SHANGHAI = dt.timezone(dt.timedelta(hours=8), "Asia/Shanghai")
"""Days are whole days of this offset; China has had no daylight saving time since 1991."""


def utc_now() -> dt.datetime:
    """The system's clock."""
    return dt.datetime.now(dt.UTC)


def day_of(instant: dt.datetime) -> dt.date:
    """The day in Asia/Shanghai."""
    return instant.astimezone(SHANGHAI).date()
