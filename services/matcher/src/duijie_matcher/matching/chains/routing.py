"""Chains in a market's clearing: routes are found and given their share first, direct pairs are cleared on the rest."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from duijie_matcher.domain import ConstraintError, Unkept
from duijie_matcher.matching.chains.calls import calls_of
from duijie_matcher.matching.chains.candidates import candidate_pairs
from duijie_matcher.matching.chains.facilities import Facilities
from duijie_matcher.matching.chains.finding import Finder
from duijie_matcher.matching.chains.gaps import gaps
from duijie_matcher.matching.chains.lines import Remains, RoutedLine
from duijie_matcher.matching.chains.needs import uncarried
from duijie_matcher.matching.chains.solving import Supplies, refilled, split

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from duijie_shared.events.calls import CapacityCall

    from duijie_matcher.domain import Capacity
    from duijie_matcher.matching.book import Book
    from duijie_matcher.matching.candidates import Pairs
    from duijie_matcher.matching.chains.gaps import Gap
    from duijie_matcher.matching.chains.route import Route
    from duijie_matcher.matching.chains.solving import Room
    from duijie_matcher.matching.columns import Ints
    from duijie_matcher.matching.floor import Floor
    from duijie_matcher.matching.limits import Limits
    from duijie_matcher.matching.pins import Pins


@dataclass(frozen=True, slots=True)
class Chains:
    """What capacities add to a market: routes that were found, and the facilities that goods of the market may use; None
    where capacities are left out of account.
    """

    routes: tuple[Route, ...] = ()
    facilities: Facilities | None = None

    @classmethod
    def of(cls, book: Book, capacities: Iterable[Capacity] | None) -> Chains:
        """All routes worth trying.

        Raises
        ------
        ValueError
            For a capacity that comes twice.
        """
        if capacities is None and book.terms.policy.matching.cold_chain != "required":
            return NO_CHAINS
        facilities = Facilities.of(book, capacities or ())
        if not len(facilities) or not book.offers or not book.demands:
            return cls((), facilities)
        finder = Finder(book, facilities)
        found = [route for pair in candidate_pairs(book, facilities) for route in finder.routes(pair)]
        return cls(tuple(found), facilities)

    def gaps(self, book: Book, pairs: Pairs, quantity: Ints, routed: Routed, limits: Limits) -> Lacking:
        """What is missing to orders left short; nothing where capacities are left out of account."""
        if self.facilities is None:
            return Lacking((), ())
        sold = routed.sold + np.bincount(pairs.offer, quantity, len(book.offers)).astype(np.int64)
        bought = routed.bought + np.bincount(pairs.demand, quantity, len(book.demands)).astype(np.int64)
        may_not_sell, may_not_buy = limits.reached(sold, bought)
        offered = np.where(may_not_sell, 0, book.offer_columns.remaining.astype(np.int64) - sold)
        wanted = np.where(may_not_buy, 0, book.demand_columns.remaining.astype(np.int64) - bought)
        found = gaps(book, offered, wanted, self.facilities, routed.lines)
        return Lacking(found, calls_of(book, found, offered, wanted))


NO_CHAINS = Chains()


@dataclass(frozen=True, slots=True)
class Lacking:
    """Pairs that missing capacity would join, and the calls for it."""

    pairs: tuple[Gap, ...]
    calls: tuple[CapacityCall, ...]


@dataclass(frozen=True, slots=True)
class Routed:
    """Lines by routes, what each order gives or gets by them, and what the direct clearing starts from after them."""

    lines: tuple[RoutedLine, ...]
    sold: Ints
    bought: Ints
    settled: Ints
    routes: tuple[Route, ...] = field(default=())
    prices: tuple[float, ...] = ()
    """Of the floors that the first share kept, as `split` gives them."""

    @classmethod
    def of(
        cls,
        pairs: Pairs,
        chains: Chains,
        start: Supplies,
        *,
        settled: bool,
        floors: Sequence[Floor] = (),
    ) -> Routed:
        """The first share of the routes; nothing where there are none. `floors` are as in `split`."""
        none = np.zeros(len(pairs), dtype=np.int64)
        if not chains.routes:
            return cls((), np.zeros_like(start.supply), np.zeros_like(start.wanted), none)
        found = split(pairs, chains.routes, start, settled=settled, floors=floors)
        sold, bought = _traded(found.lines, start)
        return cls(found.lines, sold, bought, found.direct, chains.routes, found.prices)

    def after(self, pairs: Pairs, quantity: Ints, start: Supplies, room: Room | None = None) -> Routed:
        """With what else fits on the routes once direct pairs trade this much, and the floors leave room for."""
        if not self.routes:
            return self
        sold = np.bincount(pairs.offer, quantity, len(start.supply)).astype(np.int64)
        bought = np.bincount(pairs.demand, quantity, len(start.wanted)).astype(np.int64)
        may_sell, may_buy = start.limits.after(sold, bought).shares(len(sold), len(bought))
        remains = Remains(start.supply - sold, start.wanted - bought, may_sell, may_buy)
        lines = refilled(self.routes, self.lines, remains, room)
        return Routed(lines, *_traded(lines, start), self.settled, self.routes, self.prices)

    def left(self, start: Supplies) -> tuple[Ints, Ints, Limits]:
        """Supplies, wants and limits once the routes have their share."""
        return (
            start.supply - self.sold,
            start.wanted - self.bought,
            start.limits.after(self.sold, self.bought),
        )


def direct_pairs(book: Book, pairs: Pairs, pins: Pins) -> tuple[Pairs, int]:
    """The pairs whose direct road the policy leaves open, and how many it closes.

    Raises
    ------
    ConstraintError
        For pinned pairs among those.
    """
    if book.terms.policy.matching.cold_chain != "required":
        return pairs, 0
    closed = np.zeros(len(pairs), dtype=np.bool_)
    offers = book.offer_columns.take(pairs.offer.astype(np.intp))
    demands = book.demand_columns.take(pairs.demand.astype(np.intp))
    slugs = np.array([order.product for order in book.offers])[pairs.offer]
    metres = pairs.distance.astype(np.float64)
    for slug in np.unique(slugs).tolist():
        closed |= (slugs == slug) & uncarried(book, book.products[slug], offers, demands, metres)
    shut = set(zip(pairs.offer[closed].tolist(), pairs.demand[closed].tolist(), strict=True))
    unkept = [_not_carried(book, *pair) for pair in sorted(shut & pins.keys())]
    if unkept:
        raise ConstraintError(unkept)
    return pairs.take(~closed), int(closed.sum())


def _not_carried(book: Book, offer: int, demand: int) -> Unkept:
    pair = book.offers[offer].order_id, book.demands[demand].order_id
    zh, en = "该配对不可行: COLD_GAP", "the pair is not feasible: COLD_GAP"
    return Unkept("pin", pair, "pin-infeasible", zh, en)


def _traded(lines: tuple[RoutedLine, ...], start: Supplies) -> tuple[Ints, Ints]:
    sold, bought = np.zeros_like(start.supply), np.zeros_like(start.wanted)
    for line in lines:
        sold[line.route.offer] += line.taken[0]
        bought[line.route.demand] += line.quantity
    return sold, bought
