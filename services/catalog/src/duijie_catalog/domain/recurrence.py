"""On which days something comes again: calendar arithmetic over whole days in Asia/Shanghai, both ends included."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

LAST_DAY = dt.date(2100, 12, 31)
"""Where calendars without an end stop: no posting may name a later day."""

WEEK = dt.timedelta(7)


@dataclass(frozen=True, slots=True)
class Window:
    """The days in which the goods of one instance are needed. Its first day names the occurrence."""

    first: dt.date
    last: dt.date


@dataclass(frozen=True, slots=True)
class Weekly:
    """Every `every` weeks on these weekdays (ISO: 1 is Monday), for `needed_days` days each time.

    The week that `starts_on` lies in is the first; weeks begin on Monday.
    """

    every: int
    weekdays: tuple[int, ...]
    needed_days: int

    def beginning(self, first: dt.date, last: dt.date, starts_on: dt.date) -> Iterator[Window]:
        """The windows that begin from `first` to `last`, rising."""
        monday = _monday(starts_on)
        passed = max((_monday(first) - monday) // WEEK, 0)
        week = monday + WEEK * (passed - passed % self.every)
        while week <= last:
            for weekday in self.weekdays:
                day = week + dt.timedelta(weekday - 1)
                if first <= day <= last:
                    yield Window(day, day + dt.timedelta(self.needed_days - 1))
            week += WEEK * self.every


@dataclass(frozen=True, slots=True)
class Seasonal:
    """Every year from one (month, day) to another, over the year's end where the second comes earlier.

    29 February means the last day of February.
    """

    first: tuple[int, int]
    last: tuple[int, int]

    def beginning(self, first: dt.date, last: dt.date, _starts_on: dt.date) -> Iterator[Window]:
        """The windows that begin from `first` to `last`, rising."""
        for year in range(first.year, last.year + 1):
            day = _in_year(self.first, year)
            if first <= day <= last:
                yield Window(day, _in_year(self.last, year + (self.last < self.first)))


@dataclass(frozen=True, slots=True)
class Recurrence:
    """Which windows come, between two days, and how long before each one is opened.

    A window counts when it begins from `starts_on` to `ends_on` (None: without end); it may end later.
    """

    pattern: Weekly | Seasonal
    starts_on: dt.date
    ends_on: dt.date | None
    lead_days: int

    @property
    def term_days(self) -> int | None:
        """Days from the first to the last, both included; None without end."""
        return None if self.ends_on is None else (self.ends_on - self.starts_on).days + 1

    def beginning(self, first: dt.date, last: dt.date) -> Iterator[Window]:
        """The windows that begin from `first` to `last`, rising."""
        first, last = max(first, self.starts_on), min(last, self.ends_on or LAST_DAY)
        return self.pattern.beginning(first, last, self.starts_on)

    def due(self, today: dt.date) -> list[Window]:
        """The windows that should be open: `lead_days` before they begin, until they are over."""
        begun = self.beginning(today - LONGEST, today + dt.timedelta(self.lead_days))
        return [window for window in begun if window.last >= today]

    def ended(self, after: dt.date, before: dt.date) -> list[Window]:
        """The windows whose last day lies between the two, neither included."""
        return [window for window in self.beginning(after - LONGEST, before) if after < window.last < before]

    def to_come(self, today: dt.date, most: int) -> list[Window]:
        """The next windows that are not due yet, `most` at most."""
        return list(islice(self.beginning(today + dt.timedelta(self.lead_days + 1), LAST_DAY), most))

    def opens_on(self, window: Window) -> dt.date:
        """The day on which a window is opened."""
        return window.first - dt.timedelta(self.lead_days)


LONGEST = dt.timedelta(366)
"""No window is longer: a season is a year at most, and weekly ones are shorter by far."""


def whole_years(since: dt.date, day: dt.date) -> int:
    """How often the day of `since` has come round again by `day`; never below 0."""
    years = day.year - since.year - ((day.month, day.day) < (since.month, since.day))
    return max(years, 0)


def _monday(day: dt.date) -> dt.date:
    return day - dt.timedelta(day.weekday())


def _in_year(month_day: tuple[int, int], year: int) -> dt.date:
    month, day = month_day
    return dt.date(year, month, min(day, calendar.monthrange(year, month)[1]))
