"""Designations: which lists name a county, and that the lists add up to what was published."""

from __future__ import annotations

import datetime as dt
from collections import Counter

import pytest
from duijie_shared.geography import Designation, DesignationList, Designations, counties, designations


def entries(code: str) -> list[Designation]:
    return [entry for entry in designations().entries if entry.list == code]


def test_the_832_add_up_to_the_published_totals() -> None:
    """832 names under 831 codes of today, delisted 28, 125, 283, 344 and 52 a year."""
    listed = entries("cn-832")
    assert len(listed) == designations().lists["cn-832"].published_entries == 832
    assert len({(entry.county, entry.name_in_list) for entry in listed}) == 832
    assert len({entry.county for entry in listed}) == 831
    assert Counter(entry.valid_to_year for entry in listed) == {
        2016: 28,
        2017: 125,
        2018: 283,
        2019: 344,
        2020: 52,
    }


@pytest.mark.parametrize(
    ("province", "count"),
    [
        ("河北省", 45),
        ("云南省", 88),
        ("西藏自治区", 74),
        ("四川省", 66),
        ("贵州省", 66),
        ("海南省", 5),
        ("新疆维吾尔自治区", 32),
    ],
)
def test_the_832_by_province(province: str, count: int) -> None:
    """Spot checks of the official counts by province."""
    known = counties()
    assert sum(known.get(entry.county).province == province for entry in entries("cn-832")) == count


def test_every_entry_is_a_county_of_today_with_a_place() -> None:
    """No entry hangs in the air: its county exists and has coordinates."""
    for entry in designations().entries:
        assert counties().get(entry.county).latitude_e7 is not None, entry


def test_the_contiguous_areas_add_up() -> None:
    """680 of the 832 lie in the fourteen areas, whose membership is recalled and says so."""
    in_area = [entry for entry in entries("cn-832") if entry.area]
    assert len(in_area) == 680
    assert len({entry.area for entry in in_area}) == 14
    assert {entry.area_status for entry in in_area} == {"recalled"}


def test_the_160_hold_only_what_a_source_names() -> None:
    """90 of 160 are sourced; the list is marked incomplete, so an absent county is unknown."""
    assert len(entries("cn-key-160")) == 90
    assert not designations().lists["cn-key-160"].complete
    assert designations().lists["cn-832"].complete


@pytest.mark.parametrize("on", [None, dt.date(2010, 1, 1), dt.date(2030, 1, 1)])
def test_once_listed_holds_for_every_date(on: dt.date | None) -> None:
    """A county of the 832 keeps that designation, also long after it was delisted (威宁: 2020)."""
    assert "cn-832" in designations().of("520526", on)
    assert "cn-832" not in designations().of("370783", on)


def test_dated_lists_hold_only_between_their_dates() -> None:
    """The key counties of 2021 are none before that year."""
    assert designations().of("520526", dt.date(2020, 12, 31)) == ("cn-832",)
    assert designations().of("520526", dt.date(2021, 1, 1)) == ("cn-832", "cn-key-160")
    assert designations().of("520526") == ("cn-832", "cn-key-160")


def test_a_county_listed_under_an_old_code_keeps_its_designation() -> None:
    """郧县 420321 was listed and is 郧阳区 420304 today: both codes carry the list; a split code carries none."""
    assert designations().of("420304") == designations().of("420321") == ("cn-832",)
    assert designations().of("130721") == ()
    assert designations().of("999999") == ()


def test_ends_of_a_list_are_included() -> None:
    """A made list from 2021 to 2022 holds in both years and in neither neighbour; None is today, after its end."""
    row = DesignationList("made", "某", "made", "while_valid", 1, complete=True, source="")
    made = Designations((row,), (Designation("made", "520526", "", 2021, 2022, "", "", "", ""),))
    held = [year for year in range(2020, 2025) if made.of("520526", dt.date(year, 7, 1))]
    assert held == [2021, 2022]
    assert made.of("520526") == ()


def test_titles_in_both_languages() -> None:
    """A list has a title in zh and en; an unknown one is a KeyError."""
    assert designations().title("cn-832", "zh") == "原国家级贫困县（832个）"
    assert "832" in designations().title("cn-832", "en")
    with pytest.raises(KeyError):
        designations().title("no-list", "en")
