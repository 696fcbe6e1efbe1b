"""The best few entries of each owner, chosen the same way on every machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from duijie_matcher.matching.columns import Bools, Ints


def best_of_each(owner: NDArray[np.integer], worth: Ints, count: int) -> Bools:
    """Which entries are among the `count` of most worth of their owner; of equals the earlier entry wins."""
    if not len(owner):
        return np.zeros(0, dtype=np.bool_)
    # Owner and worth in one key sort several times faster than two keys; worth loses its lowest bits only
    # where the two do not fit 63 bits together.
    below = int(worth.max()) - worth
    spare = 63 - int(owner.max()).bit_length() - int(below.max()).bit_length()
    if spare < 0:
        below = below >> -spare
    key = (owner.astype(np.int64) << int(below.max()).bit_length()) | below
    order = np.argsort(key, kind="stable")
    sorted_owner = owner[order]
    starts = np.flatnonzero(np.r_[True, sorted_owner[1:] != sorted_owner[:-1]])
    place = np.arange(len(order)) - np.repeat(starts, np.diff(np.r_[starts, len(order)]))
    chosen = np.zeros(len(order), dtype=np.bool_)
    chosen[order[place < count]] = True
    return chosen
