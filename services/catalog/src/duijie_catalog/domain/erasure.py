"""What is left of a party and its postings once its data are deleted: what was traded, not by whom or exactly where."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any, TypeVar

from duijie_shared.events.base import LIVE
from duijie_shared.geography import counties
from duijie_shared.posting import PartyTerms

from duijie_catalog.domain.capacity import Capacity
from duijie_catalog.domain.order import Order
from duijie_catalog.domain.party import Party

Aggregate = TypeVar("Aggregate", Order, Capacity)

NAME = "已删除 / erased"
NOWHERE = (0, 0)
"""The point of what has no county, or one without a known seat: no place rather than the exact one."""


def erased_party(party: Party, now: dt.datetime) -> Party:
    """The party with kind and county alone; one that is erased already is unchanged."""
    if party.status == "erased":
        return party
    terms = PartyTerms(
        name=NAME,
        kind=party.terms.kind,
        uscc=None,
        county=party.terms.county,
        latitude_e7=None,
        longitude_e7=None,
        contact=None,
    )
    return replace(
        party,
        version=party.version + 1,
        status="erased",
        evidence="self_declared",
        row_key=f"erased-{party.id}",
        terms=terms,
        updated_at=now,
    )


def erased_order(order: Order, now: dt.datetime) -> Order:
    """The order, withdrawn where it was live, at the seat of its county and without what was private; quantities,
    prices and days stay: a deal may rest on them. One that has nothing to lose is unchanged.
    """
    latitude_e7, longitude_e7 = _seat(order.terms.county)
    terms = replace(
        order.terms,
        latitude_e7=latitude_e7,
        longitude_e7=longitude_e7,
        posted_county=order.terms.county,
        reserve_price=None,
        posted_reserve_price=None,
        area_mu=None,
        note=None,
    )
    return _ended(order, now, terms)


def erased_capacity(capacity: Capacity, now: dt.datetime) -> Capacity:
    """As `erased_order`; what is booked stays booked."""
    latitude_e7, longitude_e7 = _seat(capacity.terms.county)
    to = (None, None) if capacity.terms.to_latitude_e7 is None else _seat(capacity.terms.to_county)
    terms = replace(
        capacity.terms,
        latitude_e7=latitude_e7,
        longitude_e7=longitude_e7,
        to_latitude_e7=to[0],
        to_longitude_e7=to[1],
        note=None,
    )
    return _ended(capacity, now, terms)


def _ended(posting: Aggregate, now: dt.datetime, terms: Any) -> Aggregate:
    ended: dict[str, Any] = (
        {"status": "withdrawn", "closed_at": now} if posting.status in {"draft", *LIVE} else {}
    )
    if not ended and posting.terms == terms and posting.row_key is None:
        return posting
    return replace(posting, version=posting.version + 1, updated_at=now, row_key=None, terms=terms, **ended)


def _seat(county: str | None) -> tuple[int, int]:
    if county is None:
        return NOWHERE
    seat = counties().get(county)
    if seat.latitude_e7 is None or seat.longitude_e7 is None:
        return NOWHERE
    return seat.latitude_e7, seat.longitude_e7
