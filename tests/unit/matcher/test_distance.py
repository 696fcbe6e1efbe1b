"""Distances of many pairs at once, against the one-pair function that everything else uses."""

from __future__ import annotations

import numpy as np
from duijie_matcher.matching.distance import distances, unit_vectors
from duijie_shared.geography.distance import distance_m
from hypothesis import example, given
from hypothesis import strategies as st

LATITUDES = st.integers(-900_000_000, 900_000_000)
LONGITUDES = st.integers(-1_800_000_000, 1_800_000_000)


def vectorised(latitude: int, longitude: int, to_latitude: int, to_longitude: int) -> int:
    one = unit_vectors(np.array([float(latitude)]), np.array([float(longitude)]))
    other = unit_vectors(np.array([float(to_latitude)]), np.array([float(to_longitude)]))
    return int(distances(*one, *other)[0])


@given(LATITUDES, LONGITUDES, LATITUDES, LONGITUDES)
@example(0, 0, 0, 1_800_000_000)
@example(900_000_000, 0, -900_000_000, 0)
@example(312_000_000, 1_214_000_000, 312_000_000, 1_214_000_000)
def test_any_two_points_are_as_far_apart_as_the_scalar_function_says(
    latitude: int, longitude: int, to_latitude: int, to_longitude: int
) -> None:
    """Whole metres agree over the globe; near its far side, where the formula itself is blunt, to a metre."""
    expected = distance_m(latitude, longitude, to_latitude, to_longitude)
    allowed = 1 if expected > 19_900_000 else 0
    assert abs(vectorised(latitude, longitude, to_latitude, to_longitude) - expected) <= allowed


@given(LATITUDES, LONGITUDES, st.integers(-100_000, 100_000), st.integers(-100_000, 100_000))
def test_neighbours_are_as_far_apart_as_the_scalar_function_says(
    latitude: int, longitude: int, north: int, east: int
) -> None:
    """Within a kilometre, where a dot product would cancel, whole metres agree too."""
    to_latitude = max(-900_000_000, min(900_000_000, latitude + north))
    to_longitude = max(-1_800_000_000, min(1_800_000_000, longitude + east))
    assert vectorised(latitude, longitude, to_latitude, to_longitude) == distance_m(
        latitude, longitude, to_latitude, to_longitude
    )
