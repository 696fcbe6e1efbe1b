"""The crosswalk from grade schemes to the common scale: monotone, and never guessed."""

from __future__ import annotations

import pytest
from duijie_shared.taxonomy import taxonomy


def test_ranks_never_rise_down_a_scheme() -> None:
    """A better class of a scheme never has a lower common rank than a worse one; all ranks are 1 to 5."""
    for scheme in taxonomy().grade_schemes.values():
        ranks = [grade.rank for grade in scheme.grades]
        assert ranks == sorted(ranks, reverse=True), scheme.code
        assert set(ranks) <= set(range(1, 6))
        assert [grade.ordinal for grade in scheme.grades] == sorted(grade.ordinal for grade in scheme.grades)


def test_grade_codes_are_unique_within_a_scheme() -> None:
    """A code names one grade."""
    for scheme in taxonomy().grade_schemes.values():
        assert len({grade.code for grade in scheme.grades}) == len(scheme.grades) > 0


def test_status_of_recalled_numbers_is_carried_along() -> None:
    """Every scheme says how far its number and its names are verified."""
    statuses = {"verified", "partly_verified", "number_seen", "recalled", "not_applicable"}
    for scheme in taxonomy().grade_schemes.values():
        assert {scheme.standard_status, scheme.names_status} <= statuses, scheme.code


@pytest.mark.parametrize(
    ("grade", "rank"),
    [("1", 1), ("5", 5), ("G3", 3), ("g5", 5), (" 4 ", 4), ("４", 4), ("0", None), ("6", None), ("", None), ("特级", None),
     ("2.5", None), ("-1", None)],
)  # fmt: skip
def test_the_common_scale_is_one_to_five(grade: str, rank: int | None) -> None:
    """An empty scheme takes 1 to 5 and G1 to G5 and nothing else, on both sides of its ends."""
    assert taxonomy().grade_rank("", grade, taxonomy().product("potato")) == rank


@pytest.mark.parametrize(
    ("scheme", "grade", "slug", "rank"),
    [
        ("CN_NYT_1066", "T", "potato", 5),
        ("CN_NYT_1066", "特级", "potato", 5),
        ("cn_nyt_1066", "second", "potato", 3),
        ("NY/T 1066-2006", "一级", "potato", 4),
        ("CN_NYT_1066", "特级", "favorita_potato", 5),
        ("CN_NYT_1066", "特级", "tomato", None),
        ("CN_NYT_1066", "特级", "potato_starch", None),
        ("CN_NYT_1066", "三级", "potato", None),
        ("USDA_APPLE", "U.S. Utility", "apple", 2),
        ("CN_YZ", "优等品", "pear", 5),
        ("CN_YZ", "优等品", "potato", None),
        ("UNECE_FFV", "Class II", "spinach", 3),
        ("UNECE_FFV", "Class II", "pork", None),
        ("CN_TRADE", "统货", "walnut", 2),
        ("PLATFORM_5", "特级", "walnut", 5),
        ("NO_SUCH_SCHEME", "1", "potato", None),
    ],
)
def test_schemes_map_their_own_products_only(scheme: str, grade: str, slug: str, rank: int | None) -> None:
    """Codes and zh and en names map within the scheme's products, their varieties or its category; else nothing."""
    known = taxonomy()
    assert known.grade_rank(scheme, grade, known.product(slug)) == rank
