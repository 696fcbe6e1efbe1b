"""Routes and direct pairs of a market cleared together, with a floor, guards, or the price of a floor over all markets.

Routes take their share first, by a program in which direct pairs and conditions take part; direct pairs are cleared on
the rest, what the routes bring counted for or against the conditions; then routes fill what is left.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from duijie_matcher.domain.floor_ladder import share_of
from duijie_matcher.matching.chains.routing import NO_CHAINS, Routed
from duijie_matcher.matching.floor import total
from duijie_matcher.matching.floored import Market
from duijie_matcher.matching.guarded import Guarded, clear_with_rows
from duijie_matcher.matching.lines import deals_of
from duijie_matcher.matching.network import InfeasibleError
from duijie_matcher.matching.rows import Priceable, Rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from duijie_matcher.matching.book import Book
    from duijie_matcher.matching.candidates import Pairs
    from duijie_matcher.matching.chains.lines import RoutedLine
    from duijie_matcher.matching.chains.route import Route
    from duijie_matcher.matching.chains.routing import Chains
    from duijie_matcher.matching.chains.solving import Supplies
    from duijie_matcher.matching.columns import Ints
    from duijie_matcher.matching.floor import Floor
    from duijie_matcher.matching.rows import Row, RowKey

ROUNDS = 6
"""How often routes are shared out again for conditions that only showed afterwards."""
CAPS = 100
"""Parties up to which all caps take part from the first."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Direct pairs and routes of one plan, and the conditions that shaped it."""

    guarded: Guarded
    routed: Routed

    def sold(self, pairs: Pairs, offers: int) -> Ints:
        """What each offer gives, by pairs and by routes."""
        found: Ints = self.routed.sold + np.bincount(
            pairs.offer, self.guarded.clearing.quantity, offers
        ).astype(np.int64)
        return found

    def bought(self, pairs: Pairs, demands: int) -> Ints:
        """What each demand gets, by pairs and by routes."""
        found: Ints = self.routed.bought + np.bincount(
            pairs.demand, self.guarded.clearing.quantity, demands
        ).astype(np.int64)
        return found


