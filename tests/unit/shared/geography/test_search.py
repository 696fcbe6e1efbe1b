"""Search over counties: full and short names, former names, codes, pinyin, and slips."""

from __future__ import annotations

import pytest
from duijie_shared.geography import County, counties
from duijie_shared.geography.county_names import short_names
from duijie_shared.geography.search import search_counties
from hypothesis import given
from hypothesis import strategies as st

ALL = 10_000
COUNTIES = sorted(counties(), key=lambda county: county.code)


def found(text: str, limit: int = ALL, within: str = "") -> list[str]:
    return [hit.item.code for hit in search_counties(text, limit, within)]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("威宁", "520526"), ("威宁县", "520526"), ("威宁自治县", "520526"), ("weining", "520526"),
        ("维宁", "520526"), ("wei ning xian", "520526"),
        ("520526", "520526"), ("洪洞", "141024"), ("hongtong", "141024"), ("hongdong", "141024"), ("六枝", "520203"),
        ("luzhi", "520203"), ("什邡", "510682"), ("崇文", "110101"), ("崇文区", "110101"),
        ("110103", "110101"), ("水城区", "520204"),
        ("威宁彝族回族苗族自治区", "520526"), ("长白", "220623"), ("Tanchang Xian", "621223"), ("tanchang", "621223"),
    ],
)  # fmt: skip
def test_people_find_what_they_mean_first(text: str, code: str) -> None:
    """By what they call it, what it was called, and what they mistype."""
    assert found(text)[0] == code


@given(st.sampled_from(COUNTIES))
def test_every_county_is_found_by_its_names_its_code_and_its_spelling(county: County) -> None:
    """The official reading counts, also where it is not the usual one of the characters."""
    assert county.code in found(county.name_zh)
    assert county.code in found(county.name_en)
    assert found(county.code)[0] == county.code
    for short in short_names(county.name_zh):
        assert county.code in found(short)


def test_namesakes_come_in_the_order_of_their_codes() -> None:
    """朝阳 is in Beijing, Liaoning and Jilin; a region keeps to itself."""
    assert found("朝阳", 3) == ["110105", "211321", "220104"]
    assert found("朝阳", 3, within="21") == ["211321"]
    assert found("朝阳", 3, within="210000") == ["211321"]
    assert found("朝阳", 3, within="2113") == ["211321"]
    assert "211321" not in found("朝阳", within="52")


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("赵县", ()), ("郊区", ()), ("朝阳区", ("朝阳",)), ("浦东新区", ("浦东",)),
        ("神农架林区", ("神农架",)), ("六枝特区", ("六枝",)),
        ("融水苗族自治县", ("融水", "融水县", "融水自治县")),
        ("彭水苗族土家族自治县", ("彭水", "彭水县", "彭水自治县")),
        ("东乡族自治县", ("东乡", "东乡县", "东乡自治县")),
        ("鄂温克族自治旗", ("鄂温克", "鄂温克旗", "鄂温克自治旗")),
        ("龙胜各族自治县", ("龙胜", "龙胜县", "龙胜自治县")),
        ("和布克赛尔蒙古自治县", ("和布克赛尔", "和布克赛尔县", "和布克赛尔自治县")),
        ("阿鲁科尔沁旗", ("阿鲁科尔沁",)), ("大柴旦行政委员会", ()),
    ],
)  # fmt: skip
def test_short_names(name: str, short: tuple[str, ...]) -> None:
    """What kind of unit it is and whose autonomy, left out; never down to one character."""
    assert short_names(name) == short


def test_a_former_name_or_code_finds_every_successor() -> None:
    """水城县 became 水城区 and a part of 钟山区, 342401 two districts: people choose, nothing is resolved here."""
    assert found("水城县")[:2] == ["520201", "520204"]
    assert found("520221") == ["520201", "520204"]
    assert found("342401") == ["341502", "341503"]
