"""Offers and demands: product, grade, place, window, and what is refused about each."""

from __future__ import annotations

import datetime as dt

import pytest
from duijie_shared.geography import counties
from duijie_shared.posting import PostingError
from postings import DEMAND, OFFER, TODAY, Source, a_demand, an_offer, refusals

SOURCES = pytest.mark.parametrize("source", ["json", "text"])
SPLIT = "342401"
"""Old 六安市 (county-level), ended 2000, now 金安区 and 裕安区."""


def refused(**changes: object) -> list[tuple[str, str]]:
    with pytest.raises(PostingError) as caught:
        an_offer(**changes)
    return refusals(caught.value)


@SOURCES
def test_a_file_and_the_api_mean_the_same(source: Source) -> None:
    """One row, either way: the same terms."""
    assert an_offer(source) == an_offer("json")
    assert a_demand(source) == a_demand("json")


def test_the_terms_of_an_offer() -> None:
    """30 t of potatoes at 1,800 CNY/t: 30,000,000 g at 1.8 CNY/kg from the seat of 威宁."""
    terms = an_offer(harvest_date="2026-12-01", certificates="绿色", temperature="常温", min_lot=2)
    seat = counties().get("520526")
    assert (terms.side, terms.product, terms.market, terms.grade) == ("offer", "potato", "potato", 4)
    assert (terms.quantity, terms.min_lot, terms.price) == (30_000_000, 2_000_000, 1_800_000)
    assert (terms.latitude_e7, terms.longitude_e7) == (seat.latitude_e7, seat.longitude_e7)
    assert (terms.window_from, terms.window_to) == (dt.date(2026, 11, 25), dt.date(2027, 1, 20))
    assert terms.harvest_date == dt.date(2026, 12, 1)
    assert (terms.certificates, terms.temperature, terms.origin_counties) == (("green",), "ambient", ())


@SOURCES
@pytest.mark.parametrize("name", ["product", "grade", "quantity", "unit", "available_from", "available_to"])
@pytest.mark.parametrize("empty", [..., "", "  ", None])
def test_what_an_offer_must_have(source: Source, name: str, empty: object) -> None:
    """Absent, empty, blank and null are alike: required."""
    with pytest.raises(PostingError) as caught:
        an_offer(source, **{name: empty})
    assert refusals(caught.value) == [(name, "required")]


@pytest.mark.parametrize("name", ["product", "quantity", "unit", "needed_from", "needed_to"])
def test_what_a_demand_must_have(name: str) -> None:
    """All but the grade and the price: an empty grade accepts any."""
    with pytest.raises(PostingError) as caught:
        a_demand(**{name: ...})
    assert refusals(caught.value) == [(name, "required")]
    assert a_demand(min_grade=...).grade == 1


def test_fields_of_the_other_side_are_unknown() -> None:
    """An offer has no bid, a demand no harvest."""
    assert refused(bid_price=1) == [("bid_price", "unknown")]
    with pytest.raises(PostingError) as caught:
        a_demand(harvest_date="2026-12-01", ask_price=1)
    assert refusals(caught.value) == [("harvest_date", "unknown"), ("ask_price", "unknown")]


@pytest.mark.parametrize("word", ["potato", "Potato", "POTATO", "马铃薯", "土豆", "洋芋", " potato "])
def test_a_product_by_any_of_its_names(word: str) -> None:
    """Slug, name, synonym, either language, whatever the case and the blanks."""
    assert an_offer(product=word).product == "potato"


def test_a_variety_is_posted_in_the_market_of_its_family() -> None:
    """Fuji apples meet the demand for apples: one market."""
    assert (an_offer(product="fuji_apple").product, an_offer(product="fuji_apple").market) == (
        "fuji_apple",
        "apple",
    )


@pytest.mark.parametrize("word", ["蔬菜", "vegetables", "Vegetables", "fruit", "水果"])
def test_a_category_is_refused_by_its_name(word: str) -> None:
    """It is known for what it is, which is more helpful than unknown."""
    with pytest.raises(PostingError) as caught:
        a_demand(product=word)
    assert refusals(caught.value) == [("product", "category")]
    assert word in caught.value.errors[0].zh
    assert word in caught.value.errors[0].en


@pytest.mark.parametrize("word", ["rocks", "potatoe", "%", "520526"])
def test_an_unknown_product_is_refused(word: str) -> None:
    """Nothing is guessed from a near miss."""
    assert refused(product=word) == [("product", "unknown-product")]


