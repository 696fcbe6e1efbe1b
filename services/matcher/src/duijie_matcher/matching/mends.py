"""What an order could change about itself so that a pair which fails passes: exact, field by field.

Only the order's own fields: its poster can change nothing else. A pair that no such change mends (the origin of an
offer, a forbidden pair, a harvest too long ago) has no advice.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import cache
from math import lcm
from typing import TYPE_CHECKING, Any, NamedTuple

from duijie_matcher.domain import Order
from duijie_matcher.domain.order import LARGEST_PRICE, LARGEST_QUANTITY
from duijie_matcher.matching.by_class import class_code
from duijie_matcher.matching.calendar import MS_PER_DAY, day_start, window_end
from duijie_matcher.matching.wording import CENT

if TYPE_CHECKING:
    from duijie_shared.events.base import GateCode
    from duijie_shared.taxonomy.model import Product


class Miss(NamedTuple):
    """A pair that fails: both orders, the gates, by how much landed cost passes the bid (1e-6 CNY), the whole
    journey and the moment before which nothing is available (milliseconds), and the days until a search reaches it, which
    are over by that moment.
    """

    own: Order
    other: Order
    product: Product
    codes: tuple[GateCode, ...]
    price_gap: int
    under_way: int
    as_of: int | None
    wait_days: int = 0


Changed = dict[str, Any]
"""Fields of an order and what they would have to be."""
Mend = Callable[[Miss, Order], Changed | None]


def _price(miss: Miss, own: Order) -> Changed | None:
    by = -(-miss.price_gap // CENT) * CENT
    if own.price is None:
        return None
    price = own.price - by if own.side == "offer" else own.price + by
    return {"price": price} if 0 <= price <= LARGEST_PRICE else None


def _grade(miss: Miss, _own: Order) -> Changed | None:
    return {"grade": miss.other.grade}


def _evidence(miss: Miss, _own: Order) -> Changed | None:
    return {"evidence": miss.other.evidence}


def _certificates(miss: Miss, own: Order) -> Changed | None:
    mine, theirs = set(own.certificates), set(miss.other.certificates)
    return {"certificates": tuple(sorted(mine | theirs if own.side == "offer" else mine & theirs))}


def _origin(miss: Miss, own: Order) -> Changed | None:
    if own.side == "offer":
        return None
    # A county beside a difference of prices would come near the other's price, which may be private.
    if miss.other.county is None or "PRICE" in miss.codes:
        return {"origin_counties": ()}
    return {"origin_counties": tuple(sorted({*own.origin_counties, miss.other.county}))}


def _window(miss: Miss, own: Order) -> Changed | None:
    offer, demand = _sides(own, miss.other)
    opens, closes = _moments(offer, miss.product)
    first, last = _moments(demand, miss.product)
    if miss.as_of is not None and miss.as_of > closes:
        return None
    late, early = (
        max(opens, miss.as_of or opens) + miss.under_way - last,
        first - miss.under_way - closes,
    )
    if late <= 0 and early <= 0:
        return {}
    if late > 0 and own.side == "offer":
        if miss.as_of is not None and miss.as_of + miss.under_way > last:
            return None
        return _moved(own, "window_from", -(opens + miss.under_way - last))
    if late > 0:
        return _moved(own, "window_to", late)
    return _moved(own, "window_to", early) if own.side == "offer" else _moved(own, "window_from", -early)


def _freshness(miss: Miss, own: Order) -> Changed | None:
    offer, demand = _sides(own, miss.other)
    if offer.harvest_date is None or miss.product.shelf_life_days is None:
        return {}
    named = max(class_code(own.temperature), class_code(miss.other.temperature))
    if named > class_code(miss.product.temperature):
        return {}  # kept colder than the figure is for: nothing is known
    opens, closes = _moments(offer, miss.product)
    if miss.as_of is not None and miss.as_of > closes:
        return None
    soonest = day_start(offer.harvest_date)
    keeps = (miss.product.shelf_life_days + 1) * MS_PER_DAY
    until = soonest + keeps
    earliest = soonest if miss.as_of is None else max(soonest, miss.as_of)
    leaves = max(opens, earliest)
    first, _ = _moments(demand, miss.product)
    late = max(leaves + miss.under_way, first) - until
    if late <= 0:
        return {}
    if own.side == "demand":
        return _moved(own, "window_from", -late) if leaves + miss.under_way <= until else None
    if first <= until and earliest + miss.under_way <= until:
        return _moved(own, "window_from", -late)
    if miss.under_way > keeps:
        return None
    younger = _moved(own, "harvest_date", late)
    return younger if younger and younger["harvest_date"] <= own.window_to else None


def _lots(miss: Miss, own: Order) -> Changed | None:
    """The least that both sides' packs and the other's minimum lot allow: with its own packs, or else without."""
    other = miss.other
    for pack in dict.fromkeys((own.pack_multiple, 0)):
        multiple = lcm(pack or 1, other.pack_multiple or 1)
        theirs = other.remaining - other.remaining % multiple
        least = -(-max(other.min_lot, 1) // multiple) * multiple
        if least > theirs:
            continue
        enough = max(own.remaining, least)
        trade = min(enough, theirs)
        trade -= trade % multiple
        if enough <= LARGEST_QUANTITY:
            return {"pack_multiple": pack, "remaining": enough, "min_lot": min(own.min_lot, trade)}
    return None


def _never(_miss: Miss, _own: Order) -> Changed | None:
    return None


_MENDS: tuple[tuple[frozenset[GateCode], Mend], ...] = (
    (frozenset({"PRODUCT", "OWN_PARTY", "FORBIDDEN"}), _never),
    (frozenset({"PRICE"}), _price),
    (frozenset({"GRADE"}), _grade),
    (frozenset({"EVIDENCE"}), _evidence),
    (frozenset({"CERTIFICATE"}), _certificates),
    (frozenset({"ORIGIN"}), _origin),
    (frozenset({"WINDOW", "RADIUS"}), _window),
    # After the window: what it has become decides when the goods arrive.
    (frozenset({"FRESHNESS", "RADIUS"}), _freshness),
    (frozenset({"MIN_LOT", "PACK"}), _lots),
)


@cache
def mends(codes: tuple[GateCode, ...]) -> tuple[Mend, ...]:
    """What mends a pair that fails these gates, one after the other, each of the order as those before have left it: what
    would have to change, or None where its poster can do nothing.
    """
    return tuple(mend for of, mend in _MENDS if of & set(codes))


def _sides(own: Order, other: Order) -> tuple[Order, Order]:
    return (own, other) if own.side == "offer" else (other, own)


def _moments(order: Order, product: Product) -> tuple[int, int]:
    return day_start(order.window_from), window_end(order.window_to, booked=product.dimension == "booking")


def _moved(order: Order, field: str, by: int) -> Changed | None:
    """A date moved by at least so many milliseconds, away from zero to whole days."""
    days = -(-abs(by) // MS_PER_DAY) * (1 if by > 0 else -1)
    day: dt.date = getattr(order, field)
    try:
        return {field: day + dt.timedelta(days)}
    except OverflowError:
        return None
