"""Which days a standing demand falls on, against an independent calendar."""

from __future__ import annotations

import datetime as dt

import pytest
from dateutil.rrule import MO, WEEKLY, rrule
from duijie_catalog.domain.recurrence import LAST_DAY, Recurrence, Seasonal, Weekly, Window, whole_years
from hypothesis import given
from hypothesis import strategies as st

D = dt.date
days = st.dates(D(2023, 12, 1), D(2033, 3, 31))
spans = st.tuples(days, st.integers(0, 900)).map(lambda pair: (pair[0], pair[0] + dt.timedelta(pair[1])))
weekdays = st.sets(st.integers(1, 7), min_size=1).map(lambda found: tuple(sorted(found)))
month_days = st.dates(D(2024, 1, 1), D(2024, 12, 31)).map(lambda day: (day.month, day.day))


def noon(day: dt.date) -> dt.datetime:
    """A moment of that day."""
    return dt.datetime.combine(day, dt.time(12))


def weekly(**changes: object) -> Recurrence:
    """Mondays and Thursdays of the first quarter of 2027, needed for three days, opened a week before."""
    values: dict[str, object] = {
        "pattern": Weekly(1, (1, 4), 3), "starts_on": D(2027, 1, 4), "ends_on": D(2027, 3, 29), "lead_days": 7,
    }  # fmt: skip
    return Recurrence(**(values | changes))  # type: ignore[arg-type]


@given(spans, st.integers(1, 9), weekdays, st.integers(1, 31), spans)
def test_weekly_days_are_those_of_an_independent_calendar(
    span: tuple[D, D], every: int, on: tuple[int, ...], length: int, asked: tuple[D, D]
) -> None:
    """Whatever the interval, the weekdays and the part that is asked for; both ends of the term belong to it."""
    recurrence = Recurrence(Weekly(every, on, length), *span, 0)
    found = list(recurrence.beginning(*asked))
    rule = rrule(
        WEEKLY, interval=every, byweekday=[day - 1 for day in on], wkst=MO,
        dtstart=noon(span[0]), until=noon(span[1]),
    )  # fmt: skip
    expected = [day.date() for day in rule if asked[0] <= day.date() <= asked[1]]
    assert [window.first for window in found] == expected
    assert {(window.last - window.first).days + 1 for window in found} <= {length}


@given(month_days, month_days, spans)
def test_a_season_comes_once_in_every_year(
    first: tuple[int, int], last: tuple[int, int], span: tuple[D, D]
) -> None:
    """On its day of every year of the term, and ends on its day of that year or the next: never later than a year."""
    recurrence = Recurrence(Seasonal(first, last), *span, 0)
    expected = []
    for number in range((span[1] - span[0]).days + 1):
        day = span[0] + dt.timedelta(number)
        leap_short = first == (2, 29) and (day.month, day.day) == (2, 28) and not _leap(day.year)
        if (day.month, day.day) == first or leap_short:
            expected.append(day)
    found = list(recurrence.beginning(*span))
    assert [window.first for window in found] == expected
    for window in found:
        assert 0 <= (window.last - window.first).days <= 365
        assert (window.last.month, window.last.day) in {last, (2, 28) if last == (2, 29) else last}


@given(spans, weekdays, st.integers(1, 31), st.integers(0, 180), days)
def test_due_are_exactly_the_windows_that_have_opened_and_are_not_over(
    span: tuple[D, D], on: tuple[int, ...], length: int, lead: int, today: D
) -> None:
    """And those to come are all the others that lie ahead: no window is in both or in neither."""
    recurrence = Recurrence(Weekly(1, on, length), *span, lead)
    every_one = list(recurrence.beginning(D.min + dt.timedelta(1), LAST_DAY))
    due = recurrence.due(today)
    assert due == [w for w in every_one if recurrence.opens_on(w) <= today <= w.last]
    assert recurrence.to_come(today, 10_000) == [w for w in every_one if recurrence.opens_on(w) > today]
    assert recurrence.to_come(today, 2) == recurrence.to_come(today, 10_000)[:2]


@given(spans, month_days, month_days, spans)
def test_what_has_ended_is_counted_once_whatever_the_steps(
    span: tuple[D, D], first: tuple[int, int], last: tuple[int, int], asked: tuple[D, D]
) -> None:
    """Day by day, or all at once after a long absence: the same windows."""
    recurrence = Recurrence(Seasonal(first, last), *span, 0)
    after, before = asked[0], asked[1] + dt.timedelta(1)
    steps = range((before - after).days)
    one = dt.timedelta(1)
    stepwise = [w for n in steps for w in recurrence.ended(after + one * n - one, after + one * (n + 1))]
    assert recurrence.ended(after - one, before) == stepwise


@pytest.mark.parametrize(
    ("today", "due"),
    [
        (D(2026, 12, 27), []),
        (D(2026, 12, 28), [D(2027, 1, 4)]),
        (D(2026, 12, 31), [D(2027, 1, 4), D(2027, 1, 7)]),
        (D(2027, 1, 6), [D(2027, 1, 4), D(2027, 1, 7), D(2027, 1, 11)]),
        (D(2027, 1, 7), [D(2027, 1, 7), D(2027, 1, 11), D(2027, 1, 14)]),
        (D(2027, 3, 31), [D(2027, 3, 29)]),
        (D(2027, 4, 1), []),
    ],
)
def test_a_window_opens_its_days_ahead_and_ends_with_its_last_day(today: D, due: list[D]) -> None:
    """On the seventh day before, not on the eighth; on the third day of the window, not on the fourth."""
    assert [window.first for window in weekly().due(today)] == due


def test_seasons_over_the_years_end_and_in_leap_years() -> None:
    """15 December to 29 February ends on the 28th, and on the 29th where there is one."""
    recurrence = Recurrence(Seasonal((12, 15), (2, 29)), D(2026, 1, 1), D(2028, 12, 15), 0)
    assert list(recurrence.beginning(D(2026, 1, 1), LAST_DAY)) == [
        Window(D(2026, 12, 15), D(2027, 2, 28)),
        Window(D(2027, 12, 15), D(2028, 2, 29)),
        Window(D(2028, 12, 15), D(2029, 2, 28)),
    ]


def test_without_an_end_it_goes_on() -> None:
    """Until the last day that a posting may name."""
    endless = weekly(ends_on=None)
    assert endless.term_days is None
    assert endless.to_come(D(2099, 12, 31), 1)[0].first == D(2100, 1, 11)
    assert len(endless.to_come(D(2100, 12, 20), 10)) == 1


@pytest.mark.parametrize(("ends_on", "days_"), [(D(2027, 1, 4), 1), (D(2029, 1, 3), 731)])
def test_both_ends_belong_to_the_term(ends_on: D, days_: int) -> None:
    """A term of one day is one day long; 2028 has a day more."""
    assert weekly(ends_on=ends_on).term_days == days_


@pytest.mark.parametrize(
    ("day", "years"),
    [(D(2027, 2, 27), 0), (D(2029, 2, 27), 0), (D(2029, 3, 1), 1), (D(2032, 2, 28), 3), (D(2032, 2, 29), 4)],
)
def test_a_year_is_whole_when_its_day_comes_round(day: D, years: int) -> None:
    """One that began on 29 February comes round on 1 March; before it began no year is counted."""
    assert whole_years(D(2028, 2, 29), day) == years


def _leap(year: int) -> bool:
    return dt.date(year, 12, 31).timetuple().tm_yday == 366
