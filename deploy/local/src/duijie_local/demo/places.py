"""Counties that grow and cities that buy."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

from duijie_shared.events.policy import Policy
from duijie_shared.geography import County, counties, designations

if TYPE_CHECKING:
    from duijie_local.demo.draw import Draw

PREFERRED_LIST: Final = Policy().tilt.designation
"""The list that a new stack's policy prefers."""
RURAL_KINDS: Final = frozenset(
    {"county", "county_level_city", "autonomous_county", "banner", "autonomous_banner"}
)
POINT_SPREAD_DEGREES: Final = 0.12
"""How far a farm's own point lies from its county's seat, about 13 km."""

BUYER_DISTRICTS: Final = {
    "110105": 5, "110115": 4, "120111": 2, "130102": 2, "140105": 2, "210114": 2, "220102": 1, "230102": 2,
    "310115": 5, "310118": 4, "310114": 3, "320115": 3, "320583": 3, "330110": 5, "330109": 3, "340104": 3,
    "350211": 2, "360111": 2, "370112": 3, "370214": 2, "410105": 4, "410122": 2, "420112": 4, "430121": 4,
    "440111": 5, "440306": 5, "450107": 2, "500106": 4, "510116": 4, "510114": 3, "520102": 2, "530114": 2,
    "610112": 3, "620102": 2, "650104": 1,
}  # fmt: skip
"""Districts of large cities where e-commerce enterprises have their warehouses, with their share of the demand."""


@cache
def growers_counties(provinces: tuple[str, ...], *, preferred: bool) -> tuple[County, ...]:
    """Rural counties of some provinces (two-digit codes) that are, or are not, on the preferred list."""
    return tuple(
        county
        for county in counties()
        if county.code[:2] in provinces
        and county.latitude_e7 is not None
        and county.official
        and (PREFERRED_LIST in designations().of(county.code)) is preferred
        and (preferred or county.kind in RURAL_KINDS)
    )


def written_code(draw: Draw, county: County) -> str:
    """The county's code as its people write it: now and then one that has ended."""
    former = counties().former_codes(county.code)
    return draw.one(former) if former and draw.chance(0.3) else county.code


def own_point(draw: Draw, county: County) -> tuple[str, str]:
    """Latitude and longitude of a farm near the county's seat, as text in degrees."""
    if county.latitude_e7 is None or county.longitude_e7 is None:
        raise ValueError(f"{county.code} has no seat")
    near = [
        seat / 1e7 + draw.uniform(-POINT_SPREAD_DEGREES, POINT_SPREAD_DEGREES)
        for seat in (county.latitude_e7, county.longitude_e7)
    ]
    return f"{near[0]:.5f}", f"{near[1]:.5f}"
