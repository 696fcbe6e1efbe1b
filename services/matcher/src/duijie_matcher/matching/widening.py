"""Search widening: how far an order searches after so many days of waiting, and how long until it reaches a place.

A radius is kept as time on the road. Whole metres and their journeys rise together (no lorry covers a metre in less than a
millisecond), so comparing journeys is comparing metres, and a booking, which is not moved, is within any radius.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from duijie_matcher.matching.calendar import MS_PER_DAY, milliseconds

if TYPE_CHECKING:
    from collections.abc import Sequence

    from duijie_matcher.domain import Order
    from duijie_matcher.matching.distance import Floats
    from duijie_matcher.matching.terms import Terms


def waited(terms: Terms, orders: Sequence[Order], as_of: int | None) -> Floats:
    """The whole days that each order has waited at `as_of` (ms since 1970); infinite where that is not known or the policy
    sets no radius: nothing is judged by it then.
    """
    if as_of is None or not terms.searched:
        return np.full(len(orders), np.inf)
    return np.fromiter(
        (
            np.inf if each.posted_at is None else max(0, as_of - milliseconds(each.posted_at)) // MS_PER_DAY
            for each in orders
        ),
        dtype=np.float64,
        count=len(orders),
    )


def reach(terms: Terms, orders: Sequence[Order], as_of: int | None) -> Floats:
    """The longest time on the road (ms) that each order searches; infinite where there is no limit."""
    days = waited(terms, orders, as_of)
    if as_of is None or not terms.searched:
        return days
    return np.array([*terms.searched, np.inf])[np.minimum(days, len(terms.searched)).astype(np.intp)]


def days_left(terms: Terms, journey: Floats, days: Floats) -> Floats:
    """Whole days until a search covers these journeys (ms on the road), where the longer wait of the two is so long."""
    left: Floats = np.maximum(np.searchsorted(terms.searched, journey, side="left") - days, 0)
    return left
