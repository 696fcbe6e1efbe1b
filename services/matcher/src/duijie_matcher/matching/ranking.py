"""One order against a market that is kept laid out: the counterparts it may trade with, best score first.

Gates, money and points are those of the clearing. Nothing is cleared, so a place in the list promises no quantity.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from duijie_shared.taxonomy import taxonomy

from duijie_matcher.matching.calendar import milliseconds
from duijie_matcher.matching.columns import Numbering, demand_columns, offer_columns
from duijie_matcher.matching.distance import distances
from duijie_matcher.matching.gates import failed_gates, journey_ms, transport_prices
from duijie_matcher.matching.scorecard import POINT_SCALE, RULES_1
from duijie_matcher.matching.sieve import Kept, may_meet
from duijie_matcher.matching.valuation import Deal, scores

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from uuid import UUID

    from duijie_matcher.domain import Order
    from duijie_matcher.matching.book import Book, Positions
    from duijie_matcher.matching.columns import Bools, DemandColumns, OfferColumns
    from duijie_matcher.matching.scorecard import Scorecard


class Ranked(NamedTuple):
    """A counterpart that passes every gate, whole metres away, and the pair's score in points."""

    order: Order
    distance: int
    score: float


@dataclass(frozen=True, slots=True)
class Shelf:
    """A book from which one order after the other is ranked. What an order of a product may meet is laid out when the
    first of them comes. Forbidden pairs are told by id, which a new order's is not among.
    """

    book: Book
    numbering: Numbering
    offers: OfferColumns
    demands: DemandColumns
    _offers: dict[str, Kept[OfferColumns]] = field(default_factory=dict)
    _demands: dict[str, Kept[DemandColumns]] = field(default_factory=dict)

    @classmethod
    def of(cls, book: Book) -> Shelf:
        """Lay out a book."""
        # The next demand may ask for a certificate that none so far asks for.
        held = sorted({name for order in (*book.offers, *book.demands) for name in order.certificates})
        numbering = replace(
            Numbering.of(book.offers, book.demands),
            certificates={name: number for number, name in enumerate(held)},
        )
        return cls(
            book=book,
            numbering=numbering,
            offers=offer_columns(book.offers, book.products, book.terms, numbering, _moment(book)),
            demands=demand_columns(book.demands, book.products, book.terms, numbering, _moment(book)),
        )

    def ranked(self, order: Order, count: int = 20, scorecard: Scorecard = RULES_1) -> list[Ranked]:
        """The `count` counterparts of best score, of equals the oldest first.

        Raises
        ------
        ValueError
            For an order of another market or of an unknown product.
        """
        book = self.book
        if order.market != book.market or order.product not in book.products:
            raise ValueError(f"order {order.order_id} is none of market {book.market}")
        selling = order.side == "offer"
        if not selling and not set(order.certificates) <= self.numbering.certificates.keys():
            return []
        travel, handling = book.journey_terms(book.products[order.product])
        offers, demands, places, accepted = (
            self._selling(order, handling) if selling else self._buying(order, handling)
        )
        if not len(places):
            return []
        distance = distances(demands.x, demands.y, demands.z, offers.x, offers.y, offers.z)
        transport = transport_prices(offers, demands, distance)
        failed = failed_gates(offers, demands, accepted, transport, journey_ms(distance, travel), handling)
        passed = np.flatnonzero(failed == 0)
        alone = np.zeros(len(passed), dtype=np.intp)
        sides = (alone, passed) if selling else (passed, alone)
        deals = Deal.of(offers, demands, *sides, distance[passed], transport[passed])
        points = scores(deals, book.terms, scorecard)
        # Score and place in one integer: no tie is left to the sort.
        key = (-points.astype(np.int64) << 32) | np.arange(len(points))
        key = np.sort(key if len(key) <= count else np.partition(key, count - 1)[:count])
        best = key & 0xFFFF_FFFF
        others = book.demands if selling else book.offers
        return [
            Ranked(others[place], int(apart), hundredths / POINT_SCALE)
            for place, apart, hundredths in zip(
                places[passed[best]].tolist(),
                deals.distance[best].tolist(),
                points[best].tolist(),
                strict=True,
            )
        ]

    def _selling(self, order: Order, handling: int) -> tuple[OfferColumns, DemandColumns, Positions, Bools]:
        """The offer's columns, those of the demands it may meet and their positions, and the table of origins."""
        book, known = self.book, self.numbering
        numbering = replace(known, parties=self._party(order), counties={order.county: 0})
        if order.product not in self._demands:
            descends = taxonomy().is_descendant
            places = _places(book.demands, lambda wanted: descends(order.product, wanted))
            self._demands[order.product] = Kept.of(places, self.demands)
        kept = self._demands[order.product]
        own = offer_columns([order], book.products, book.terms, numbering, _moment(book))
        at = may_meet(own, kept.columns, handling)
        return own, kept.taken(at), kept.places[at], numbering.accepted_origins()

    def _buying(self, order: Order, handling: int) -> tuple[OfferColumns, DemandColumns, Positions, Bools]:
        """Likewise for a demand."""
        book, known = self.book, self.numbering
        origins = tuple(sorted(order.origin_counties))
        numbering = replace(known, parties=self._party(order), origins={(): 0, origins: int(bool(origins))})
        accepted = np.zeros((2, max(1, len(known.counties))), dtype=np.bool_)
        accepted[0] = True
        accepted[1, [known.counties[county] for county in origins if county in known.counties]] = True
        if order.product not in self._offers:
            descends = taxonomy().is_descendant
            places = _places(book.offers, lambda offered: descends(offered, order.product))
            self._offers[order.product] = Kept.of(places, self.offers)
        kept = self._offers[order.product]
        own = demand_columns([order], book.products, book.terms, numbering, _moment(book))
        at = may_meet(kept.columns, own, handling)
        return kept.taken(at), own, kept.places[at], accepted

    def _party(self, order: Order) -> dict[UUID, int]:
        return {order.party_id: self.numbering.parties.get(order.party_id, -1)}


def _places(orders: Sequence[Order], meets: Callable[[str], bool]) -> Positions:
    products = {product: meets(product) for product in {order.product for order in orders}}
    return np.flatnonzero(np.fromiter((products[order.product] for order in orders), np.bool_, len(orders)))


def _moment(book: Book) -> int | None:
    return None if book.as_of is None else milliseconds(book.as_of)
