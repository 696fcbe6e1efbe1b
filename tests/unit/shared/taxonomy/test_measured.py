"""Grades by measurement: monotone over every scheme, exact at every limit, and never guessed."""

from __future__ import annotations

from decimal import Decimal

import pytest
from duijie_shared.taxonomy import GradeScheme, Limit, LimitSet, attributes, grade_by_measurements, taxonomy
from duijie_shared.taxonomy.crosswalk import limit_sets, limits_for
from duijie_shared.taxonomy.measured import STATUSES
from hypothesis import given
from hypothesis import strategies as st

SETS = {f"{scheme} {scope}": limits for scheme, scope, limits in limit_sets()}
STEP = Decimal("0.001")

MAIZE = {
    "bulk_density_g_l": 695,
    "imperfect_kernel_pct": 5,
    "mouldy_kernel_pct": 1,
    "impurity_pct": 0.5,
    "moisture_pct": 13,
}


def bounds(limits: LimitSet, code: str) -> list[Decimal]:
    return [limit.value for _, row in limits.grades for limit in row if limit.attribute == code]


def worse(code: str, value: Decimal) -> Decimal:
    return value - STEP if attributes()[code].better == "higher" else value + STEP


def best(limits: LimitSet) -> dict[str, object]:
    """A lot with the best value that each attribute can have."""
    return {code: a.highest if a.better == "higher" else a.lowest for code, a in limits.attributes.items()}


@st.composite
def a_lot_and_a_better_one(draw: st.DrawFn) -> tuple[LimitSet, dict[str, object], dict[str, object]]:
    """Measurements on, just beside and far from the limits, and others that are nowhere worse."""
    limits = SETS[draw(st.sampled_from(sorted(SETS)))]
    lot: dict[str, object] = {}
    better: dict[str, object] = {}
    for code, attribute in limits.attributes.items():
        near = [value + step for value in bounds(limits, code) for step in (-STEP, Decimal(0), STEP)]
        allowed = [value for value in near if attribute.lowest <= value <= attribute.highest]
        value = st.one_of(
            st.sampled_from(allowed), st.decimals(attribute.lowest, attribute.highest, places=2)
        )
        two = sorted((draw(value), draw(value)), reverse=attribute.better == "lower")
        lot[code], better[code] = two
    return limits, lot, better


@given(a_lot_and_a_better_one())
def test_a_better_measurement_never_gives_a_worse_grade(
    case: tuple[LimitSet, dict[str, object], dict[str, object]],
) -> None:
    """Over every scheme and scope; a lot below the scheme counts as the worst."""
    limits, lot, better = case
    assert (limits.grade(better).rank or 0) >= (limits.grade(lot).rank or 0)


@pytest.mark.parametrize("name", sorted(SETS))
def test_both_sides_of_every_limit(name: str) -> None:
    """At its limits a class is earned; a thousandth beyond any single one it is not."""
    limits = SETS[name]
    codes = [grade.code for grade, _ in limits.grades]
    for grade, row in limits.grades:
        at = best(limits) | {limit.attribute: limit.value for limit in row}
        earned = limits.grade(at)
        assert codes.index(earned.grade or "") <= codes.index(grade.code)
        for limit in row:
            beyond = limits.grade(at | {limit.attribute: worse(limit.attribute, limit.value)})
            if limits.attributes[limit.attribute].lowest <= worse(limit.attribute, limit.value):
                assert beyond.grade is None or codes.index(beyond.grade) > codes.index(grade.code)


@pytest.mark.parametrize("name", sorted(SETS))
def test_the_best_lot_earns_the_best_class_and_any_gap_is_for_review(name: str) -> None:
    """Each attribute is needed; without one there is no rank, however good the rest."""
    limits = SETS[name]
    lot = best(limits)
    assert limits.grade(lot).grade == limits.grades[0][0].code
    for code in lot:
        for gap in ({k: v for k, v in lot.items() if k != code}, lot | {code: None}):
            answer = limits.grade(gap)
            assert (answer.rank, answer.grade, answer.review) == (None, None, True)
            assert [reason.attribute for reason in answer.reasons] == [code]


