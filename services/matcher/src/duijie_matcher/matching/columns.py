"""Orders as columns: one array per field, oldest order first.

A column keeps its order's place throughout: position + 1 is the order's rank by age. Views of some of the
orders (`take`) keep the same fields, shaped so that offers and demands broadcast against each other.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from duijie_shared.events.base import EVIDENCE_LEVELS
from numpy.typing import NDArray

from duijie_matcher.matching.by_class import class_code, fresh_until, rates
from duijie_matcher.matching.calendar import day_start, window_end
from duijie_matcher.matching.distance import Floats, unit_vectors
from duijie_matcher.matching.widening import reach

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from duijie_shared.taxonomy.model import Product

    from duijie_matcher.domain import Order
    from duijie_matcher.matching.terms import Terms

Bools = NDArray[np.bool_]
Bits = NDArray[np.uint16]
Bytes = NDArray[np.uint8]
Ints = NDArray[np.int64]
Words = NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class Columns:
    """What both sides have. Quantities and prices in contract units; a negotiable ask is 0, a bid infinite.

    `tradable` is what remains, or -1 where that is below the order's own minimum lot, so that comparing it
    with the other side's minimum lot decides MIN_LOT. `pack` is the pack multiple, 1 where any quantity will
    do. `opens` and `closes` are milliseconds since 1970; `certificates` is a bit set, one word per row of the
    array; `evidence` the level's place in `EVIDENCE_LEVELS`; `reach` the longest time on the road (ms) that the
    order's search covers so far.
    """

    x: Floats
    y: Floats
    z: Floats
    remaining: Floats
    tradable: Floats
    min_lot: Floats
    pack: Ints
    price: Floats
    priced: Bools
    opens: Floats
    closes: Floats
    grade: Bytes
    temperature: Bytes
    party: Ints
    county: Ints
    certificates: Words
    evidence: Bytes
    reach: Floats

    def take(self, at: slice | NDArray[np.intp], shape: tuple[int, ...] = (-1,)) -> Self:
        """The orders at these positions, each column in this shape."""
        parts: dict[str, Any] = {}
        for name in self.__dataclass_fields__:
            column = getattr(self, name)
            parts[name] = column[..., at].reshape((*column.shape[:-1], *shape))
        return type(self)(**parts)

    def rows(self, first: int, last: int) -> Self:
        """Of columns shaped downwards, the orders from `first` up to `last`; no copy is made."""
        return type(self)(*(getattr(self, name)[..., first:last, :] for name in self.__dataclass_fields__))


@dataclass(frozen=True, slots=True)
class OfferColumns(Columns):
    """Offers. `rate` and `rate_unit` are numerators and denominators of the transport price per metre, and
    `fresh_until` the moment up to which the goods may arrive (infinite where nothing is known): one row per
    class that a demand may name (none, ambient, chilled, frozen). `leaves` is the first moment at which the
    goods are both available and harvested.
    """

    rate: Floats
    rate_unit: Floats
    fresh_until: Floats
    leaves: Floats
    designated: Bools


@dataclass(frozen=True, slots=True)
class DemandColumns(Columns):
    """Demands. `origins` is a row of the market's table of accepted origins; row 0 accepts all."""

    origins: Ints


@dataclass(frozen=True, slots=True)
class Numbering:
    """Small integers for the words that a market's orders share."""

    parties: Mapping[Any, int]
    counties: Mapping[str | None, int]
    certificates: Mapping[str, int]
    origins: Mapping[tuple[str, ...], int]

    @classmethod
    def of(cls, offers: Sequence[Order], demands: Sequence[Order]) -> Numbering:
        """Numbers by first appearance, which never leave the market."""
        orders = (*offers, *demands)
        return cls(
            parties=_numbers(order.party_id for order in orders),
            counties=_numbers(order.county for order in offers),
            certificates=_numbers(name for order in demands for name in sorted(order.certificates)),
            origins=_numbers([(), *(tuple(sorted(order.origin_counties)) for order in demands)]),
        )

    def accepted_origins(self) -> Bools:
        """Table of set of origins x county of an offer: whether the set accepts it. An offer of no county
        is accepted by the empty set alone.
        """
        table = np.zeros((len(self.origins), max(1, len(self.counties))), dtype=np.bool_)
        for accepted, row in self.origins.items():
            for county, column in self.counties.items():
                table[row, column] = not accepted or county in accepted
        return table


