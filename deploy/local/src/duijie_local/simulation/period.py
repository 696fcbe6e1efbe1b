"""The days of a replay."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

SHANGHAI = dt.timezone(dt.timedelta(hours=8))
LONGEST_DAYS = 366
"""A year, leap years too: every day clears every market anew, and no season is longer."""


class PeriodError(ValueError):
    """Days that are no period; the reason in both languages."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh, self.en = zh, en


@dataclass(frozen=True, slots=True)
class Period:
    """Days in Asia/Shanghai, both included.

    Raises
    ------
    PeriodError
        When the last day is before the first, or there are more than `LONGEST_DAYS`.
    """

    first: dt.date
    last: dt.date

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise PeriodError(
                f"最后一天 {self.last} 早于第一天 {self.first}",
                f"the last day {self.last} is before the first, {self.first}",
            )
        if len(self) > LONGEST_DAYS:
            raise PeriodError(
                f"{len(self)} 天过长, 最多 {LONGEST_DAYS} 天",
                f"{len(self)} days are too many, {LONGEST_DAYS} at the most",
            )

    def __len__(self) -> int:
        return (self.last - self.first).days + 1

    def __iter__(self) -> Iterator[dt.date]:
        return days_of(self.first, self.last)


def days_of(first: dt.date, last: dt.date) -> Iterator[dt.date]:
    """The days from `first` to `last`, both included."""
    return (first + dt.timedelta(days) for days in range((last - first).days + 1))


def midnight(day: dt.date) -> dt.datetime:
    """00:00 of a day in Asia/Shanghai: the moment of its clearing."""
    return dt.datetime.combine(day, dt.time(), SHANGHAI)
