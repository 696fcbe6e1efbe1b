"""A map of county seats: dots alone, so that nothing is said of any border."""

from __future__ import annotations

from typing import TYPE_CHECKING

from duijie_shared.geography import counties
from duijie_shared.values import COORDINATE_SCALE

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_LAND = "#c9d2d9"
_LONGITUDES, _LATITUDES = (73.0, 136.0), (17.5, 54.0)
"""Degrees that are shown."""
_ASPECT = 1.25
"""Of a degree of latitude to one of longitude, at 37 degrees north."""


def country(figure: Figure) -> Axes:
    """Axes in degrees of longitude and latitude, with every county of this release as a faint dot."""
    axes = figure.subplots()
    seats = [place for county in counties() if (place := seat_of(county.code))]
    # As pixels: three thousand dots would be most of the file.
    axes.scatter(
        [each[0] for each in seats],
        [each[1] for each in seats],
        s=2.2,
        color=_LAND,
        linewidths=0,
        rasterized=True,
    )
    axes.set_xlim(_LONGITUDES)
    axes.set_ylim(_LATITUDES)
    axes.set_aspect(_ASPECT)
    axes.set_axis_off()
    return axes


def seat_of(code: str | None) -> tuple[float, float] | None:
    """Longitude and latitude of a county's seat in degrees; None where it is not known."""
    if code is None:
        return None
    try:
        county = counties().get(code)
    except KeyError:
        return None
    if county.longitude_e7 is None or county.latitude_e7 is None:
        return None
    return county.longitude_e7 / COORDINATE_SCALE, county.latitude_e7 / COORDINATE_SCALE
