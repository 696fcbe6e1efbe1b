"""Which feasible pairs go on: all of them to the solver, or the best where there are too many; and the few
of each order that are published.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from duijie_matcher.matching.best import best_of_each
from duijie_matcher.matching.candidates import Pairs, feasible_pairs
from duijie_matcher.matching.pools import NO_REACH, Reach, reachable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from duijie_shared.events.policy import MatchingPolicy
    from numpy.typing import NDArray

    from duijie_matcher.matching.book import Book
    from duijie_matcher.matching.columns import Bools, Ints
    from duijie_matcher.matching.scorecard import Scorecard


@dataclass(frozen=True, slots=True)
class Selection:
    """Pairs kept, by age of demand and then of offer; how many are feasible; whether some were left out; what
    neighbourhoods can bring together where lots are pooled.
    """

    pairs: Pairs
    feasible: int
    pruned: bool
    reach: Reach = NO_REACH


def select_pairs(book: Book, scorecard: Scorecard, pinned: Iterable[tuple[int, int]] = ()) -> Selection:
    """All feasible pairs of a market, or, past the policy's `max_pairs`, the best of each order by gain per
    unit and by score, and those that are `pinned`. What is kept does not depend on how the market was cut
    into blocks.
    """
    kept = keys(*np.array(list(pinned), dtype=np.int64).reshape(-1, 2).T)
    policy = book.terms.policy.matching
    parts: list[Pairs] = []
    reaches: list[Reach] = []
    held = feasible = 0
    for passed in feasible_pairs(book, scorecard):
        part, reach = reachable(book, passed)
        reaches.append(reach)
        feasible += len(part)
        held += len(part)
        parts.append(part)
        if feasible > policy.max_pairs and held > 2 * policy.max_pairs:
            parts = [_pruned(_by_age(parts), policy, book, kept)]
            held = len(parts[0])
    pairs, pruned = _by_age(parts), feasible > policy.max_pairs
    return Selection(
        pairs=_pruned(pairs, policy, book, kept) if pruned else pairs,
        feasible=feasible,
        pruned=pruned,
        reach=Reach.joined(reaches),
    )


def keys(offer: NDArray[np.integer], demand: NDArray[np.integer]) -> Ints:
    """One integer per pair of positions; ascending by demand, then by offer."""
    return (demand.astype(np.int64) << 32) | offer.astype(np.int64)


def best_by_score(pairs: Pairs, count: int) -> Bools:
    """Pairs among the `count` of best score of their offer or of their demand; of equals the older counterpart."""
    return _best_of_either(pairs, pairs.score.astype(np.int64), count, count)


def _pruned(pairs: Pairs, policy: MatchingPolicy, book: Book, kept: Ints) -> Pairs:
    # Half of the room for the offers' best and half for the demands'. Whoever is among the best of all
    # is among the best of any part, so pruning in between loses nothing.
    half = policy.max_pairs // 2
    per_offer, per_demand = max(1, half // len(book.offers)), max(1, half // len(book.demands))
    gainful = _best_of_either(pairs, pairs.gain, per_offer, per_demand)
    pinned = np.isin(keys(pairs.offer, pairs.demand), kept)
    return pairs.take(gainful | best_by_score(pairs, policy.alternatives) | pinned)


def _best_of_either(pairs: Pairs, worth: Ints, per_offer: int, per_demand: int) -> Bools:
    return best_of_each(pairs.offer, worth, per_offer) | best_of_each(pairs.demand, worth, per_demand)


def _by_age(parts: list[Pairs]) -> Pairs:
    pairs = Pairs.joined(parts)
    return pairs.take(np.argsort(keys(pairs.offer, pairs.demand)))
