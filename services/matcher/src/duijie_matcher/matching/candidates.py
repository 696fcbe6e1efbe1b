"""Every feasible pair of a market, found block by block so that memory stays flat."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Self

import numpy as np
from numpy.typing import NDArray

from duijie_matcher.matching.distance import distances
from duijie_matcher.matching.gates import failed_gates, journey_ms, transport_prices
from duijie_matcher.matching.valuation import Deal, gains, scores

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from duijie_matcher.matching.book import Book, Group
    from duijie_matcher.matching.scorecard import Scorecard

PAIRS_PER_BLOCK = 1 << 16
"""Pairs handled at once: their arrays stay in a core's second-level cache."""


@dataclass(frozen=True, slots=True)
class Pairs:
    """Feasible pairs: positions of offer and demand, whole metres between them, what one unit adds to the
    objective (1e-6 CNY per pricing unit), and the score in hundredths.
    """

    offer: NDArray[np.int32]
    demand: NDArray[np.int32]
    distance: NDArray[np.int32]
    gain: NDArray[np.int64]
    score: NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.offer)

    def take(self, chosen: NDArray[np.bool_] | NDArray[np.intp]) -> Self:
        """These pairs alone, in this order."""
        return type(self)(*(getattr(self, field.name)[chosen] for field in fields(self)))

    @classmethod
    def joined(cls, parts: Sequence[Pairs]) -> Self:
        """All pairs of all parts."""
        parts = [NO_PAIRS, *parts]
        return cls(*(np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(cls)))


NO_PAIRS = Pairs(
    offer=np.empty(0, dtype=np.int32),
    demand=np.empty(0, dtype=np.int32),
    distance=np.empty(0, dtype=np.int32),
    gain=np.empty(0, dtype=np.int64),
    score=np.empty(0, dtype=np.int32),
)


def feasible_pairs(book: Book, scorecard: Scorecard) -> Iterator[Pairs]:
    """All pairs that pass every gate, a block at a time, in an order that the orders' ages alone decide. Where lots are
    pooled, also those that fall below the demand's minimum lot alone; all of a demand's pairs are in one block.
    """
    for group in book.demand_groups():
        if len(group.counterparts):
            yield from _group_pairs(book, group, scorecard)


def _group_pairs(book: Book, group: Group, scorecard: Scorecard) -> Iterator[Pairs]:
    across = book.offer_columns.take(group.counterparts, (1, -1))
    down = book.demand_columns.take(group.members, (-1, 1))
    travel, handling = book.journey_terms(group.product)
    rows = max(1, PAIRS_PER_BLOCK // len(group.counterparts))
    for first in range(0, len(group.members), rows):
        block = down.rows(first, first + rows)
        distance = distances(block.x, block.y, block.z, across.x, across.y, across.z)
        transport = transport_prices(across, block, distance)
        journey = journey_ms(distance, travel)
        failed = failed_gates(
            across,
            block,
            book.accepted_origins,
            transport,
            journey,
            handling,
            pooled=book.neighbourhoods is not None,
        )
        book.forbidden.mark(
            failed, group.counterparts, group.members[first : first + rows], demands_down=True
        )
        passed = np.flatnonzero(failed == 0)
        if not len(passed):
            continue
        row, column = np.divmod(passed, len(group.counterparts))
        offer, demand = group.counterparts[column], group.members[row + first]
        apart, cost = distance.ravel()[passed], transport.ravel()[passed]
        deals = Deal.of(book.offer_columns, book.demand_columns, offer, demand, apart, cost)
        yield Pairs(
            offer=offer.astype(np.int32),
            demand=demand.astype(np.int32),
            distance=apart.astype(np.int32),
            gain=gains(deals, book.terms),
            score=scores(deals, book.terms, scorecard),
        )
