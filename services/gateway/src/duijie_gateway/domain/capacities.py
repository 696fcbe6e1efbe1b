"""Capacities as anybody with a key may know them: no party, no point, no fee, no bookings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from duijie_shared.events.base import LIVE
from duijie_shared.values import QUANTITY_SCALE, to_number

from duijie_gateway.domain.facts import Facts
from duijie_gateway.domain.listings import PPM, pricing_unit

if TYPE_CHECKING:
    import datetime as dt

    from duijie_shared.events.capacities import CapacitySnapshot


def is_listed(capacity: CapacitySnapshot) -> bool:
    """Whether the public sees it: while it is live."""
    return capacity.status in LIVE


def capacity_item(capacity: CapacitySnapshot, updated_at: dt.datetime) -> dict[str, Any]:
    """The item: the throughput in `unit` a day, of what is taken in."""
    product = capacity.product_in or capacity.product_out
    return {
        "id": str(capacity.capacity_id),
        "version": capacity.version,
        "activity": capacity.activity,
        "product_in": capacity.product_in,
        "product_out": capacity.product_out,
        "yield": None if capacity.yield_ppm is None else to_number(capacity.yield_ppm, PPM),
        "loss": to_number(capacity.loss_ppm, PPM),
        "throughput_per_day": to_number(capacity.throughput_per_day, QUANTITY_SCALE),
        "unit": "kg" if product is None else pricing_unit(product),
        "county": capacity.county,
        "to_county": capacity.to_county,
        "available_from": capacity.available_from.isoformat(),
        "available_to": capacity.available_to.isoformat(),
        "temperature": capacity.temperature,
        "updated_at": updated_at.isoformat(),
    }


def capacity_facts(capacity: CapacitySnapshot) -> Facts:
    """What filters of feeds look at: the throughput of a day as quantity, both ends of a road as counties."""
    products = (capacity.product_in, capacity.product_out)
    counties = (capacity.county, capacity.to_county)
    return Facts(
        products=tuple(dict.fromkeys(product for product in products if product)),
        counties=tuple(dict.fromkeys(county for county in counties if county)),
        quantity=capacity.throughput_per_day,
        first=capacity.available_from,
        last=capacity.available_to,
        activity=capacity.activity,
    )
