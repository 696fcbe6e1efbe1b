"""How much goes by which route: the joint program, and its answer in whole lots.

Direct pairs take part in the program so that routes do not take from them what they earn more with. What they trade in the
end is cleared by the flow on what the routes leave, except in small markets with lots, where branch and bound saw both.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

import numpy as np

from duijie_matcher.matching.best import best_of_each
from duijie_matcher.matching.chains.lines import Remains, RoutedLine
from duijie_matcher.matching.chains.program import Columns, Condition, Market, in_lots, relaxed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from duijie_matcher.matching.candidates import Pairs
    from duijie_matcher.matching.chains.program import Relaxed
    from duijie_matcher.matching.chains.route import Route
    from duijie_matcher.matching.columns import Bools, Ints
    from duijie_matcher.matching.floor import Floor
    from duijie_matcher.matching.limits import Limits
    from duijie_matcher.matching.settling import Lots

SMALL = 120
"""Columns up to which lots are decided by branch and bound."""
DIRECT_PER_ORDER = 8
"""Direct pairs of each order that take part at first, and that come in where prices say that one is missing."""
ROUNDS = 12


@dataclass(frozen=True, slots=True)
class Supplies:
    """What the direct clearing would start from: what orders have, the lots of pairs, limits, and what is pinned."""

    supply: Ints
    wanted: Ints
    lots: Lots
    limits: Limits
    pinned: Ints


@dataclass(frozen=True, slots=True)
class Split:
    """Lines by routes, and what direct pairs trade beside them where that is decided already (0: left to the flow)."""

    lines: tuple[RoutedLine, ...]
    direct: Ints
    prices: tuple[float, ...] = ()
    """Of the floors, in 1e-6 CNY per unit, or per CNY where it is of value."""


class Room(Protocol):
    """How much more of a route conditions on the plan leave room for."""

    def most(self, route: Route) -> int:
        """The largest quantity that may arrive by it."""

    def take(self, route: Route, quantity: int) -> None:
        """Count a line that is laid."""


def split(
    pairs: Pairs,
    routes: Sequence[Route],
    start: Supplies,
    *,
    settled: bool,
    floors: Sequence[Floor] = (),
) -> Split:
    """The best lines by these routes.

    Parameters
    ----------
    settled
        Lets a small market's direct pairs be decided here too.
    floors
        What routes and then direct pairs have to keep together.

    Raises
    ------
    InfeasibleError
        When the floors cannot be kept beside what is pinned.
    """
    sold = np.bincount(pairs.offer, start.pinned, len(start.supply)).astype(np.int64)
    bought = np.bincount(pairs.demand, start.pinned, len(start.wanted)).astype(np.int64)
    limits = start.limits.after(sold, bought)
    every = columns_of(pairs, routes, start.lots)
    fixed = np.concatenate([np.zeros(len(routes), dtype=np.int64), start.pinned])
    conditions = [Condition.of(replace(floor, credit=floor.excess(fixed))) for floor in floors]
    market = Market(start.supply - sold, start.wanted - bought, limits, routes, conditions)
    lots = bool((every.least > 1).any() or (every.multiple > 1).any())
    target = in_lots(market, every) if lots and len(every) <= SMALL else None
    exact, prices = target is not None, tuple[float, ...]()
    if target is None or conditions:
        answer = priced(market, every)
        target, prices = answer.quantity if target is None else target, tuple(answer.conditions.tolist())
    may_sell, may_buy = limits.shares(len(start.supply), len(start.wanted))
    remains = Remains(market.supply.copy(), market.wanted.copy(), may_sell, may_buy)
    lines, direct = [], np.zeros(len(pairs), dtype=np.int64)
    aims = np.rint(target).astype(np.int64)
    at = np.flatnonzero(aims)
    for column in at[np.lexsort((at, -every.gain[at], every.least[at] <= 1))].tolist():
        if column < len(routes):
            quantity = remains.most(routes[column], int(aims[column]))
            if quantity:
                lines.append(remains.lay(routes[column], quantity))
        elif exact and settled:
            pair = column - len(routes)
            direct[pair] = _direct(remains, every, column, int(aims[column]))
    return Split(tuple(lines), direct, prices)


def refilled(
    routes: Sequence[Route],
    lines: Sequence[RoutedLine],
    remains: Remains,
    room: Room | None = None,
) -> tuple[RoutedLine, ...]:
    """The lines and what else fits by then: the most gainful first, then the oldest orders."""
    found = {(*line.route.key, line.route.offer, line.route.demand): line for line in lines}
    for line in lines:
        remains.lay(line.route, line.quantity)
    for route in sorted(routes, key=lambda one: (-one.gain, one.demand, one.offer, one.key)):
        key = (*route.key, route.offer, route.demand)
        if key not in found:
            aim = int(remains.wanted[route.demand])
            quantity = remains.most(route, aim if room is None else min(aim, room.most(route)))
            if quantity:
                found[key] = remains.lay(route, quantity)
                if room is not None:
                    room.take(route, quantity)
    ordered = sorted(found.values(), key=lambda line: (line.route.demand, line.route.offer, line.route.key))
    return tuple(ordered)


def columns_of(pairs: Pairs, routes: Sequence[Route], lots: Lots) -> Columns:
    """Routes and then direct pairs as columns of the program."""

    def joined(of_routes: list[int], of_pairs: NDArray[np.integer]) -> Ints:
        return np.concatenate([np.array(of_routes, dtype=np.int64), of_pairs.astype(np.int64)])

    return Columns(
        offer=joined([route.offer for route in routes], pairs.offer),
        demand=joined([route.demand for route in routes], pairs.demand),
        leaving=np.concatenate([np.array([float(1 / route.total) for route in routes]), np.ones(len(pairs))]),
        gain=joined([route.gain for route in routes], pairs.gain),
        least=joined([route.least for route in routes], lots.least),
        multiple=joined([route.multiple for route in routes], lots.multiple),
        routed=len(routes),
    )


def priced(market: Market, every: Columns) -> Relaxed:
    """The program over all columns, solved over few: those that the prices call missing come in, routes below their least
    lot go out, until neither is left.

    Raises
    ------
    InfeasibleError
        When conditions cannot be kept.
    """
    direct = np.arange(len(every)) >= every.routed
    among = ~direct | _best(every, every.gain, direct)
    for condition in market.conditions:
        # What is fixed may fall short by itself: then any column may be the one that is needed.
        helps = direct if condition.credit < 0 else direct & (condition.coefficient > 0)
        among = among | (helps if condition.credit < 0 else _best(every, every.gain, helps))
    while True:
        answer = relaxed(market, every, among)
        for _ in range(ROUNDS - 1):
            missing = answer.missing(every, market.conditions)
            absent = direct & ~among & (missing > 1)
            if not absent.any():
                break
            among = among | _best(every, missing.astype(np.int64), absent)
            answer = relaxed(market, every, among)
        quantity = answer.quantity
        dropped = ~direct & among & (quantity > 0.5) & (quantity < every.least - 0.5)
        if not dropped.any():
            return answer
        among = among & ~dropped


def _best(every: Columns, worth: Ints, of: Bools) -> Bools:
    at = np.flatnonzero(of)
    chosen = np.zeros(len(every), dtype=np.bool_)
    kept = best_of_each(every.offer[at], worth[at], DIRECT_PER_ORDER)
    kept |= best_of_each(every.demand[at], worth[at], DIRECT_PER_ORDER)
    chosen[at[kept]] = True
    return chosen


def _direct(remains: Remains, every: Columns, column: int, aim: int) -> int:
    offer, demand = int(every.offer[column]), int(every.demand[column])
    most = min(aim, int(remains.supply[offer]), int(remains.wanted[demand]))
    most = int(min(most, remains.may_sell.of_order(offer), remains.may_buy.of_order(demand)))
    most -= most % int(every.multiple[column])
    if most < int(every.least[column]):
        return 0
    remains.supply[offer] -= most
    remains.wanted[demand] -= most
    remains.may_sell.take(offer, most)
    remains.may_buy.take(demand, most)
    return most
