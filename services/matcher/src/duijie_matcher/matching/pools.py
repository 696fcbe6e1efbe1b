"""Which offers may reach a demand's minimum lot together: neighbourhoods, and what each could bring to a demand.

A pooled lot is no order of its own. It is all lines of one neighbourhood to one demand, where some line is below the
demand's minimum lot; each keeps its own price, packs and minimum lot.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np

from duijie_matcher.matching.distance import distances
from duijie_matcher.matching.packs import common_multiple, in_packs

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from duijie_shared.events.policy import PoolingPolicy
    from duijie_shared.taxonomy.model import Product
    from numpy.typing import NDArray

    from duijie_matcher.domain import Order
    from duijie_matcher.matching.book import Book
    from duijie_matcher.matching.candidates import Pairs
    from duijie_matcher.matching.columns import Bools, Ints, OfferColumns

    Positions = NDArray[np.intp] | NDArray[np.int32]

KM = 1000


@dataclass(frozen=True, slots=True)
class Neighbourhoods:
    """Offers of one product and temperature class of one county, or around one point where they have none.

    `of` is each offer's neighbourhood; `names` say what each is, the same for the same orders in any order of
    arrival; `most` is how many offers may pool.
    """

    of: Ints
    names: tuple[str, ...]
    most: int

    @classmethod
    def among(
        cls,
        offers: Sequence[Order],
        columns: OfferColumns,
        products: Mapping[str, Product],
        policy: PoolingPolicy,
    ) -> Self | None:
        """Those of offers sorted by age; None where the policy pools nothing."""
        if policy.members < 2:
            return None
        of, numbers = np.zeros(len(offers), dtype=np.int64), dict[str, int]()
        placeless: dict[str, list[int]] = {}
        for at, offer in enumerate(offers):
            kind = f"{offer.product}|{offer.temperature or products[offer.product].temperature}"
            if offer.county is None:
                placeless.setdefault(kind, []).append(at)
            else:
                of[at] = numbers.setdefault(f"{offer.county}|{kind}", len(numbers))
        for members in placeless.values():
            left = np.array(members, dtype=np.intp)
            while len(left):
                near = _metres(columns, left) <= policy.radius_km * KM
                of[left[near]] = numbers.setdefault(str(offers[left[0]].order_id), len(numbers))
                left = left[~near]
        return cls(of=of, names=tuple(numbers), most=policy.members)

    def keys(self, offer: Positions, demand: Positions) -> Ints:
        """One integer per neighbourhood and demand; ascending by demand, then by neighbourhood."""
        return (demand.astype(np.int64) << 32) | self.of[offer]


@dataclass(frozen=True, slots=True)
class Reach:
    """What neighbourhoods can bring to demands, by ascending `keys` (see `Neighbourhoods`).

    `enough`: whether their largest lots, no more than may pool, reach the demand's minimum lot. `missing`: what a lot
    that joins them would need, positive where they do not reach it.
    """

    keys: Ints
    enough: Bools
    missing: Ints

    @classmethod
    def joined(cls, parts: Sequence[Reach]) -> Reach:
        """All of all parts, which share no demand."""
        parts = [NO_REACH, *parts]
        keys = np.concatenate([part.keys for part in parts])
        order = np.argsort(keys)
        enough = np.concatenate([part.enough for part in parts])
        return cls(keys[order], enough[order], np.concatenate([part.missing for part in parts])[order])

    def enough_of(self, keys: Ints) -> Bools:
        """Whether what these keys name is known to bring enough."""
        known = self.keys[self.enough]
        if not len(known):
            return np.zeros(keys.shape, dtype=np.bool_)
        found: Bools = known[np.minimum(np.searchsorted(known, keys), len(known) - 1)] == keys
        return found

    def missing_of(self, keys: Ints) -> NDArray[np.float64]:
        """What a lot would need to join; infinite where nothing is known of a key."""
        if not len(self.keys):
            return np.full(keys.shape, np.inf)
        at = np.minimum(np.searchsorted(self.keys, keys), len(self.keys) - 1)
        return np.where(self.keys[at] == keys, self.missing[at].astype(np.float64), np.inf)


NO_REACH = Reach(np.empty(0, np.int64), np.empty(0, np.bool_), np.empty(0, np.int64))


def reachable(book: Book, pairs: Pairs) -> tuple[Pairs, Reach]:
    """Of pairs that pass every gate but, perhaps, the demand's minimum lot, those that reach it, alone or pooled.

    `pairs` holds all such pairs of each demand that it holds any of.
    """
    hoods = book.neighbourhoods
    if hoods is None or not len(pairs):
        return pairs, NO_REACH
    least = book.demand_columns.min_lot[pairs.demand].astype(np.int64)
    brought, keys = most_of(book, pairs), hoods.keys(pairs.offer, pairs.demand)
    order = np.lexsort((-brought, keys))
    sorted_keys, amounts = keys[order], brought[order]
    first = np.r_[True, sorted_keys[1:] != sorted_keys[:-1]]
    starts = np.flatnonzero(first)
    place = np.arange(len(order)) - np.repeat(starts, np.diff(np.r_[starts, len(order)]))
    most = np.add.reduceat(np.where(place < hoods.most, amounts, 0), starts)
    but_one = np.add.reduceat(np.where(place < hoods.most - 1, amounts, 0), starts)
    needed = least[order][starts]
    reach = Reach(sorted_keys[starts], most >= needed, needed - but_one)
    kept = reach.enough_of(keys)
    return (pairs if kept.all() else pairs.take(kept)), reach


def most_of(book: Book, pairs: Pairs) -> Ints:
    """The most that each pair could trade, in whole packs."""
    offers, demands = book.offer_columns, book.demand_columns
    most = np.minimum(offers.remaining[pairs.offer], demands.remaining[pairs.demand]).astype(np.int64)
    return in_packs(most, common_multiple(offers.pack[pairs.offer], demands.pack[pairs.demand]))


def reach_alone(book: Book, pairs: Pairs) -> Bools:
    """Which pairs reach the demand's minimum lot by themselves."""
    alone: Bools = most_of(book, pairs) >= book.demand_columns.min_lot[pairs.demand]
    return alone


def _metres(columns: OfferColumns, offers: NDArray[np.intp]) -> NDArray[np.float64]:
    """From the first of the offers to each."""
    centre, points = columns.take(offers[:1]), columns.take(offers)
    return distances(centre.x, centre.y, centre.z, points.x, points.y, points.z)
