"""What pooling mends of the gates that pairs fail, and what it lacks where it mends nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from duijie_matcher.matching.columns import Bits
    from duijie_matcher.matching.distance import Floats
    from duijie_matcher.matching.pools import Neighbourhoods, Reach


def with_pools(
    neighbourhoods: Neighbourhoods,
    failed: Bits,
    pooled: Bits,
    positions: tuple[NDArray[np.intp], NDArray[np.intp]],
    reach: Reach,
) -> tuple[Bits, Floats]:
    """The bits of pairs where lots are pooled, and what a further lot of the neighbourhood would need for the pair to
    pass: infinite where it passes, or where none would do.

    `failed` are the bits of pairs that stand alone, `pooled` those without the demand's minimum lot; `positions` of
    offers and demands broadcast against each other to their shape.
    """
    offers, demands = np.broadcast_arrays(*positions)
    keys, able = neighbourhoods.keys(offers, demands), (failed != 0) & (pooled == 0)
    enough = reach.enough_of(keys)
    bits = np.where(able & enough, np.uint16(0), failed)
    return bits, np.where(able & ~enough, reach.missing_of(keys), np.inf)
