"""Capacities: grading, packing, precooling, cold storage, processing, line-haul, local delivery."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from duijie_shared.events.base import Activity, Temperature
from duijie_shared.posting import common
from duijie_shared.posting.fields import Fields, Source
from duijie_shared.values import round_half_even

CAPACITY_FIELDS = (
    "activity", "product_in", "product_out", "yield", "throughput_per_day", "unit", "fee", "loss", "county",
    "latitude", "longitude", "to_county", "to_latitude", "to_longitude", "available_from", "available_to",
    "temperature", "note",
)  # fmt: skip

ACTIVITIES: dict[str, Activity] = {
    "grading": "grading", "分级": "grading",
    "packing": "packing", "包装": "packing",
    "precooling": "precooling", "预冷": "precooling",
    "cold_storage": "cold_storage", "冷藏": "cold_storage", "冷库": "cold_storage",
    "processing": "processing", "加工": "processing",
    "line_haul": "line_haul", "干线运输": "line_haul", "干线": "line_haul",
    "local_delivery": "local_delivery", "配送": "local_delivery", "末端配送": "local_delivery",
}  # fmt: skip

PPM = 1_000_000
RATIO_DECIMALS = 6


@dataclass(frozen=True)
class CapacityTerms:
    """One capacity, in contract integers and as posted (`posted_*`). `fee` is per unit taken in."""

    activity: Activity
    product_in: str | None
    product_out: str | None
    yield_ppm: int | None
    loss_ppm: int
    throughput_per_day: int
    fee: int
    county: str | None
    latitude_e7: int
    longitude_e7: int
    to_county: str | None
    to_latitude_e7: int | None
    to_longitude_e7: int | None
    available_from: dt.date
    available_to: dt.date
    temperature: Temperature | None
    note: str | None
    unit: str
    posted_throughput: Decimal
    posted_fee: Decimal


def parse_capacity(fields: Mapping[str, object], *, source: Source, today: dt.date | None) -> CapacityTerms:
    """The terms of a capacity; errors as `parse_offer`."""
    read = Fields(fields, CAPACITY_FIELDS, source)
    read.require("activity", "throughput_per_day", "unit", "fee", "available_from", "available_to")
    activity = read.choice("activity", ACTIVITIES)
    if activity == "processing":
        read.require("product_in", "product_out", "yield")
    taken = common.product_of(read, "product_in")
    given = common.product_of(read, "product_out")
    unit = common.unit_of(read, "unit", taken)
    size = unit[1] if unit else None
    throughput = common.quantity_of(read, "throughput_per_day", size)
    fee = common.price_of(read, "fee", size, zero=True)
    ratio = read.positive("yield", most=Decimal(10), decimals=RATIO_DECIMALS)
    loss = read.positive("loss", most=Decimal("0.999999"), decimals=RATIO_DECIMALS, zero=True)
    place = common.place_of(read)
    to = common.place_of(read, prefix="to_", required=activity == "line_haul")
    window = common.window_of(read, "available_from", "available_to", today)
    temperature = read.choice("temperature", common.TEMPERATURES)
    note = read.text("note", longest=2000, lines=True)
    posted_throughput, posted_fee = read.number("throughput_per_day"), read.number("fee")
    read.finish()
    # Whatever is missing was refused above, and `finish` threw.
    if (
        activity is None
        or unit is None
        or throughput is None
        or fee is None
        or place is None
        or window is None
    ):
        raise AssertionError("a missing field was not refused")
    if posted_throughput is None or posted_fee is None:
        raise AssertionError("a missing number was not refused")
    return CapacityTerms(
        activity=activity,
        product_in=taken.slug if taken else None,
        product_out=given.slug if given else None,
        yield_ppm=None if ratio is None else round_half_even(Fraction(ratio) * PPM),
        loss_ppm=0 if loss is None else round_half_even(Fraction(loss) * PPM),
        throughput_per_day=throughput,
        fee=fee,
        county=place.county,
        latitude_e7=place.latitude_e7,
        longitude_e7=place.longitude_e7,
        to_county=to.county if to else None,
        to_latitude_e7=to.latitude_e7 if to else None,
        to_longitude_e7=to.longitude_e7 if to else None,
        available_from=window[0],
        available_to=window[1],
        temperature=temperature,
        note=note,
        unit=unit[0],
        posted_throughput=posted_throughput,
        posted_fee=posted_fee,
    )