def offer_columns(
    offers: Sequence[Order],
    products: Mapping[str, Product],
    terms: Terms,
    numbering: Numbering,
    as_of: int | None,
) -> OfferColumns:
    """Columns of offers sorted by age. Moments before `as_of` (ms since 1970) are no longer available."""
    common = _common(offers, products, numbering, no_price=0.0)
    common["reach"] = reach(terms, offers, as_of)
    if as_of is not None:
        common["opens"] = np.where(common["closes"] < as_of, np.inf, np.maximum(common["opens"], as_of))
    rate, unit = rates(offers, products, terms)
    harvested = [-np.inf if order.harvest_date is None else day_start(order.harvest_date) for order in offers]
    designation = terms.policy.tilt.designation
    return OfferColumns(
        **common,
        rate=rate,
        rate_unit=unit,
        fresh_until=fresh_until(offers, products),
        leaves=np.maximum(common["opens"], np.array(harvested, dtype=np.float64)),
        designated=np.array([designation in order.designations for order in offers], dtype=np.bool_),
    )


def demand_columns(
    demands: Sequence[Order],
    products: Mapping[str, Product],
    terms: Terms,
    numbering: Numbering,
    as_of: int | None,
) -> DemandColumns:
    """Columns of demands sorted by age. `as_of` (ms since 1970) says how long they have waited."""
    origins = [numbering.origins[tuple(sorted(order.origin_counties))] for order in demands]
    return DemandColumns(
        **_common(demands, products, numbering, no_price=np.inf),
        reach=reach(terms, demands, as_of),
        origins=np.array(origins, dtype=np.int64),
    )


def _common(
    orders: Sequence[Order], products: Mapping[str, Product], numbering: Numbering, no_price: float
) -> dict[str, Any]:
    def floats(value: Callable[[Order], float]) -> Floats:
        return np.fromiter((value(order) for order in orders), dtype=np.float64, count=len(orders))

    def integers(value: Callable[[Order], int]) -> Ints:
        return np.fromiter((value(order) for order in orders), dtype=np.int64, count=len(orders))

    x, y, z = unit_vectors(floats(lambda order: order.latitude_e7), floats(lambda order: order.longitude_e7))
    remaining, min_lot = floats(lambda order: order.remaining), floats(lambda order: order.min_lot)
    return {
        "x": x,
        "y": y,
        "z": z,
        "remaining": remaining,
        "tradable": np.where(remaining < min_lot, -1.0, remaining),
        "min_lot": min_lot,
        "pack": integers(lambda order: order.pack_multiple or 1),
        "price": floats(lambda order: no_price if order.price is None else order.price),
        "priced": np.array([order.price is not None for order in orders], dtype=np.bool_),
        "opens": floats(lambda order: day_start(order.window_from)),
        "closes": floats(
            lambda order: window_end(order.window_to, booked=products[order.product].dimension == "booking")
        ),
        "grade": integers(lambda order: order.grade).astype(np.uint8),
        "temperature": integers(lambda order: class_code(order.temperature)).astype(np.uint8),
        "party": integers(lambda order: numbering.parties[order.party_id]),
        "county": integers(lambda order: numbering.counties.get(order.county, 0)),
        "certificates": _bit_sets(orders, numbering.certificates),
        "evidence": integers(lambda order: EVIDENCE_LEVELS.index(order.evidence)).astype(np.uint8),
    }


def _bit_sets(orders: Sequence[Order], numbers: Mapping[str, int]) -> Words:
    words = np.zeros((max(1, -(-len(numbers) // 64)), len(orders)), dtype=np.uint64)
    for column, order in enumerate(orders):
        for name in order.certificates:
            number = numbers.get(name)
            if number is not None:
                words[number // 64, column] |= np.uint64(1 << number % 64)
    return words


def _numbers(words: Any) -> dict[Any, int]:
    return {word: number for number, word in enumerate(dict.fromkeys(words))}