@pytest.mark.parametrize("grade", ["0", "6", "best", "4.5", "-1", "五"])
def test_a_grade_off_the_common_scale_is_refused(grade: str) -> None:
    """One below and one above it, and words: the common scale is 1 to 5."""
    assert refused(grade=grade) == [("grade", "unknown-grade")]


@pytest.mark.parametrize("grade", ["1", "5"])
def test_the_ends_of_the_common_scale_are_grades(grade: str) -> None:
    """5 is best."""
    assert an_offer(grade=grade).grade == int(grade)


def test_a_grade_of_a_named_scheme_has_its_common_rank() -> None:
    """特级 of the potato scheme is at the top; the scheme's and the grade's names are kept as posted."""
    terms = an_offer(grade_scheme="CN_TRADE", grade="统货")
    assert terms.grade == 2
    assert (terms.grade_scheme, terms.posted_grade) == ("CN_TRADE", "统货")


def test_an_unknown_scheme_is_refused_even_without_a_grade() -> None:
    """Field by field: the scheme is to blame, not the grade."""
    assert refused(grade_scheme="NOPE") == [("grade_scheme", "unknown-scheme")]
    with pytest.raises(PostingError) as caught:
        a_demand(grade_scheme="NOPE", min_grade=...)
    assert refusals(caught.value) == [("grade_scheme", "unknown-scheme")]


def test_a_grade_that_its_scheme_does_not_have_is_refused() -> None:
    """No number is guessed for a word."""
    assert refused(grade_scheme="CN_TRADE", grade="nope") == [("grade", "unknown-grade")]


def test_an_old_county_code_is_todays_county() -> None:
    """昌平县 (110221) became 昌平区 (110114) in 1999; what was posted is kept."""
    terms = an_offer(county="110221")
    assert (terms.county, terms.posted_county) == ("110114", "110221")


def test_a_code_that_was_split_is_refused_with_its_successors() -> None:
    """The poster is told which of today's counties it may be; none is chosen for him."""
    with pytest.raises(PostingError) as caught:
        an_offer(county=SPLIT)
    assert refusals(caught.value) == [("county", "ambiguous-county")]
    for code in counties().resolve(SPLIT).candidates:
        assert code in caught.value.errors[0].zh
        assert code in caught.value.errors[0].en


@pytest.mark.parametrize("code", ["999999", "52", "52052", "5205260", "威宁", "５２０５２６"])
def test_a_code_that_is_no_county_is_refused(code: str) -> None:
    """A province, a digit too few or too many, a name."""
    assert refused(county=code) == [("county", "unknown-county")]


def test_a_place_is_a_county_or_a_point() -> None:
    """Neither is refused; a point without a county has no county, however near one is."""
    assert refused(county=...) == [("county", "required")]
    terms = an_offer(county=..., latitude=26.87732, longitude=104.25085)
    assert (terms.county, terms.latitude_e7, terms.longitude_e7) == (None, 268_773_200, 1_042_508_500)


def test_a_point_beside_a_county_wins_over_the_seat() -> None:
    """The village, not the county town; the county stays for its designation."""
    terms = an_offer(latitude=26.5, longitude=104.5)
    assert (terms.county, terms.latitude_e7, terms.longitude_e7) == ("520526", 265_000_000, 1_045_000_000)


@pytest.mark.parametrize(("given", "missing"), [("latitude", "longitude"), ("longitude", "latitude")])
def test_half_a_point_is_refused(given: str, missing: str) -> None:
    """The other half is named."""
    assert refused(**{given: 30}) == [(missing, "required")]


@pytest.mark.parametrize(("name", "most"), [("latitude", 90), ("longitude", 180)])
@pytest.mark.parametrize("sign", [1, -1])
def test_coordinates_end_at_the_poles_and_the_date_line(name: str, most: int, sign: int) -> None:
    """The last degree is a place, 1e-7 past it is none."""
    other = "longitude" if name == "latitude" else "latitude"
    terms = an_offer(county=..., **{name: sign * most, other: 0})
    assert getattr(terms, f"{name}_e7") == sign * most * 10_000_000
    assert refused(county=..., **{name: sign * (most + 1e-7), other: 0}) == [(name, "out-of-range")]


def test_a_county_without_a_known_seat_needs_a_point() -> None:
    """岑岭县 (2026) has no point in the data."""
    assert refused(county="653132") == [("latitude", "required")]
    assert an_offer(county="653132", latitude=37.0, longitude=77.5).county == "653132"


