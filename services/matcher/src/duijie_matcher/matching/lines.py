"""What is published of a market's pairs, as plain columns: the one source of the records and of their bytes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np

from duijie_matcher.matching.explain import Features
from duijie_matcher.matching.valuation import Deal, feature_cells

if TYPE_CHECKING:
    from collections.abc import Mapping

    from duijie_shared.events.matches import PoolShare

    from duijie_matcher.matching.book import Book
    from duijie_matcher.matching.candidates import Pairs
    from duijie_matcher.matching.columns import Bools, Ints


@dataclass(frozen=True, slots=True)
class Lines:
    """Pairs to be published, in their order, one entry each: positions of offer and demand; the plan's quantity (0
    for an alternative); score in hundredths; whole metres; transport, landed cost and bid in 1e-6 CNY per unit;
    whether a price is known at all; the features; the pooled lot that a line is a share of.
    """

    offers: list[int]
    demands: list[int]
    amounts: list[int]
    scores: list[int]
    metres: list[int]
    transport: list[int]
    landed: list[int]
    bids: list[int]
    known: list[bool]
    features: list[Features]
    pools: list[PoolShare | None]

    @classmethod
    def of(
        cls, book: Book, pairs: Pairs, quantity: Ints, published: Bools, shares: Mapping[int, PoolShare]
    ) -> Self:
        """The lines of the published pairs: those of the plan first, then alternatives, each by score, then by age.
        `shares` has the pooled lots by the place of their pairs.
        """
        order = np.flatnonzero(published)
        order = order[
            np.lexsort((pairs.offer[order], pairs.demand[order], -pairs.score[order], quantity[order] == 0))
        ]
        pairs = pairs.take(order)
        deals, transport = deals_of(book, pairs)
        cells = feature_cells(deals)
        return cls(
            offers=pairs.offer.tolist(),
            demands=pairs.demand.tolist(),
            amounts=quantity[order].tolist(),
            scores=pairs.score.tolist(),
            metres=pairs.distance.tolist(),
            transport=transport.tolist(),
            landed=deals.landed.astype(np.int64).tolist(),
            bids=deals.bid.astype(np.int64).tolist(),
            known=(~deals.open_both).tolist(),
            features=list(
                map(
                    Features,
                    cells["grade"].tolist(),
                    cells["quantity"].tolist(),
                    cells["price"].tolist(),
                    cells["distance"].tolist(),
                    deals.tilted(book.terms).tolist(),
                )
            ),
            pools=list(map(shares.get, order.tolist())),
        )

    def __len__(self) -> int:
        return len(self.offers)


def deals_of(book: Book, pairs: Pairs) -> tuple[Deal, Ints]:
    """The deals of pairs, and their transport prices in 1e-6 CNY per pricing unit."""
    offers, demands = book.offer_columns, book.demand_columns
    distance = pairs.distance.astype(np.float64)
    named = demands.temperature[pairs.demand]
    rate, unit = offers.rate[named, pairs.offer], offers.rate_unit[named, pairs.offer]
    transport = np.rint(distance * rate / unit)
    deals = Deal.of(offers, demands, pairs.offer, pairs.demand, distance, transport)
    return deals, transport.astype(np.int64)
