"""Pooled lots in clearing: which lines fall short together, and what may join what stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np

from duijie_matcher.matching.packs import common_multiple, whole_lot

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from duijie_matcher.matching.book import Book
    from duijie_matcher.matching.candidates import Pairs
    from duijie_matcher.matching.columns import Bools, Ints

FEW = 64
"""Short lots up to which one a neighbourhood and demand is dropped at a time; of more, the emptier half goes at once."""

NONE = -1


@dataclass(frozen=True, slots=True)
class PooledLots:
    """The lots that pairs may trade in together.

    Per pair: `of` is its lot (-1: none, it stands alone), `alone` what it has to trade where nothing of its lot
    stands. Per lot: `least` is the demand's minimum lot, `hood` the neighbourhood, `demand` the demand's position.
    `most` lines may make a lot.
    """

    of: Ints
    alone: Ints
    least: Ints
    hood: Ints
    demand: Ints
    most: int

    @classmethod
    def among(cls, book: Book, pairs: Pairs, pinned: Iterable[tuple[int, int]] = ()) -> Self | None:
        """The lots of pairs; none of demands without a minimum lot, nor of pinned pairs, which stand alone. None where
        the policy pools nothing.
        """
        hoods, offers, demands = book.neighbourhoods, book.offer_columns, book.demand_columns
        if hoods is None:
            return None
        minimum = demands.min_lot[pairs.demand].astype(np.int64)
        multiple = common_multiple(offers.pack[pairs.offer], demands.pack[pairs.demand])
        pooled = minimum > 0
        for seller, buyer in pinned:
            pooled &= (pairs.offer != seller) | (pairs.demand != buyer)
        keys, numbers = np.unique(hoods.keys(pairs.offer, pairs.demand)[pooled], return_inverse=True)
        of = np.full(len(pairs), NONE, dtype=np.int64)
        of[pooled] = numbers
        demand: Ints = keys >> 32
        return cls(
            of=of,
            alone=whole_lot(
                np.maximum(offers.min_lot[pairs.offer].astype(np.int64), minimum),
                multiple,
            ),
            least=demands.min_lot[demand].astype(np.int64),
            hood=keys & (2**32 - 1),
            demand=demand,
            most=hoods.most,
        )

    def only(self, pairs: Bools) -> Self:
        """The same lots of these pairs alone."""
        return type(self)(self.of[pairs], self.alone[pairs], self.least, self.hood, self.demand, self.most)

    def brought(self, quantity: Ints) -> Ints:
        """What the lines of each lot come to."""
        total = np.zeros(len(self.least), dtype=np.int64)
        np.add.at(total, self.of[self.of >= 0], quantity[self.of >= 0])
        return total

    def lines(self, quantity: Ints) -> Ints:
        """How many lines each lot has."""
        return self.brought((quantity > 0).astype(np.int64))

    def carried(self, quantity: Ints) -> Bools:
        """Which lots have a line that is below the minimum by itself."""
        found = np.zeros(len(self.least), dtype=np.bool_)
        at = np.flatnonzero((self.of >= 0) & (quantity > 0))
        found[self.of[at[quantity[at] < self.least[self.of[at]]]]] = True
        return found

    def to_drop(self, quantity: Ints) -> Bools:
        """Which pairs to leave out before the rest is solved again; none where every lot stands.

        Of lots that want the same goods, or the same demand, the emptiest goes first: what it leaves may fill the
        others.
        """
        over = self._beyond_most(quantity)
        if over.any():
            return over
        brought = self.brought(quantity)
        short = np.flatnonzero((brought > 0) & (brought < self.least))
        dropped = np.zeros(len(self.least) + 1, dtype=np.bool_)  # one more for pairs of no lot, at -1
        fill = brought[short] / self.least[short]
        by_fill = short[np.argsort(fill, kind="stable")]
        if len(short) > FEW:
            dropped[by_fill[: len(short) // 2]] = True
            return dropped[self.of]
        hoods: set[int] = set()
        demands: set[int] = set()
        for lot in by_fill.tolist():
            hood, demand = int(self.hood[lot]), int(self.demand[lot])
            if hood not in hoods and demand not in demands:
                dropped[lot] = True
            hoods.add(hood)
            demands.add(demand)
        return dropped[self.of]

    def standing(self, quantity: Ints) -> Ints:
        """The lines without those of lots that fall short or have too many of them."""
        kept = np.where(self._beyond_most(quantity), 0, quantity)
        short = np.append(self.brought(kept) < self.least, False)
        return np.where(short[self.of], 0, kept)

    def entry(self, least: Ints, quantity: Ints) -> Ints:
        """What a pair has to trade at the least beside these lines: `least` where it trades already, else as much as
        stands alone, and no quantity will do where a lot stands without it.
        """
        stands = np.append(self.lines(quantity) > 0, False)[self.of]
        alone = np.where(stands, np.iinfo(np.int64).max, self.alone)
        return np.where(quantity > 0, least, np.where(self.of >= 0, alone, least))

    def members(self) -> list[NDArray[np.intp]]:
        """The pairs of each lot, oldest demand first."""
        order = np.argsort(self.of, kind="stable")
        order = order[self.of[order] >= 0]
        return np.split(order, np.searchsorted(self.of[order], np.arange(1, len(self.least))))

    def tally(self, quantity: Ints) -> Tally:
        """The lots of these lines, to be counted on line by line."""
        return Tally(self, self.brought(quantity), self.lines(quantity), self.carried(quantity))

    def _beyond_most(self, quantity: Ints) -> Bools:
        """The smallest lines of lots that have more than may pool; lines that stand alone stay."""
        at = np.flatnonzero((self.of >= 0) & (quantity > 0))
        beyond = np.zeros(len(quantity), dtype=np.bool_)
        if len(at) <= self.most:
            return beyond
        lots = self.of[at]
        order = np.lexsort((-quantity[at], lots))
        at, lots = at[order], lots[order]
        starts = np.flatnonzero(np.r_[True, lots[1:] != lots[:-1]])
        place = np.arange(len(at)) - np.repeat(starts, np.diff(np.r_[starts, len(at)]))
        beyond[at[(place >= self.most) & (quantity[at] < self.least[lots])]] = True
        return beyond


@dataclass(frozen=True, slots=True)
class Tally:
    """What the lots have so far: their quantity, their lines, and whether one of these is below the minimum alone."""

    pools: PooledLots
    brought: Ints
    lines: Ints
    carried: Bools

    def may_begin(self, pair: int, amount: int) -> bool:
        """Whether the pair may trade this much as a further line."""
        lot = self.pools.of[pair]
        if lot == NONE:
            return True
        least = self.pools.least[lot]
        carried = self.carried[lot] or amount < least
        return bool(
            self.brought[lot] + amount >= least and not (carried and self.lines[lot] >= self.pools.most)
        )

    def take(self, pair: int, amount: int, *, begins: bool) -> None:
        """Count so much more of the pair."""
        lot = self.pools.of[pair]
        if lot == NONE:
            return
        self.brought[lot] += amount
        if begins:
            self.lines[lot] += 1
            self.carried[lot] |= amount < self.pools.least[lot]
