"""The hand-made scorecard."""

from __future__ import annotations

import numpy as np
import pytest
from duijie_matcher.matching.scorecard import RULES_1, Curve, tables, tilt_hundredths
from duijie_matcher.matching.terms import FARTHEST_M


def test_scores_run_from_0_to_100() -> None:
    """The best of every curve adds up to 100 points, and no curve goes below 0."""
    best = sum(int(table.max()) for table in tables(RULES_1).values()) + tilt_hundredths(RULES_1, (1, 2))
    assert best == 10_000
    assert all(table.min() >= 0 for table in tables(RULES_1).values())


def test_nearer_and_cheaper_never_score_less() -> None:
    """Points fall with distance, rise with the margin and with the share that can trade."""
    table = tables(RULES_1)
    assert (np.diff(table["distance"]) <= 0).all()
    assert (np.diff(table["price"]) >= 0).all()
    assert (np.diff(table["quantity"]) >= 0).all()


def test_every_value_has_its_cell() -> None:
    """The farthest distance, a whole margin and the widest grade margin are within their tables."""
    table = tables(RULES_1)
    assert len(table["distance"]) > round(FARTHEST_M / 5000)
    assert (len(table["price"]), len(table["quantity"]), len(table["grade"])) == (1001, 101, 5)


@pytest.mark.parametrize(("value", "hundredths"), [(0, 1000), (1, 1033), (2, 1067), (3, 1100), (4, 1100)])
def test_a_curve_is_straight_between_knots_and_level_beyond(value: int, hundredths: int) -> None:
    """Thirds of a point are rounded to hundredths."""
    assert Curve("1", 5, (("0", "10"), ("3", "11"))).table()[value] == hundredths


@pytest.mark.parametrize(
    ("bonus", "hundredths"), [((0, 1), 0), ((1, 40), 500), ((1, 20), 1000), ((1, 2), 1000)]
)
def test_the_tilt_is_capped(bonus: tuple[int, int], hundredths: int) -> None:
    """Half the default bonus earns half the points, ten times the default no more than the default."""
    assert tilt_hundredths(RULES_1, bonus) == hundredths
