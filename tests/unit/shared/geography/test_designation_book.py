"""Editions of lists: each holds from its day until the next, and what held before keeps holding for its time."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from duijie_shared.geography import (
    DesignationBook,
    ListEdition,
    ListEntry,
    counties,
    designations,
    shipped_editions,
)
from duijie_shared.geography.designation_book import Holds
from duijie_shared.geography.designation_json import edition_from_json, edition_to_json
from hypothesis import given
from hypothesis import strategies as st

WEINING, NAYONG, SHOUGUANG = "520526", "520525", "370783"
DAY = dt.timedelta(days=1)


def entry(county: str, first: dt.date | None = None, last: dt.date | None = None) -> ListEntry:
    return ListEntry(county, county, "", first, last)


def edition(
    *entries: ListEntry,
    code: str = "made",
    start: dt.date | None = None,
    end: dt.date | None = None,
    holds: Holds = "while_valid",
) -> ListEdition:
    return ListEdition(code, "某名录", "made list", "test", holds, True, start, end, entries)


def on(year: int, month: int = 1, day: int = 1) -> dt.date:
    return dt.date(year, month, day)


@pytest.mark.parametrize("day", [on(2016, 6), on(2020, 12, 31), on(2021), on(2026, 11, 23), on(2030)])
def test_the_shipped_lists_mean_what_they_meant(day: dt.date) -> None:
    """As first editions they designate the same counties on every day as `designations()` does."""
    book = DesignationBook(shipped_editions())
    for county in counties():
        assert book.of(county.code, day) == designations().of(county.code, day), county.code


def test_a_new_edition_replaces_the_list_from_its_day_on() -> None:
    """威宁 until the day before, 纳雍 from the day; the past does not change."""
    book = DesignationBook([edition(entry(WEINING)), edition(entry(NAYONG), start=on(2027, 3))])
    before, from_then = on(2027, 3) - DAY, on(2027, 3)
    assert (book.of(WEINING, before), book.of(NAYONG, before)) == (("made",), ())
    assert (book.of(WEINING, from_then), book.of(NAYONG, from_then)) == ((), ("made",))


def test_an_ended_list_names_nobody_from_its_end_on() -> None:
    """Ending is an edition without entries; the list keeps its title and its past."""
    book = DesignationBook([edition(entry(WEINING))])
    ended = DesignationBook([edition(entry(WEINING)), book.ending("made", on(2027, 3), "notice of 2027")])
    assert ended.of(WEINING, on(2027, 2, 28)) == ("made",)
    assert ended.of(WEINING, on(2027, 3)) == ()
    assert ended.title("made", "zh") == "某名录"
    assert ended.title("made", "en") == "made list"
    assert [len(ended.lists(day)) for day in (on(2027, 2, 28), on(2027, 3))] == [1, 0]
    with pytest.raises(KeyError):
        book.ending("no-list", on(2027), "")


def test_both_ends_of_an_edition_are_included() -> None:
    """From 1 January to 30 June, and nothing follows by itself."""
    book = DesignationBook([edition(entry(WEINING), start=on(2027), end=on(2027, 6, 30))])
    days = [on(2026, 12, 31), on(2027), on(2027, 6, 30), on(2027, 7)]
    assert [bool(book.of(WEINING, day)) for day in days] == [False, True, True, False]
    assert book.edition("made", on(2027, 7)) is None
    assert book.edition("other", on(2027)) is None


def test_days_of_an_entry_count_only_while_valid() -> None:
    """In a list of those once listed every entry holds throughout the edition."""
    spell = entry(WEINING, on(2027, 2), on(2027, 2, 28))
    days = [on(2027, 1, 31), on(2027, 2), on(2027, 2, 28), on(2027, 3)]
    dated = DesignationBook([edition(spell)])
    once = DesignationBook([edition(spell, holds="ever", start=on(2027, 2))])
    assert [bool(dated.of(WEINING, day)) for day in days] == [False, True, True, False]
    assert [bool(once.of(WEINING, day)) for day in days] == [False, True, True, True]


def test_of_two_editions_of_a_day_the_later_upload_counts() -> None:
    """A correction of the same day replaces what it corrects, wholly."""
    book = DesignationBook([edition(entry(WEINING), start=on(2027)), edition(entry(NAYONG), start=on(2027))])
    assert (book.of(WEINING, on(2027)), book.of(NAYONG, on(2027))) == ((), ("made",))
    assert book.facts(WEINING) == ()


def test_the_order_of_uploads_does_not_matter_otherwise() -> None:
    """An edition of 2026 that is uploaded after that of 2027 still ends with it."""
    late = edition(entry(WEINING), start=on(2026))
    book = DesignationBook([edition(entry(NAYONG), start=on(2027)), late])
    assert book.of(WEINING, on(2026, 12, 31)) == ("made",)
    assert book.of(WEINING, on(2027)) == ()
    assert book.title("made", "en") == "made list"


def test_facts_say_who_stated_what_for_which_time() -> None:
    """Each entry with its edition, whose last day is the one before the next."""
    first, second = edition(entry(WEINING)), edition(entry(WEINING), start=on(2027), end=on(2027, 12, 31))
    facts = DesignationBook([first, second]).facts(WEINING)
    assert [(fact.first_day, fact.last_day) for fact in facts] == [
        (None, on(2026, 12, 31)),
        (on(2027), on(2027, 12, 31)),
    ]
    assert {fact.edition.source for fact in facts} == {"test"}


def test_uploaded_lists_stand_beside_the_shipped_ones() -> None:
    """A list of one's own comes after them; replacing one leaves the others."""
    own = edition(entry(WEINING), entry(SHOUGUANG), code="our-list", start=on(2027))
    book = DesignationBook([*shipped_editions(), own])
    assert book.of(WEINING, on(2027)) == ("cn-832", "cn-key-160", "our-list")
    assert book.of(SHOUGUANG, on(2027)) == ("our-list",)
    replaced = DesignationBook(
        [*shipped_editions(), edition(entry(SHOUGUANG), code="cn-key-160", start=on(2027))]
    )
    assert replaced.of(WEINING, on(2027)) == ("cn-832",)
    assert replaced.of(WEINING, on(2026, 12, 31)) == ("cn-832", "cn-key-160")


