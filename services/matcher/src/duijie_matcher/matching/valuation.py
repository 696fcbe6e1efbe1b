"""Money and points of chosen pairs: what a pair is worth to the plan, and how it scores in a list.

Everything here has one entry per pair, for pairs that pass the gates.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np
from numpy.typing import NDArray

from duijie_matcher.matching.scorecard import tables, tilt_hundredths

if TYPE_CHECKING:
    from collections.abc import Mapping

    from duijie_shared.events.base import Feature

    from duijie_matcher.matching.columns import Bools, Bytes, DemandColumns, Ints, OfferColumns
    from duijie_matcher.matching.distance import Floats
    from duijie_matcher.matching.scorecard import Scorecard
    from duijie_matcher.matching.terms import Terms

    Positions = NDArray[np.intp] | NDArray[np.int32]

CENT = 10_000
"""0.01 CNY in contract prices."""

COARSE_M = 5_000
PERMILLE = 1000
PERCENT = 100


@dataclass(frozen=True, slots=True)
class Deal:
    """What pairs would trade on. Prices are in 1e-6 CNY per pricing unit, whole numbers in float64.

    `landed` and `bid` are those that count: a negotiable ask counts as bid - transport, a negotiable bid as
    the landed cost; where both are negotiable neither is known and both are 0. `priced` is true where both
    are given, `open_both` where neither is.
    """

    landed: Floats
    bid: Floats
    priced: Bools
    open_both: Bools
    offered: Floats
    demanded: Floats
    grade_above: Bytes
    designated: Bools
    distance: Floats

    @classmethod
    def of(
        cls,
        offers: OfferColumns,
        demands: DemandColumns,
        offer: Positions,
        demand: Positions,
        distance: Floats,
        transport: Floats,
    ) -> Self:
        """The deals of offers and demands at these positions."""
        asked, wanted = offers.priced[offer], demands.priced[demand]
        open_both = ~(asked | wanted)
        bid = np.where(open_both, 0.0, demands.price[demand])
        landed = np.where(asked, offers.price[offer] + transport, bid)
        return cls(
            landed=landed,
            bid=np.where(wanted, bid, landed),
            priced=asked & wanted,
            open_both=open_both,
            offered=offers.remaining[offer],
            demanded=demands.remaining[demand],
            grade_above=offers.grade[offer] - demands.grade[demand],
            designated=offers.designated[offer],
            distance=distance,
        )

    def tilted(self, terms: Terms) -> Bools:
        """Whether the tilt counts: a designated offer, a bonus, and a price to take it from."""
        return self.designated & ~self.open_both & (terms.bonus[0] > 0)


def gains(deals: Deal, terms: Terms) -> Ints:
    """What one unit adds to the objective: the margin and, for a designated offer, its share of the bid."""
    numerator, denominator = terms.bonus
    bid = deals.bid.astype(np.int64)
    bonus, rest = np.divmod(bid * numerator, denominator)
    bonus += (2 * rest > denominator) | ((2 * rest == denominator) & (bonus % 2 == 1))
    return bid - deals.landed.astype(np.int64) + np.where(deals.designated, bonus, 0)


def feature_cells(deals: Deal) -> Mapping[Feature, NDArray[np.intp]]:
    """Each feature as its cell on the scorecard's grid.

    Distance is rounded to 5 km and the landed cost to a cent before anything is made of them, as both sides
    may see them.
    """
    share = np.minimum(deals.offered, deals.demanded) / np.maximum(deals.offered, deals.demanded)
    margin = deals.bid - np.rint(deals.landed / CENT) * CENT
    permille = np.zeros_like(margin)
    np.divide(margin * PERMILLE, deals.bid, out=permille, where=deals.priced & (deals.bid > 0))
    return {
        "grade": deals.grade_above.astype(np.intp),
        "quantity": np.rint((share + 1) * (PERCENT / 2)).astype(np.intp),
        "price": np.rint(np.maximum(permille, 0)).astype(np.intp),
        "distance": np.rint(deals.distance / COARSE_M).astype(np.intp),
    }


def scores(deals: Deal, terms: Terms, scorecard: Scorecard) -> NDArray[np.int32]:
    """Scores of pairs in hundredths of a point."""
    table = tables(scorecard)
    total = np.where(deals.tilted(terms), tilt_hundredths(scorecard, terms.bonus), 0).astype(np.int32)
    for feature, cells in feature_cells(deals).items():
        total += np.take(table[feature], cells)
    return total