def test_a_lot_of_maize() -> None:
    """GB 1353: 695 g/L with 5 % imperfect kernels is second class; what kept it from the first is said."""
    answer = grade_by_measurements("CN_GB_1353", MAIZE, taxonomy().product("maize"))
    assert (answer.rank, answer.grade, answer.review, answer.status) == (4, "2", False, "secondary")
    assert [(r.code, r.attribute) for r in answer.reasons if r.code == "misses"] == [
        ("misses", "bulk_density_g_l"),
        ("misses", "imperfect_kernel_pct"),
    ]
    assert any("695 g/L" in r.zh and "720" in r.zh for r in answer.reasons)
    assert any("695 g/L" in r.en and "720" in r.en for r in answer.reasons)


@pytest.mark.parametrize(
    ("change", "rank"),
    [
        ({}, 4),
        ({"bulk_density_g_l": 690}, 4),
        ({"bulk_density_g_l": 689.9}, 3),
        ({"imperfect_kernel_pct": 6}, 4),
        ({"imperfect_kernel_pct": 6.1}, 3),
        ({"moisture_pct": 14.0}, 4),
        ({"moisture_pct": 14.1}, 1),
        ({"bulk_density_g_l": 720, "imperfect_kernel_pct": 4}, 5),
    ],
)
def test_maize_on_both_sides(change: dict[str, object], rank: int) -> None:
    """Wet maize is off-grade, however heavy."""
    assert grade_by_measurements("CN_GB_1353", MAIZE | change, taxonomy().product("maize")).rank == rank


@pytest.mark.parametrize(
    ("scheme", "slug", "change", "code"),
    [
        ("NO_SUCH", "maize", {}, "unknown-scheme"),
        ("CN_GB_1353", "wheat", {}, "scheme-does-not-fit"),
        ("CN_GB_1350", "paddy_rice", {}, "no-limits"),
        ("CN_GBT_10651", "apple", {}, "no-limits"),
        ("USDA_BEEF", "beef_chilled", {}, "no-limits"),
        ("", "farm_stay", {}, "no-limits"),
        ("CN_GB_1353", "maize", {"sweetness": 3}, "unknown-attribute"),
        ("CN_GB_1353", "maize", {"moisture_pct": True}, "out-of-range"),
        ("CN_GB_1353", "maize", {"moisture_pct": "13"}, "out-of-range"),
        ("CN_GB_1353", "maize", {"moisture_pct": float("nan")}, "out-of-range"),
        ("CN_GB_1353", "maize", {"moisture_pct": Decimal("-0.1")}, "out-of-range"),
        ("CN_GB_1353", "maize", {"moisture_pct": Decimal("100.1")}, "out-of-range"),
        ("CN_GB_1353", "maize", {"moisture_pct": Decimal("1e999999")}, "out-of-range"),
        ("CN_GB_1353", "maize", {"moisture_pct": 10**5000}, "out-of-range"),
        ("CN_GB_1353", "maize", {"moisture_pct": None}, "missing"),
    ],
)
def test_what_is_unknown_goes_to_review(scheme: str, slug: str, change: dict[str, object], code: str) -> None:
    """Paddy and apples of no named variety too: their limits differ by variety."""
    answer = grade_by_measurements(scheme, MAIZE | change, taxonomy().product(slug))
    assert (answer.rank, answer.grade, answer.status, answer.review) == (None, None, None, True)
    assert [reason.code for reason in answer.reasons] == [code]
    assert all(reason.zh and reason.en for reason in answer.reasons)


def test_hostile_numbers_are_compared_and_shown_short() -> None:
    """A value next to nothing is next to nothing, and does not fill the page with zeros."""
    for tiny in (1e-300, Decimal("1e-999999"), Decimal("0." + "0" * 5000 + "1")):
        answer = grade_by_measurements(
            "CN_GB_1353", MAIZE | {"moisture_pct": tiny}, taxonomy().product("maize")
        )
        assert answer.rank == 4
        assert all(len(reason.zh) < 200 for reason in answer.reasons)


def test_an_attribute_that_the_scheme_does_not_limit_changes_nothing() -> None:
    """Sugar is known but maize is not graded by it."""
    maize = taxonomy().product("maize")
    assert grade_by_measurements("CN_GB_1353", MAIZE | {"brix": 9}, maize) == grade_by_measurements(
        "CN_GB_1353", MAIZE, maize
    )