def test_what_an_upload_changes() -> None:
    """The counties whose designations differ, and the day on which to look again."""
    old = DesignationBook([edition(entry(WEINING), entry(NAYONG))])
    new = DesignationBook(
        [edition(entry(WEINING), entry(NAYONG)), edition(entry(NAYONG), entry(SHOUGUANG), start=on(2027))]
    )
    assert old.differing(new, on(2027), on(2027)) == (SHOUGUANG, WEINING)
    assert old.differing(new, on(2026), on(2026)) == ()
    assert new.changed(on(2026, 12, 31), on(2027)) == (SHOUGUANG, WEINING)
    assert new.next_change(on(2026, 12, 31)) == on(2027)
    assert new.next_change(on(2027)) is None


@given(
    st.lists(
        st.tuples(
            st.dates(on(2026), on(2026, 2)),
            st.integers(0, 20),
            st.sampled_from([WEINING, NAYONG]),
            st.booleans(),
        ),
        max_size=5,
    )
)
def test_nothing_changes_between_the_days_of_change(rows: list[tuple[dt.date, int, str, bool]]) -> None:
    """Whoever wakes on `next_change` alone misses nothing."""
    book = DesignationBook(
        edition(
            entry(county, start, start + days * DAY), start=start, end=start + days * DAY if ends else None
        )
        for start, days, county, ends in rows
    )
    day = on(2025, 12, 31)
    while day < on(2026, 4):
        following = book.next_change(day) or on(2026, 4)
        between = [day + DAY * step for step in range((min(following, on(2026, 4)) - day).days)]
        assert all(book.changed(day, other) == () for other in between)
        day = following


def test_former_codes_stand_for_their_county() -> None:
    """郧县 420321 is 郧阳区 420304; a split code and an unknown one have none."""
    book = DesignationBook([edition(entry("420304"), entry("341502"))])
    assert book.of("420321", on(2026)) == ("made",)
    assert book.of("342401", on(2026)) == ()
    assert book.of("999999", on(2026)) == ()


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        (edition(entry("420321")), "no county of today"),
        (edition(entry(WEINING), start=on(2027), end=on(2026, 12, 31)), "before it begins"),
        (edition(entry(WEINING), end=on(2026, 12, 31)), "before it begins"),
    ],
)
def test_editions_that_make_no_sense_are_refused(bad: ListEdition, message: str) -> None:
    """A county of yesterday and an end before the beginning."""
    with pytest.raises(ValueError, match=message):
        DesignationBook([bad])


def test_an_edition_survives_its_json() -> None:
    """Through text and back, with open and closed days, entries or none."""
    whole = edition(entry(WEINING, on(2027), on(2028)), start=on(2027), end=on(2029))
    for one in (*shipped_editions(), whole, edition(start=on(2027))):
        assert edition_from_json(json.loads(json.dumps(edition_to_json(one)))) == one


def test_the_history_of_a_list_has_the_last_day_of_each_edition() -> None:
    """The day before the next one, its own end, or open; what was replaced before it held is left out."""
    first, replaced, second = edition(), edition(start=on(2027)), edition(start=on(2027), end=on(2028))
    book = DesignationBook([first, replaced, second])
    assert [(id(one), last) for one, last in book.history("made")] == [
        (id(first), on(2026, 12, 31)),
        (id(second), on(2028)),
    ]
    assert book.codes() == ("made",)
    assert book.history("no-list") == ()