@dataclass(frozen=True, slots=True)
class Joint:
    """What all plans of one market are made of."""

    pairs: Pairs
    bid: Ints
    chains: Chains
    start: Supplies
    rows: Rows
    pooled: bool

    @classmethod
    def of(cls, book: Book, pairs: Pairs, chains: Chains, start: Supplies, *, pooled: bool) -> Joint:
        """The market of a book."""
        bid = deals_of(book, pairs)[0].bid.astype(np.int64)
        return cls(pairs, bid, chains, start, Rows.of(book), pooled)

    def plain(self) -> Plan:
        """The best plan without any condition.

        Raises
        ------
        InfeasibleError
            When what parties must trade cannot be kept.
        """
        routed = Routed.of(
            self.pairs, self.chains, self.start, settled=not self.rows.kinds and not self.pooled
        )
        market = self._left(routed)
        try:
            clearing = market.plain(self.start.pinned + routed.settled)
        except InfeasibleError:
            if not routed.lines:
                raise
            # What a party must trade directly may be what the routes took.
            return replace(self, chains=NO_CHAINS).plain()
        return Plan(Guarded(clearing, clearing), routed.after(self.pairs, clearing.quantity, self.start))

    def kept(self, plain: Plan) -> Plan:
        """The best plan found that keeps the conditions, as far as any with trade in it can."""
        direct = self._direct(plain.guarded.clearing.quantity)
        if not self.rows.kinds:
            return plain
        trades = bool(direct.quantity.any() or plain.routed.lines)
        broken = list(self.rows.broken(direct, _routed(plain.routed.lines)))
        if trades and not broken:
            return plain
        if not self.chains.routes:
            return self._after(Routed.of(self.pairs, NO_CHAINS, self.start, settled=False), plain)
        found = [self._after(Routed.of(self.pairs, NO_CHAINS, self.start, settled=False), None)]
        shared = self._shared(broken) if broken else None
        if shared is not None:
            found.append(shared)
        best = min(found, key=lambda plan: (len(plan.guarded.unkept), -self._worth(plan)))
        if set(best.guarded.unkept) == set(self.rows.kinds):
            return Plan(replace(plain.guarded, unkept=self.rows.kinds), plain.routed)
        return best

    def _shared(self, broken: Sequence[Row]) -> Plan | None:
        """Routes and direct pairs under these conditions, and those that show on the way."""
        active, found, spared = [*broken, *self._caps_beside(broken)], None, False
        for _ in range(ROUNDS):
            floors = [self._over(row) for row in active]
            if spared:
                floors = [replace(floor, credit=-self._rounding(floor)) for floor in floors]
            try:
                routed = Routed.of(self.pairs, self.chains, self.start, settled=False, floors=floors)
                found = self._after(routed, None)
            except InfeasibleError:
                return found
            prices = dict(found.guarded.prices)
            for row, price in zip(active, routed.prices, strict=True):
                prices[row.key] = Fraction(price).limit_denominator(10**9)
            found = replace(found, guarded=replace(found.guarded, prices=prices))
            more = self._more(active, found.guarded)
            if found.guarded.unkept and not spared:
                spared = True
            elif not more:
                break
            active += more
        return found

    def _rounding(self, floor: Floor) -> int:
        """What whole quantities may cost a condition: a unit for each order, of the column that weighs most."""
        return int(np.abs(floor.coefficient).max(initial=0)) * (
            len(self.start.supply) + len(self.start.wanted)
        )

    def _caps_beside(self, broken: Sequence[Row]) -> list[Row]:
        """The caps on all other parties: whoever takes over from one may be the next to reach it."""
        parties = np.unique(self.rows.party)
        if len(parties) > CAPS or not any(row.kind == "party" for row in broken):
            return []
        known = {row.key for row in broken}
        return [row for row in self.rows.caps(parties) if row.key not in known]

    def _more(self, active: Sequence[Row], guarded: Guarded) -> list[Row]:
        known: set[RowKey] = {row.key for row in active}
        return [row for row in guarded.rows if row.key not in known]

    def _after(self, routed: Routed, plain: Plan | None) -> Plan:
        """Direct pairs under the conditions once routes have this share, and routes in what is left."""
        beside = _routed(routed.lines)
        direct = self._direct(np.zeros(len(self.pairs), dtype=np.int64))
        clearing = None if plain is None else plain.guarded.plain
        guarded = clear_with_rows(self._left(routed), self.start.pinned, self.rows, direct, beside, clearing)
        if guarded.unkept and routed.lines:
            return Plan(guarded, routed)
        room = Room.beside(self.rows, direct.trading(guarded.clearing.quantity), beside)
        return Plan(guarded, routed.after(self.pairs, guarded.clearing.quantity, self.start, room))

    def _over(self, row: Row) -> Floor:
        """A condition over routes and then direct pairs."""
        routes = self.chains.routes
        offer = np.concatenate([np.array([each.offer for each in routes], dtype=np.int64), self.pairs.offer])
        bid = np.concatenate([np.array([each.bid for each in routes], dtype=np.int64), self.bid])
        return row.over(Priceable(offer, bid, np.zeros_like(bid)))

    def _direct(self, quantity: Ints) -> Priceable:
        return Priceable(self.pairs.offer, self.bid, quantity)

    def _left(self, routed: Routed) -> Market:
        supply, wanted, limits = routed.left(self.start)
        return Market(self.pairs, supply=supply, wanted=wanted, lots=self.start.lots, limits=limits)

    def _worth(self, plan: Plan) -> int:
        routed = sum(line.quantity * line.route.gain for line in plan.routed.lines)
        return routed + total(self.pairs.gain, plan.guarded.clearing.quantity)


@dataclass(slots=True)
class Room:
    """What conditions leave room for while routes fill up."""

    rows: Rows
    excess: list[int]
    sold: Ints
    total: int

    @classmethod
    def beside(cls, rows: Rows, *plans: Priceable) -> Room:
        """The room beside lines that stand."""
        excess = [sum(row.over(plan).excess(plan.quantity) for plan in plans) for row in rows.fixed]
        sold = np.zeros(int(rows.party.max(initial=0)) + 1, dtype=np.int64)
        for plan in plans:
            np.add.at(sold, rows.party[plan.offer], plan.quantity)
        return cls(rows, excess, sold, int(sold.sum()))

    def most(self, route: Route) -> int:
        """The largest quantity that may arrive by it."""
        most = 2**62
        for excess, rise in zip(self.excess, self._rises(route), strict=True):
            if rise < 0:
                most = min(most, max(0, excess) // -rise)
        if self.rows.share is not None:
            share = share_of(1 - self.rows.share)
            others = self.total - int(self.sold[self.rows.party[route.offer]])
            most = min(most, max(0, others * share[1] - share[0] * self.total) // share[0])
        return most

    def take(self, route: Route, quantity: int) -> None:
        """Count a line that is laid."""
        rises = self._rises(route)
        self.excess = [each + rise * quantity for each, rise in zip(self.excess, rises, strict=True)]
        self.sold[self.rows.party[route.offer]] += quantity
        self.total += quantity

    def _rises(self, route: Route) -> list[int]:
        line = Priceable(np.array([route.offer]), np.array([route.bid]), np.zeros(1, dtype=np.int64))
        return [int(row.over(line).coefficient[0]) for row in self.rows.fixed]


def _routed(lines: Sequence[RoutedLine]) -> Priceable:
    return Priceable(
        np.array([line.route.offer for line in lines], dtype=np.int64),
        np.array([line.route.bid for line in lines], dtype=np.int64),
        np.array([line.quantity for line in lines], dtype=np.int64),
    )
