"""Which pooled lots to do without: a flow spreads goods thin, and the lot that is dropped first is not always the one that
the plan can spare.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from duijie_matcher.matching.network import InfeasibleError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from duijie_matcher.matching.candidates import Pairs
    from duijie_matcher.matching.clearing import Clearing
    from duijie_matcher.matching.columns import Bools, Ints
    from duijie_matcher.matching.pooled_lots import PooledLots

PAIRS_TRIED, TRIALS = 100_000, 60
"""Pairs that all trials together may clear, and how many trials there may be: small markets are searched through, large
ones, where one lot more or less is a small part of the plan, hardly."""


def without_spare_lots(pairs: Pairs, pools: PooledLots, clear: Callable[[Bools], Clearing]) -> Clearing:
    """The best clearing found: of all pairs, and from there of fewer as long as that gains.

    `clear` clears some of the pairs and answers for those alone.

    Raises
    ------
    InfeasibleError
        When what parties must trade cannot be kept with all pairs.
    """
    everything = np.ones(len(pairs), dtype=np.bool_)
    best = clear(everything)
    if not len(pools.least):
        return best
    trials = min(TRIALS, PAIRS_TRIED // max(1, len(pairs)))
    among, worth = everything, _worth(pairs, best.quantity)
    improved, tried = True, set[bytes]()
    while improved:
        improved = False
        for fewer in _neighbours(pools, among, best.quantity):
            known = fewer.tobytes()
            if known in tried or (fewer == among).all():
                continue
            if len(tried) >= trials:
                return best
            tried.add(known)
            quantity = np.zeros(len(pairs), dtype=np.int64)
            try:
                quantity[fewer] = clear(fewer).quantity
            except InfeasibleError:  # parties must trade more than these pairs allow
                continue
            found = _worth(pairs, quantity)
            if found > worth:
                best, among, worth, improved = replace(best, quantity=quantity), fewer, found, True
                break
    return best


def _neighbours(pools: PooledLots, among: Bools, quantity: Ints) -> Iterator[Bools]:
    """Pairs without one lot, those with the least beyond their minimum first and then those that trade nothing; and
    with a lot that trades nothing as the one lot of its neighbourhood, or of its demand.
    """
    brought = pools.brought(quantity)
    spare = np.where(brought > 0, brought / pools.least, np.inf)
    doubtful = np.argsort(spare, kind="stable").tolist()
    for lot in doubtful:
        yield among & (pools.of != lot)
    for lot in doubtful:
        if not brought[lot]:
            for owner in (pools.hood, pools.demand):
                rivals = np.append(owner == owner[lot], np.False_)
                rivals[lot] = False
                yield (among | (pools.of == lot)) & ~rivals[pools.of]


def _worth(pairs: Pairs, quantity: Ints) -> tuple[int, int]:
    """Objective and quantity, in Python's integers."""
    lines = np.flatnonzero(quantity)
    amounts = quantity[lines].tolist()
    return sum(a * g for a, g in zip(amounts, pairs.gain[lines].tolist(), strict=True)), sum(amounts)
