"""Which of what a pair needs is missing, where some of it is posted."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from duijie_matcher.matching.book import Book
from duijie_matcher.matching.calendar import EPOCH_DAY
from duijie_matcher.matching.chains.assumed import assumed
from duijie_matcher.matching.chains.facilities import Facilities
from duijie_matcher.matching.chains.finding import Finder
from duijie_matcher.matching.chains.lines import Remains
from duijie_matcher.matching.chains.needs import NEEDED
from duijie_matcher.matching.limits import NO_LIMITS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from duijie_matcher.domain import Capacity
    from duijie_matcher.matching.chains.lines import RoutedLine
    from duijie_matcher.matching.columns import Ints

TRIED = 200
"""Pairs of a market for which it is tried whether what is posted would do the rest: half a second of one core."""


class Missing:
    """`facilities` are those that somebody posted, `lines` what the plan takes of them, `left` what it leaves of offers and
    demands.
    """

    def __init__(
        self, book: Book, facilities: Facilities, lines: Sequence[RoutedLine], left: tuple[Ints, Ints]
    ) -> None:
        self._book, self._offered, self._wanted = book, *left
        self._posted = tuple(_remaining(facilities, lines))
        self._doing = {each.activity for each in self._posted}
        self._tries = TRIED

    def of(self, offer: int, demand: int, needs: int) -> int:
        """The bits of what nobody posted, if with that the posted ones do the rest; else of all that is needed: they are
        used up, late or dear then. So it is past the pairs that are tried.
        """
        missing = sum(bit for bit, activity in NEEDED.items() if needs & bit and activity not in self._doing)
        if missing in {0, needs} or not self._tries:
            return needs
        self._tries -= 1
        return missing if self._would_do(offer, demand, needs, missing) else needs

    def _would_do(self, offer: int, demand: int, needs: int, missing: int) -> bool:
        whole = self._book
        sold = replace(whole.offers[offer], remaining=int(self._offered[offer]))
        wanted = replace(whole.demands[demand], remaining=int(self._wanted[demand]))
        book = Book.of(whole.market, [sold, wanted], whole.terms.policy, whole.as_of)
        together = [*self._posted, *assumed(whole.terms, whole.products, sold, wanted, missing)]
        routes = Finder(book, Facilities.of(book, together)).routes((0, 0, needs))
        most = Remains(np.array([sold.remaining]), np.array([wanted.remaining]), *NO_LIMITS.shares(1, 1)).most
        return any(most(route, wanted.remaining) for route in routes)


def _remaining(facilities: Facilities, lines: Sequence[RoutedLine]) -> Iterator[Capacity]:
    """The posted capacities, booked with what the plan takes of them."""
    used: dict[int, Counter[dt.date]] = defaultdict(Counter)
    for line in lines:
        for step, amount in zip(line.route.used, line.taken, strict=False):
            if step.facility is not None:
                for day in range(step.first, step.last + 1):
                    used[step.facility.number][EPOCH_DAY + dt.timedelta(day)] += step.per_day(amount)
    for each in facilities.all:
        booked = dict(Counter(each.capacity.booked) + used[each.number])
        yield replace(each.capacity, booked=booked)
