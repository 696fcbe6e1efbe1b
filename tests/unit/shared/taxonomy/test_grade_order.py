"""Where the order of two classes is known, a better one has no worse rank."""

from __future__ import annotations

import pytest
from duijie_shared.taxonomy.grade_order import Ranked, contradicts


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        ("特级", "一级"),
        ("一级", "二级"),
        ("1级", "三级"),
        ("一等", "2等品"),
        ("Grade 1", "grade 2"),
        ("Class I", "class iii"),
        ("No. 1", "no 2"),
        ("AAA", "AA"),
        ("a", "B级"),
    ],
)
def test_names_that_count_in_one_way_have_an_order(better: str, worse: str) -> None:
    """The better one may not stand lower; equal ranks and the right order do."""
    for first, second, clash in ((4, 4, False), (5, 4, False), (3, 4, True)):
        high, low = Ranked(better, (), first), Ranked(worse, (), second)
        assert (contradicts(high, [low]) == low) is clash
        assert (contradicts(low, [high]) == high) is clash


@pytest.mark.parametrize(
    ("one", "other"),
    [("一级", "二等"), ("1", "2"), ("头货", "统货"), ("A", "一级"), ("一级", ""), ("grade 1", "class 2")],
)
def test_of_others_nobody_can_say(one: str, other: str) -> None:
    """Different ways of counting, mere numbers and words of trade are never compared."""
    for first, second in ((1, 5), (5, 1)):
        assert contradicts(Ranked(one, (), first), [Ranked(other, (), second)]) is None


@pytest.mark.parametrize(
    ("one", "other", "better"),
    [
        (("diameter_mm=60",), ("diameter_mm=59",), 1),
        (("diameter_mm=60.0",), ("diameter_mm=60",), 0),
        (("brix=12", "diameter_mm=60"), ("brix=12", "diameter_mm=59"), 1),
        (("brix=11", "diameter_mm=60"), ("brix=12", "diameter_mm=59"), 0),
        (("brix=12",), ("brix=12", "diameter_mm=59"), 0),
        (("defect_pct=3",), ("defect_pct=5",), 1),
    ],
)
def test_measurements_have_an_order_where_one_is_nowhere_worse(
    one: tuple[str, ...], other: tuple[str, ...], better: int
) -> None:
    """A smaller share of defects is better, a larger fruit too; mixed ones are not compared."""
    high, low = Ranked("", one, 2), Ranked("", other, 4)
    assert contradicts(high, [low]) == (low if better > 0 else None)
    assert contradicts(Ranked("", one, 4), [Ranked("", other, 2)]) is None
