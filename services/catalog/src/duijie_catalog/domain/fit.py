"""Whether two orders still fit: what is judged again at each accept, since anything may have changed in between."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Literal

from duijie_shared.events.base import LIVE
from duijie_shared.geography.distance import distance_m
from duijie_shared.posting import snapshot_fields
from duijie_shared.taxonomy import taxonomy

from duijie_catalog.clock import SHANGHAI, day_of

if TYPE_CHECKING:
    from duijie_shared.events.policy import TransportPolicy
    from duijie_shared.posting import OrderTerms

    from duijie_catalog.domain.order import Order

Obstacle = Literal[
    "VERSION", "CLOSED", "OWN_PARTY", "PRODUCT", "WINDOW", "QUANTITY", "PACK", "MIN_LOT", "PRICE", "CAPACITY"
]
"""Why two orders no longer fit, in the order in which they are told."""

_NOT_AGREED_ON = frozenset({"quantity", "shows_price"})
"""What may change of an order that is held without changing what was accepted."""


@dataclass(frozen=True, slots=True)
class Trade:
    """What is to be traded: quantity and prices in contract integers, the days on which capacities take it in."""

    quantity: int
    price: int
    farm_gate_price: int
    days: tuple[tuple[dt.date, dt.date], ...] = ()


def fingerprint(order: Order) -> str:
    """Of the terms that a side accepts: equal while product, grade, place, window, packs and price stay the same."""
    return digest(order, _NOT_AGREED_ON)


def digest(order: Order, apart: frozenset[str]) -> str:
    """SHA-256 of the order's terms as they are published, without those named in `apart`."""
    fields = {name: value for name, value in snapshot_fields(order.terms).items() if name not in apart}
    text = json.dumps(fields, default=str, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def obstacles(
    offer: Order, demand: Order, trade: Trade, transport: TransportPolicy, now: dt.datetime
) -> list[Obstacle]:
    """Why `trade` is not possible between the two as they are now, versions and quantity left apart."""
    return list(_obstacles(offer, demand, trade, transport, now))


def _obstacles(
    offer: Order, demand: Order, trade: Trade, transport: TransportPolicy, now: dt.datetime
) -> Iterator[Obstacle]:
    if not {offer.status, demand.status} <= LIVE:
        yield "CLOSED"
    if offer.party_id == demand.party_id:
        yield "OWN_PARTY"
    if not _same_goods(offer.terms, demand.terms, processed=bool(trade.days)):
        yield "PRODUCT"
    if not _in_time(offer.terms, demand.terms, trade, transport, now):
        yield "WINDOW"
    sides = (offer.terms, demand.terms)
    if any(terms.pack_multiple and trade.quantity % terms.pack_multiple for terms in sides):
        yield "PACK"
    if any(trade.quantity < terms.min_lot for terms in sides):
        yield "MIN_LOT"
    least, most = least_price(offer.terms, trade.quantity), most_price(demand.terms)
    if (least is not None and trade.farm_gate_price < least) or (most is not None and trade.price > most):
        yield "PRICE"


def least_price(offer: OrderTerms, quantity: int) -> int | None:
    """The least that an offer agrees to at the farm gate: its reserve, else the ask for that quantity; None: any."""
    ask = offer.price
    for from_quantity, price in zip(offer.break_quantities, offer.break_prices, strict=True):
        if quantity >= from_quantity:
            ask = price
    return min((each for each in (ask, offer.reserve_price) if each is not None), default=None)


def most_price(demand: OrderTerms) -> int | None:
    """The most that a demand agrees to at its door: its reserve, else its bid; None: any."""
    return max((each for each in (demand.price, demand.reserve_price) if each is not None), default=None)


def _same_goods(offer: OrderTerms, demand: OrderTerms, *, processed: bool) -> bool:
    if offer.market != demand.market:
        return False
    return processed or taxonomy().is_descendant(offer.product, demand.product)


def _in_time(
    offer: OrderTerms, demand: OrderTerms, trade: Trade, transport: TransportPolicy, now: dt.datetime
) -> bool:
    """Whether a lot that leaves from now on arrives within the demand's window, by the days that are booked."""
    opens, closes = max(_begins(offer.window_from), now), _ends(offer.window_to)
    journey = _journey(offer, demand, transport)
    if opens >= closes or opens + journey > _ends(demand.window_to):
        return False
    if trade.days:
        return _in_order(trade.days, max(offer.window_from, day_of(now)), demand.window_to)
    return closes + journey >= _begins(demand.window_from)


def _in_order(spans: Sequence[tuple[dt.date, dt.date]], earliest: dt.date, latest: dt.date) -> bool:
    """Whether each leg begins no earlier than the one before it ends, all of them within the two days."""
    ready = earliest
    for first, last in spans:
        if first < ready:
            return False
        ready = last
    return ready <= latest


def _journey(offer: OrderTerms, demand: OrderTerms, transport: TransportPolicy) -> dt.timedelta:
    metres = distance_m(offer.latitude_e7, offer.longitude_e7, demand.latitude_e7, demand.longitude_e7)
    hours = metres * Fraction(str(transport.detour)) / (1000 * Fraction(str(transport.speed_km_per_hour)))
    return dt.timedelta(milliseconds=round((hours + Fraction(str(transport.handling_hours))) * 3_600_000))


def _begins(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), SHANGHAI)


def _ends(day: dt.date) -> dt.datetime:
    return _begins(day + dt.timedelta(1))
