"""Capacities: grading, packing, precooling, cold storage and processing near the growers, haulage to the cities."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final

from duijie_shared.geography import counties
from duijie_shared.geography.distance import distance_m
from duijie_shared.taxonomy import taxonomy

from duijie_local.demo import assumptions
from duijie_local.demo.draw import day, rounded, written
from duijie_local.demo.sellers import plain_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from duijie_shared.events.base import PartyKind
    from duijie_shared.geography import County

    from duijie_local.demo.draw import Draw
    from duijie_local.demo.parties import Party, Register
    from duijie_local.demo.sellers import Seller

ACTIVITIES: Final = {
    "grading": 14, "packing": 14, "precooling": 12, "cold_storage": 20, "processing": 14, "line_haul": 18,
    "local_delivery": 8,
}  # fmt: skip
OPERATORS: Final[dict[str, tuple[PartyKind, str]]] = {
    "grading": ("site", "县级电商服务中心"),
    "packing": ("site", "县级电商服务中心"),
    "precooling": ("storage", "产地预冷站"),
    "cold_storage": ("storage", "冷链仓储中心"),
    "processing": ("processor", "加工厂"),
    "line_haul": ("carrier", "干线物流公司"),
    "local_delivery": ("carrier", "城配物流公司"),
}
DAILY_KG: Final = {
    "grading": 15_000, "packing": 10_000, "precooling": 20_000, "cold_storage": 60_000, "processing": 12_000,
    "line_haul": 30_000, "local_delivery": 6_000,
}  # fmt: skip
"""Median throughput in kg a day: editor's assumptions."""

TEMPERATURES: Final = {"precooling": "chilled", "cold_storage": "chilled"}


def capacity_row(
    draw: Draw,
    register: Register,
    row_key: str,
    sellers: Sequence[Seller],
    cities: Sequence[County],
    as_of: dt.date,
) -> dict[str, str]:
    """One row of `capacities.csv`, run by a new party."""
    activity = draw.weighted(ACTIVITIES)
    seller, city = draw.one(sellers), draw.one(cities)
    place = city if activity == "local_delivery" else seller.county
    row = dict.fromkeys(
        (
            "product_in",
            "product_out",
            "yield",
            "latitude",
            "longitude",
            "to_county",
            "to_latitude",
            "to_longitude",
        ),
        "",
    )
    fee = assumptions.FEES.get(activity, 0.0)
    what = ""
    if activity == "processing":
        raw, made, ratio, fee = draw.one(assumptions.CONVERSIONS)
        what = plain_name(taxonomy().product(made))
        row |= {
            "product_in": raw,
            "product_out": made,
            "yield": written(rounded(draw.around(ratio, 0.05), 2)),
        }
    elif activity == "line_haul":
        row["to_county"] = city.code
        fee = _km(place, city) * assumptions.LINE_HAUL_DETOUR * assumptions.LINE_HAUL_CNY_PER_KG_KM
    operator = _operator(register, activity, what, place)
    first = as_of + dt.timedelta(days=draw.between(-10, 10))
    tonnes = draw.chance(0.4)
    size = 1000 if tonnes else 1
    return {
        "row_key": row_key,
        "party": operator.row_key,
        "activity": activity,
        **row,
        "throughput_per_day": written(rounded(draw.around(DAILY_KG[activity], 0.6) / size, 2)),
        "unit": "t" if tonnes else "kg",
        "fee": written(rounded(max(0.01, fee * draw.around(1.0, 0.12)) * size, 2)),
        "loss": written(rounded(draw.uniform(0.002, 0.03), 1)) if draw.chance(0.6) else "",
        "county": place.code,
        "available_from": day(first),
        "available_to": day(first + dt.timedelta(days=draw.between(30, 180))),
        "temperature": TEMPERATURES.get(
            activity, "chilled" if activity == "line_haul" and draw.chance(0.4) else ""
        ),
        "note": "",
    }


def _operator(register: Register, activity: str, what: str, place: County) -> Party:
    kind, trade = OPERATORS[activity]
    return register.add(kind, f"{place.name_zh}{what}{trade}", place)


def _km(start: County, end: County) -> float:
    ends = [counties().get(county.code) for county in (start, end)]
    points = [(county.latitude_e7, county.longitude_e7) for county in ends]
    numbers = [number for point in points for number in point if number is not None]
    return distance_m(*numbers) / 1000
