"""A kept side of a market from which the few orders that a new one may meet are taken at once.

Ranking looks at thousands of counterparts for one order. Most fail a gate that needs no distance, so these are compared
first, column by column; what is left is copied as whole records, in one pass over memory. The gates proper judge what is
left: here only those are dropped that certainly fail.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar

import numpy as np

from duijie_matcher.matching.columns import Columns

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from duijie_matcher.matching.book import Positions
    from duijie_matcher.matching.columns import DemandColumns, OfferColumns

Side = TypeVar("Side", bound=Columns)


@dataclass(frozen=True, slots=True)
class Kept(Generic[Side]):
    """Orders of one side: their positions in the book, their columns, and the same as one record per order."""

    places: Positions
    columns: Side
    records: NDArray[np.void]

    @classmethod
    def of(cls, places: Positions, side: Side) -> Self:
        """The orders of a side at these positions."""
        columns = side.take(places)
        arrays = {name: getattr(columns, name) for name in columns.__dataclass_fields__}
        layout: list[Any] = [(name, array.dtype, array.shape[:-1]) for name, array in arrays.items()]
        records: NDArray[np.void] = np.empty(len(places), dtype=layout)
        for name, array in arrays.items():
            records[name] = array.T
        return cls(places, columns, records)

    def taken(self, at: Positions) -> Side:
        """The columns of these orders: views of their records."""
        records = self.records.take(at)
        return type(self.columns)(*(records[name].T for name in records.dtype.names or ()))


def may_meet(offers: OfferColumns, demands: DemandColumns, handling_ms: int) -> Positions:
    """Positions of the pairs that do not fail a gate whatever the distance; columns broadcast to one row of pairs."""
    alive = offers.price <= demands.price
    for passed in (
        offers.grade >= demands.grade,
        offers.evidence >= demands.evidence,
        offers.opens <= demands.closes - handling_ms,
        offers.tradable >= demands.min_lot,
        offers.min_lot <= demands.tradable,
        offers.party != demands.party,
    ):
        alive &= passed
    return np.flatnonzero(alive)