def test_origin_counties_are_todays_codes_sorted() -> None:
    """Old codes resolve, each once; an ambiguous or unknown one is refused under the field's name."""
    assert a_demand(origin_counties="520526;110221;110114").origin_counties == ("110114", "520526")
    assert a_demand(origin_counties=[520526]).origin_counties == ("520526",)
    for code, why in ((SPLIT, "ambiguous-county"), ("999999", "unknown-county")):
        with pytest.raises(PostingError) as caught:
            a_demand(origin_counties=["520526", code])
        assert refusals(caught.value) == [("origin_counties", why)]


@SOURCES
@pytest.mark.parametrize(
    "day",
    ["2026-02-29", "2026-13-01", "2026-1-5", "20261125", "2026-W48-3", "25.11.2026", "2026-11-25T00:00:00",
     "２０２６-11-25", "soon", "0000-00-00"],
)  # fmt: skip
def test_a_day_is_written_one_way(source: Source, day: str) -> None:
    """YYYY-MM-DD of a day that exists."""
    with pytest.raises(PostingError) as caught:
        an_offer(source, available_from=day)
    assert refusals(caught.value) == [("available_from", "not-a-date")]


@pytest.mark.parametrize("day", [20261125, True, ["2026-11-25"], 0.5])
def test_in_json_a_day_is_a_string(day: object) -> None:
    """A number is no date."""
    assert refused(available_from=day) == [("available_from", "not-a-date")]


@pytest.mark.parametrize(("day", "fits"), [("1999-12-31", False), ("2000-01-01", True)])
def test_days_begin_with_the_century(day: str, fits: bool) -> None:
    """A year that slipped is refused; 2000 is the first that is not."""
    if fits:
        assert an_offer(available_from=day).window_from == dt.date(2000, 1, 1)
    else:
        assert refused(available_from=day) == [("available_from", "out-of-range")]


@pytest.mark.parametrize(("day", "fits"), [("2100-12-31", True), ("2101-01-01", False)])
def test_days_end_with_the_next(day: str, fits: bool) -> None:
    """9999 would overflow someone's clock."""
    if fits:
        assert an_offer(available_to=day).window_to == dt.date(2100, 12, 31)
    else:
        assert refused(available_to=day) == [("available_to", "out-of-range")]


def test_a_window_may_be_one_day_but_not_reversed() -> None:
    """First and last day are both included."""
    one = an_offer(available_from="2026-11-25", available_to="2026-11-25")
    assert one.window_from == one.window_to
    assert refused(available_from="2026-11-26", available_to="2026-11-25") == [
        ("available_to", "window-reversed")
    ]


def test_a_window_that_is_over_is_refused_and_one_that_ends_today_is_not() -> None:
    """The last day is included; without a today (files of `duijie match`) windows are taken as written."""
    yesterday = TODAY - dt.timedelta(days=1)
    over = {"available_from": "2026-01-01", "available_to": yesterday.isoformat()}
    assert refused(**over) == [("available_to", "window-over")]
    assert an_offer(**{**over, "available_to": TODAY.isoformat()}).window_to == TODAY
    assert an_offer(today=None, **over).window_to == yesterday


def test_a_harvest_may_lie_ahead() -> None:
    """Even after the window: a forward sale is written as it is."""
    assert an_offer(harvest_date="2027-06-01").harvest_date == dt.date(2027, 6, 1)


@pytest.mark.parametrize(
    ("word", "meant"), [("chilled", "chilled"), ("Frozen", "frozen"), ("常温", "ambient"), ("", None)]
)
def test_temperature_is_one_of_three_words(word: str, meant: str | None) -> None:
    """Either language, any case; empty is the product's own."""
    assert an_offer(temperature=word).temperature == meant


def test_another_temperature_is_refused_with_the_options() -> None:
    """The options are named in the answer."""
    with pytest.raises(PostingError) as caught:
        an_offer(temperature="lukewarm")
    assert refusals(caught.value) == [("temperature", "not-an-option")]
    assert "ambient, chilled, frozen" in caught.value.errors[0].en


def test_the_defaults_of_these_tests_are_valid() -> None:
    """Otherwise a refusal above might be of something else."""
    assert an_offer().quantity == a_demand().quantity
    assert set(OFFER) & set(DEMAND) == {"product", "quantity", "unit", "county"}
