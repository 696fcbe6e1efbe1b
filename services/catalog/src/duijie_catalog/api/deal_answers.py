"""Deals and calendars as the JSON that the public sees: deals in the pricing unit, calendars as posted."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from duijie_shared.rendering.items import COARSE_PRICE
from duijie_shared.values import COORDINATE_SCALE, PRICE_SCALE, QUANTITY_SCALE, to_number

if TYPE_CHECKING:
    from duijie_shared.events.base import Side

    from duijie_catalog.domain.capacity import Capacity
    from duijie_catalog.domain.deal import Deal
    from duijie_catalog.domain.order import Order
    from duijie_catalog.domain.party import Party
    from duijie_catalog.trading.contracts import Contract
    from duijie_catalog.trading.deals import Revealed


def deal(of: Deal, side: Side | None) -> dict[str, Any]:
    """A hold or deal as both sides see it; `side` is the reader's own, None for staff.

    Until both have accepted the sides see prices to 0.01 CNY: exact ones would give the distance, and so the place.
    """
    coarse = side is not None and of.status != "dealt"
    return {
        "id": str(of.id),
        "version": of.version,
        "status": of.status,
        "side": side,
        "match": str(of.match_id),
        "offer": str(of.offer_id),
        "demand": str(of.demand_id),
        "market": of.market,
        "product": of.product,
        "quantity": to_number(of.quantity, QUANTITY_SCALE),
        "unit": of.unit,
        "price": price(of.price, coarse=coarse),
        "farm_gate_price": price(of.farm_gate_price, coarse=coarse),
        "offer_county": of.offer_county,
        "demand_county": of.demand_county,
        "legs": [
            {
                "capacity": str(leg.capacity_id),
                "from": leg.first.isoformat(),
                "to": leg.last.isoformat(),
                "quantity": to_number(leg.quantity, QUANTITY_SCALE),
            }
            for leg in of.legs
        ],
        "accepted_by": of.accepted_by,
        "held_at": of.created_at.isoformat(),
        "deadline": of.deadline.isoformat(),
        "ended_at": of.ended_at and of.ended_at.isoformat(),
        "reason": of.reason,
        "counterparty": None,
    }


def counterparty(of: Revealed | None) -> dict[str, Any]:
    """The other side with contact and exact place, or nothing."""
    if of is None:
        return {}
    return {
        "counterparty": {
            "party": str(of.party.id),
            "name": of.party.terms.name,
            "kind": of.party.terms.kind,
            "contact": of.party.terms.contact,
            "latitude": of.latitude_e7 / COORDINATE_SCALE,
            "longitude": of.longitude_e7 / COORDINATE_SCALE,
        }
    }


def contract(of: Contract) -> dict[str, Any]:
    """A deal with exact prices, who the two sides are, and what their orders say of goods, place and days."""
    return {
        "deal": deal(of.deal, None),
        "seller": _side(of.seller, of.offer),
        "buyer": _side(of.buyer, of.demand),
    }


def _side(party: Party, order: Order) -> dict[str, Any]:
    terms = order.terms
    return {
        "name": party.terms.name,
        "uscc": party.terms.uscc,
        "contact": party.terms.contact,
        "county": terms.county,
        "latitude": terms.latitude_e7 / COORDINATE_SCALE,
        "longitude": terms.longitude_e7 / COORDINATE_SCALE,
        "grade": terms.grade,
        "posted_grade": terms.posted_grade,
        "grade_scheme": terms.grade_scheme,
        "from": terms.window_from.isoformat(),
        "to": terms.window_to.isoformat(),
        "certificates": list(terms.certificates),
        "temperature": terms.temperature,
        "catch_weight": to_number(terms.catch_weight_ppm, 1_000_000) or None,
    }


def calendar(of: Capacity, first: dt.date, last: dt.date) -> dict[str, Any]:
    """What is booked and what remains of each day, in the unit that the capacity was posted in."""
    booked = dict(of.booked)
    in_unit = Fraction(of.terms.posted_throughput) / of.terms.throughput_per_day
    return {
        "capacity": str(of.id),
        "version": of.version,
        "unit": of.terms.unit,
        "days": [
            {
                "day": day.isoformat(),
                "booked": _number(booked.get(day, 0) * in_unit),
                "remaining": _number(left * in_unit),
            }
            for day, left in of.remaining(first, last).items()
        ],
    }


def price(value: int, *, coarse: bool) -> int | float:
    """A price in CNY per unit, to 0.01 where the reader may not reckon a distance with it."""
    return to_number(round(value / COARSE_PRICE) * COARSE_PRICE if coarse else value, PRICE_SCALE)


def _number(value: Fraction) -> int | float:
    return int(value) if value.denominator == 1 else float(value)
