"""Great circles between many points at once: the vectorised twin of `duijie_shared.geography.distance`."""

from __future__ import annotations

import numpy as np
from duijie_shared.geography.distance import EARTH_RADIUS_M
from duijie_shared.values import COORDINATE_SCALE
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def unit_vectors(latitude_e7: Floats, longitude_e7: Floats) -> tuple[Floats, Floats, Floats]:
    """Points on the unit sphere, as x, y and z; the trigonometry is done once per order, not once per pair."""
    latitude, longitude = (
        np.radians(latitude_e7 / COORDINATE_SCALE),
        np.radians(longitude_e7 / COORDINATE_SCALE),
    )
    return np.cos(latitude) * np.cos(longitude), np.cos(latitude) * np.sin(longitude), np.sin(latitude)


def distances(x: Floats, y: Floats, z: Floats, to_x: Floats, to_y: Floats, to_z: Floats) -> Floats:
    """Whole metres (as float64) between unit vectors, broadcast against each other.

    Half the chord is the sine of half the angle, which is what the haversine formula computes by another
    route. Differences, not a dot product: near points would cancel.
    """
    chord = np.subtract(x, to_x)
    np.multiply(chord, chord, out=chord)
    for one, other in ((y, to_y), (z, to_z)):
        step = np.subtract(one, other)
        np.multiply(step, step, out=step)
        np.add(chord, step, out=chord)
    np.sqrt(chord, out=chord)
    np.multiply(chord, 0.5, out=chord)
    np.minimum(chord, 1.0, out=chord)
    np.arcsin(chord, out=chord)
    np.multiply(chord, 2 * EARTH_RADIUS_M, out=chord)
    return np.rint(chord, out=chord)
