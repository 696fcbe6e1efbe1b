"""Calls for capacity: gaps of one kind and place added up, for processors, stores and carriers to answer."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from uuid import UUID, uuid5

from duijie_shared.events.calls import CapacityCall

from duijie_matcher.matching.by_class import class_code
from duijie_matcher.matching.chains.gaps import traded_gaps
from duijie_matcher.matching.chains.needs import COOLING, GAPS, HAUL, NEEDED, PROCESSING, STORAGE
from duijie_matcher.matching.terms import TEMPERATURES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from duijie_shared.events.base import Temperature

    from duijie_matcher.domain import Order
    from duijie_matcher.matching.book import Book
    from duijie_matcher.matching.chains.gaps import Gap
    from duijie_matcher.matching.columns import Ints

CALLS = UUID("0b0a7a52-3f6e-5a4c-9c1d-6a1f7d2e4b90")
"""Namespace of call ids; fixed for good."""

Key = tuple[int, str, str | None, str | None, str | None, "Temperature | None"]


@dataclass(slots=True)
class _Sum:
    quantity: int = 0
    worth: int = 0
    orders: set[UUID] = field(default_factory=set)
    days: list[dt.date] = field(default_factory=list)


def calls_of(book: Book, found: Sequence[Gap], sold: Ints, bought: Ints) -> tuple[CapacityCall, ...]:
    """One call per missing activity, product, place and class; by code and place."""
    sums: dict[Key, _Sum] = defaultdict(_Sum)
    for gap, amount in traded_gaps(found, sold, bought):
        offer, demand = book.offers[gap.offer], book.demands[gap.demand]
        for bit in NEEDED:
            if gap.missing & bit:
                total = sums[_key(book, bit, offer, demand)]
                total.quantity += amount
                total.worth += amount * gap.worth
                total.orders |= {offer.order_id, demand.order_id}
                total.days += _days(bit, offer, demand)
    return tuple(
        _call(book, key, sums[key])
        for key in sorted(sums, key=lambda key: (key[0], *(part or "" for part in key[1:])))
    )


def _key(book: Book, bit: int, offer: Order, demand: Order) -> Key:
    moved = bit in {COOLING, HAUL}
    named = max(class_code(offer.temperature), class_code(demand.temperature))
    temperature = TEMPERATURES[named - 1] if named else book.products[offer.product].temperature
    return (
        bit,
        offer.product,
        demand.product if bit == PROCESSING else None,
        offer.county,
        demand.county if moved else None,
        temperature if moved or bit == STORAGE else None,
    )


def _days(bit: int, offer: Order, demand: Order) -> list[dt.date]:
    if bit == STORAGE:
        return [offer.window_to, max(offer.window_to, demand.window_from)]
    return [offer.window_from, offer.window_to]


def _call(book: Book, key: Key, total: _Sum) -> CapacityCall:
    bit, product_in, product_out, county, to_county, temperature = key
    code = GAPS[bit]
    name = "|".join([book.market, code, *(part or "" for part in key[1:])])
    return CapacityCall(
        call_id=uuid5(CALLS, name),
        status="open",
        market=book.market,
        code=code,
        activity=NEEDED[bit],
        product_in=product_in,
        product_out=product_out,
        county=county,
        to_county=to_county,
        temperature=temperature,
        quantity=total.quantity,
        orders=len(total.orders),
        needed_from=min(total.days),
        needed_to=max(total.days),
        worth=total.worth,
        as_of=book.as_of,
    )
