"""Great-circle distance, in whole metres."""

from __future__ import annotations

from math import asin, cos, radians, sin, sqrt

from duijie_shared.values import COORDINATE_SCALE

EARTH_RADIUS_M = 6_371_008.8
"""Mean radius of the Earth (IUGG R1)."""


def distance_m(latitude_1_e7: int, longitude_1_e7: int, latitude_2_e7: int, longitude_2_e7: int) -> int:
    """The haversine distance between two WGS84 points given in 1e-7 degree, rounded to whole metres."""
    latitude_1, latitude_2 = (
        radians(latitude_1_e7 / COORDINATE_SCALE),
        radians(latitude_2_e7 / COORDINATE_SCALE),
    )
    half_latitude = (latitude_2 - latitude_1) / 2
    half_longitude = radians((longitude_2_e7 - longitude_1_e7) / COORDINATE_SCALE) / 2
    chord = sin(half_latitude) ** 2 + cos(latitude_1) * cos(latitude_2) * sin(half_longitude) ** 2
    return round(2 * EARTH_RADIUS_M * asin(sqrt(min(1.0, chord))))