def test_below_the_lowest_class_is_no_grade_of_the_scheme() -> None:
    """UNECE class II is its lowest; what is worse has no class, and a person decides."""
    lot = {"below_class_1_pct": 30, "below_class_2_pct": 20, "below_class_3_pct": 10.1, "decay_pct": 2}
    answer = grade_by_measurements("UNECE_FFV_36", lot, taxonomy().product("tomato"))
    assert (answer.rank, answer.review, answer.reasons[0].code) == (None, True, "below-scheme")
    assert (
        grade_by_measurements(
            "UNECE_FFV_36", lot | {"below_class_3_pct": 10}, taxonomy().product("tomato")
        ).rank
        == 3
    )


def test_limits_nearest_to_the_product_hold() -> None:
    """Fuji is a large apple and Gala is not; potatoes have limits of their own among vegetables."""
    known = taxonomy()
    lot = {"diameter_mm": 66, "below_class_1_pct": 1, "below_class_2_pct": 1, "below_class_3_pct": 1}
    assert grade_by_measurements("CN_GBT_10651", lot, known.product("fuji_apple")).rank == 4
    assert grade_by_measurements("CN_GBT_10651", lot, known.product("gala_apple")).rank == 5
    potato, spinach = (limits_for("", known.product(slug)) for slug in ("potato", "spinach"))
    assert potato is not None
    assert spinach is not None
    assert "unit_weight_g" in potato.attributes
    assert "unit_weight_g" not in spinach.attributes
    assert limits_for("", known.product("favorita_potato")) is potato


def test_every_figure_has_its_status_and_what_was_seen_has_its_source() -> None:
    """Only what was seen somewhere names where; the rest must not look official."""
    for name, limits in SETS.items():
        for limit in (limit for _, row in limits.grades for limit in row):
            assert limit.status in STATUSES, name
            assert bool(limit.source) == (limit.status not in {"recalled", "planning"}), name


@pytest.mark.parametrize(
    ("scheme", "slug", "status", "code"),
    [
        ("", "apple", "planning", "planning-limits"),
        ("CN_NYT_1066", "potato", "recalled", "unverified-limits"),
        ("CN_3", "potato", "secondary", None),
    ],
)
def test_a_grade_says_how_far_its_limits_can_be_trusted(
    scheme: str, slug: str, status: str, code: str | None
) -> None:
    """A grade by unverified or planning limits carries a reason that says so."""
    limits = limits_for(scheme, taxonomy().product(slug))
    assert limits is not None
    answer = limits.grade(best(limits))
    assert answer.status == status
    assert (answer.reasons[-1].code == code) if code else (answer.reasons[-1].code == "meets")


def scheme() -> GradeScheme:
    return taxonomy().grade_schemes["CN_3"]


def limit(attribute: str, value: str) -> Limit:
    return Limit(attribute, Decimal(value), "planning", "", "")


@pytest.mark.parametrize(
    ("limits", "message"),
    [
        ({"T": (limit("brix", "12"),), "1": (limit("brix", "13"),)}, "laxer"),
        ({"T": (limit("decay_pct", "2"),), "1": (limit("decay_pct", "1"),)}, "laxer"),
        ({"T": (limit("brix", "12"),), "1": (limit("decay_pct", "1"),)}, "laxer"),
        ({"T": (), "1": (limit("brix", "12"),)}, "nothing limits"),
        ({"T": ()}, "nothing limits"),
        ({}, "nothing limits"),
        ({"T": (limit("brix", "61"),)}, "can't be 61"),
        ({"T": (limit("sweetness", "1"),)}, "unknown attributes"),
        ({"Z": (limit("brix", "1"),)}, "has no grade"),
    ],
)
def test_limits_that_contradict_themselves_do_not_load(
    limits: dict[str, tuple[Limit, ...]], message: str
) -> None:
    """A better class is never laxer than a worse one, and a limit can be met."""
    with pytest.raises(ValueError, match=message):
        LimitSet(scheme(), limits, attributes())
