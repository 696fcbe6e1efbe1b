"""Great-circle distances."""

from __future__ import annotations

import pytest
from duijie_shared.geography import counties
from duijie_shared.geography.distance import distance_m


def between(first: str, second: str) -> int:
    numbers = []
    for code in (first, second):
        county = counties().get(code)
        assert county.latitude_e7 is not None
        assert county.longitude_e7 is not None
        numbers += [county.latitude_e7, county.longitude_e7]
    return distance_m(*numbers)


@pytest.mark.parametrize(
    ("first", "second", "km"),
    [
        ("520526", "310115", 1746.52),
        ("370783", "110105", 397.48),
        ("411523", "310115", 634.08),
        ("370783", "310115", 675.62),
        ("533103", "310115", 2374.33),
        ("533103", "440106", 1509.01),
        ("320981", "310115", 216.42),
        ("430822", "310115", 1106.36),
    ],
)
def test_distances_between_county_seats(first: str, second: str, km: float) -> None:
    """Distances worked out by another program over the same seats, to 10 m."""
    assert between(first, second) == pytest.approx(km * 1000, abs=10)


def test_limits() -> None:
    """Nothing to itself, symmetric, a quarter and half of a great circle, and no domain error at antipodes."""
    radius = 6_371_008.8
    assert distance_m(300_000_000, 1_200_000_000, 300_000_000, 1_200_000_000) == 0
    assert between("520526", "310115") == between("310115", "520526")
    assert distance_m(0, 0, 900_000_000, 0) == round(radius * 3.141592653589793 / 2)
    assert distance_m(0, 0, 0, 1_800_000_000) == round(radius * 3.141592653589793)
    assert distance_m(0, -1_790_000_000, 0, 1_790_000_000) == round(radius * 3.141592653589793 / 90)
