"""Fields that say when a standing demand comes again <-> its recurrence."""

from __future__ import annotations

import datetime as dt
import re

from duijie_shared.posting.fields import Fields

from duijie_catalog.domain.recurrence import Recurrence, Seasonal, Weekly

WEEKLY_FIELDS = ("every_weeks", "weekdays", "needed_days")
SEASON_FIELDS = ("season_from", "season_to")
RECURRENCE_FIELDS = ("repeats", *WEEKLY_FIELDS, *SEASON_FIELDS, "starts_on", "ends_on", "lead_days")

REPEATS = {
    "weekly": "weekly",
    "每周": "weekly",
    "seasonal": "seasonal",
    "每季": "seasonal",
    "按季": "seasonal",
}
WEEKDAYS = {
    word: number
    for number, words in enumerate(
        (
            ("mon", "monday", "周一", "星期一"), ("tue", "tuesday", "周二", "星期二"),
            ("wed", "wednesday", "周三", "星期三"), ("thu", "thursday", "周四", "星期四"),
            ("fri", "friday", "周五", "星期五"), ("sat", "saturday", "周六", "星期六"),
            ("sun", "sunday", "周日", "星期日"),
        ),
        1,
    )
    for word in (str(number), *words)
}  # fmt: skip
MONTH_DAY = re.compile(r"(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])")

MOST_WEEKS = 52
MOST_NEEDED_DAYS = 31
"""A window that comes every week is no longer than a month; what is needed longer is a season."""
MOST_LEAD_DAYS = 180
DEFAULT_LEAD_DAYS = 14
MOST_YEARS = 20


def recurrence_fields(of: Recurrence) -> dict[str, object]:
    """The fields that a recurrence was posted as."""
    pattern: dict[str, object]
    match of.pattern:
        case Weekly(every, weekdays, needed_days):
            pattern = {
                "repeats": "weekly",
                "every_weeks": every,
                "weekdays": list(weekdays),
                "needed_days": needed_days,
            }
        case Seasonal(first, last):
            pattern = {"repeats": "seasonal", "season_from": month_day(first), "season_to": month_day(last)}
    return {
        **pattern,
        "starts_on": of.starts_on.isoformat(),
        "ends_on": of.ends_on and of.ends_on.isoformat(),
        "lead_days": of.lead_days,
    }


def month_day(of: tuple[int, int]) -> str:
    """(9, 15) as `09-15`."""
    return f"{of[0]:02}-{of[1]:02}"


def month_day_of(text: str) -> tuple[int, int]:
    """`09-15` as (9, 15). ValueError for what is no day of any year."""
    found = MONTH_DAY.fullmatch(text)
    if found is None:
        raise ValueError(text)
    day = dt.date(2024, int(found[1]), int(found[2]))  # a leap year, which has them all
    return day.month, day.day


def parse_recurrence(read: Fields, today: dt.date) -> Recurrence | None:
    """When it comes again; None where a field was refused."""
    read.require("repeats", "starts_on")
    repeats = read.choice("repeats", REPEATS)
    pattern: Weekly | Seasonal | None = None
    if repeats == "weekly":
        _refuse_given(read, SEASON_FIELDS, "只用于每季", "belongs to a season, not to weeks")
        pattern = _weekly(read)
    elif repeats == "seasonal":
        _refuse_given(read, WEEKLY_FIELDS, "只用于每周", "belongs to weeks, not to a season")
        pattern = _seasonal(read)
    starts_on, ends_on = read.date("starts_on"), read.date("ends_on")
    lead_days = _whole(read, "lead_days", least=0, most=MOST_LEAD_DAYS, default=DEFAULT_LEAD_DAYS)
    if pattern is None or starts_on is None or lead_days is None:
        return None
    if (ends_on is None) == read.has("ends_on"):
        return None
    if ends_on is not None and not _check_term(read, starts_on, ends_on, today):
        return None
    found = Recurrence(pattern, starts_on, ends_on, lead_days)
    if not found.due(today) and not found.to_come(today, 1):
        read.refuse(
            "repeats",
            "never-comes",
            "在此期限内没有未到期的日期",
            "never comes within the term from today on",
        )
    return found


def _check_term(read: Fields, starts_on: dt.date, ends_on: dt.date, today: dt.date) -> bool:
    if ends_on < starts_on:
        read.refuse("ends_on", "window-reversed", "不能早于 starts_on", "is before starts_on")
    elif ends_on < today:
        read.refuse("ends_on", "window-over", "期限已经结束", "the term is already over")
    elif ends_on.year - starts_on.year > MOST_YEARS:
        read.refuse(
            "ends_on", "out-of-range", f"期限最长 {MOST_YEARS} 年", f"is more than {MOST_YEARS} years on"
        )
    else:
        return True
    return False


def _weekly(read: Fields) -> Weekly | None:
    read.require("weekdays", "needed_days")
    every = _whole(read, "every_weeks", least=1, most=MOST_WEEKS, default=1)
    needed_days = _whole(read, "needed_days", least=1, most=MOST_NEEDED_DAYS)
    weekdays = {word: WEEKDAYS.get(word.lower()) for word in read.items("weekdays")}
    for word in (word for word, number in weekdays.items() if number is None):
        read.refuse(
            "weekdays",
            "not-an-option",
            f"“{word}”应为 1 (周一) 到 7 (周日)",
            f"{word!r} must be 1 (Monday) to 7 (Sunday)",
        )
    numbers = tuple(sorted({number for number in weekdays.values() if number is not None}))
    if every is None or needed_days is None or not numbers:
        return None
    return Weekly(every, numbers, needed_days)


def _seasonal(read: Fields) -> Seasonal | None:
    read.require(*SEASON_FIELDS)
    found = []
    for name in SEASON_FIELDS:
        text = read.text(name)
        if text is None:
            continue
        try:
            found.append(month_day_of(text))
        except ValueError:
            read.refuse(name, "not-a-month-day", "应为 MM-DD 格式的日子", "must be a day of the year, MM-DD")
    return Seasonal(found[0], found[1]) if len(found) == len(SEASON_FIELDS) else None


def _refuse_given(read: Fields, names: tuple[str, ...], zh: str, en: str) -> None:
    for name in names:
        if read.has(name):
            read.refuse(name, "other-pattern", zh, en)


def _whole(read: Fields, name: str, *, least: int, most: int, default: int | None = None) -> int | None:
    if not read.has(name):
        return default
    value = read.number(name)
    if value is None:
        return None
    if value != value.to_integral_value() or not least <= value <= most:
        read.refuse(
            name,
            "out-of-range",
            f"应为 {least} 到 {most} 的整数",
            f"must be a whole number, {least} to {most}",
        )
        return None
    return int(value)
