"""Terms -> the fields of order and capacity snapshots that follow from them alone: one for catalog and `duijie match`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from duijie_shared.events.orders import PriceBreak

if TYPE_CHECKING:
    from duijie_shared.posting.capacities import CapacityTerms
    from duijie_shared.posting.orders import OrderTerms


def snapshot_fields(terms: OrderTerms) -> dict[str, Any]:
    """What the terms say of a snapshot; the caller adds identity, status, quantities left and designations."""
    return {
        "side": terms.side,
        "market": terms.market,
        "product": terms.product,
        "grade": terms.grade,
        "quantity": terms.quantity,
        "min_lot": terms.min_lot,
        "price": terms.price,
        "county": terms.county,
        "latitude_e7": terms.latitude_e7,
        "longitude_e7": terms.longitude_e7,
        "window_from": terms.window_from,
        "window_to": terms.window_to,
        "harvest_date": terms.harvest_date,
        "temperature": terms.temperature,
        "certificates": terms.certificates,
        "origin_counties": terms.origin_counties,
        "evidence": terms.evidence,
        "pack_multiple": terms.pack_multiple,
        "price_breaks": tuple(
            PriceBreak(quantity=quantity, price=price)
            for quantity, price in zip(terms.break_quantities, terms.break_prices, strict=True)
        ),
        "catch_weight_ppm": terms.catch_weight_ppm,
        "shows_price": terms.publish_price,
    }


def capacity_fields(terms: CapacityTerms) -> dict[str, Any]:
    """What the terms say of a capacity's snapshot; the caller adds identity, status and what is booked."""
    return {
        "activity": terms.activity,
        "product_in": terms.product_in,
        "product_out": terms.product_out,
        "yield_ppm": terms.yield_ppm,
        "loss_ppm": terms.loss_ppm,
        "throughput_per_day": terms.throughput_per_day,
        "fee": terms.fee,
        "county": terms.county,
        "latitude_e7": terms.latitude_e7,
        "longitude_e7": terms.longitude_e7,
        "to_county": terms.to_county,
        "to_latitude_e7": terms.to_latitude_e7,
        "to_longitude_e7": terms.to_longitude_e7,
        "available_from": terms.available_from,
        "available_to": terms.available_to,
        "temperature": terms.temperature,
    }
