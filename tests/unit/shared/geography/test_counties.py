"""Counties of today and the codes that ended."""

from __future__ import annotations

import datetime as dt

import pytest
from duijie_shared.geography import counties


def test_counts_and_coordinates() -> None:
    """2,852 units, of which 2,851 are in GB/T 2260, 28 names are shared, and four have no known seat."""
    known = counties()
    rows = list(known)
    assert len(known) == len(rows) == len({county.code for county in rows}) == 2852
    assert sum(county.official for county in rows) == 2851
    assert {county.code for county in rows if county.latitude_e7 is None} == {
        "653132",
        "653228",
        "653229",
        "659013",
    }
    for county in rows:
        if county.latitude_e7 is not None and county.longitude_e7 is not None:
            assert 3 <= county.latitude_e7 / 1e7 <= 54, county.code
            assert 73 <= county.longitude_e7 / 1e7 <= 136, county.code


def test_a_county_says_where_it_is() -> None:
    """Name, pinyin, prefecture and province of one county; an unknown code is a KeyError."""
    county = counties().get("520526")
    assert (county.name_zh, county.prefecture, county.province) == (
        "威宁彝族回族苗族自治县",
        "毕节市",
        "贵州省",
    )
    assert county.name_en.startswith("Weining")
    with pytest.raises(KeyError):
        counties().get("000000")


@pytest.mark.parametrize(
    ("code", "as_of", "today"),
    [
        ("520526", None, "520526"),
        ("420321", None, "420304"),
        ("540530", None, "540581"),
        ("130223", None, "130284"),
        ("533421", None, "533401"),
        # 320802 was 清河区 until 2000 and the code of another 清河区 until 2016: both are 清江浦区 today.
        ("320802", None, "320812"),
        ("320802", dt.date(1999, 6, 1), "320812"),
        # 420607 meant 襄阳区 until 2010 and means 襄州区 since.
        ("420607", dt.date(2005, 1, 1), "420607"),
        ("420607", dt.date(2020, 1, 1), "420607"),
        # 360402 was 庐山区, later split: ambiguous for that time, but the county of this code today is 濂溪区.
        ("360402", None, "360402"),
        ("360402", dt.date(2016, 1, 1), "360402"),
    ],
)
def test_codes_resolve_to_one_county_of_today(code: str, as_of: dt.date | None, today: str) -> None:
    """A code of today is itself; an ended one is its successor, by the meaning it had on the day."""
    found = counties().resolve(code, as_of)
    assert (found.code, found.ambiguous) == (today, False)


@pytest.mark.parametrize(
    ("code", "as_of", "candidates"),
    [
        ("130721", None, ("130702", "130703", "130705")),
        ("360402", dt.date(2015, 12, 31), ("360402", "360483")),
        ("520221", None, ("520201", "520204")),
    ],
)
def test_split_codes_are_flagged_with_their_candidates(
    code: str, as_of: dt.date | None, candidates: tuple[str, ...]
) -> None:
    """Where a code became several counties nothing is guessed; on the other side of the limit it is one again."""
    found = counties().resolve(code, as_of)
    assert (found.code, found.ambiguous, found.candidates) == (None, True, candidates)


@pytest.mark.parametrize("code", ["", "999999", "1", "110000", "460037"])
def test_what_is_no_county_resolves_to_nothing(code: str) -> None:
    """Unknown codes, provinces and island groups outside the counties."""
    found = counties().resolve(code)
    assert (found.code, found.ambiguous, found.candidates) == (None, False, ())


def test_former_codes_lead_back_to_their_county() -> None:
    """郧阳区 was 郧县 420321 (and 422622 before); a code that split belongs to nobody."""
    known = counties()
    assert "420321" in known.former_codes("420304")
    assert "130721" not in known.former_codes("130705")
    for county in known:
        assert all(known.resolve(old).code == county.code for old in known.former_codes(county.code))


def test_every_resolution_is_a_county_of_today() -> None:
    """Whatever an ended code resolves to is in the table, and several candidates are flagged."""
    known = counties()
    codes = [f"{number:06d}" for number in range(110000, 660000)]
    former = [row for code in codes for row in known.former(code)]
    assert len(former) == 1073
    assert sum(len(row.resolves_to) > 1 for row in former) == 145
    assert all(code in known for row in former for code in row.resolves_to)
