"""The best plan under several conditions at once, by a linear program with one row for each.

One multiplier is found by flows alone (`multiplier`); two or more share a plan in ways that no bracket shows. The
program's answer is brought to whole lots, and then to the conditions: what breaks one is taken back, the least
gainful first, and what has room and breaks none is put in.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from duijie_matcher.matching.chains.lines import Remains
from duijie_matcher.matching.chains.program import Condition, in_lots
from duijie_matcher.matching.chains.program import Market as Program
from duijie_matcher.matching.chains.solving import SMALL, columns_of, priced
from duijie_matcher.matching.network import InfeasibleError
from duijie_matcher.matching.packs import in_packs
from duijie_matcher.matching.settling import sums

if TYPE_CHECKING:
    from collections.abc import Sequence

    from duijie_matcher.matching.chains.program import Columns
    from duijie_matcher.matching.columns import Ints
    from duijie_matcher.matching.distance import Floats
    from duijie_matcher.matching.floor import Floor
    from duijie_matcher.matching.floored import Market

FILLED = 20_000
"""Pairs with room on both sides that are tried at the end, the most gainful first."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What each pair trades, and what one more unit of each condition costs in 1e-6 CNY (of value: per CNY)."""

    quantity: Ints
    prices: tuple[Fraction, ...]


def under(market: Market, floors: Sequence[Floor]) -> Answer | None:
    """The best plan that keeps all conditions, None where there is none.

    `floors` carry the excess of what is fixed beside the market, pinned lines included.
    """
    every = columns_of(market.pairs, (), market.lots)
    conditions = tuple(Condition.of(floor) for floor in floors)
    program = Program(market.supply, market.wanted, market.limits, (), conditions, minima=True)
    try:
        target, prices = _target(program, every)
    except InfeasibleError:
        return None
    whole = _Whole(market, floors, np.zeros(len(every), dtype=np.int64))
    whole.take(target)
    if not whole.repair():
        return None
    whole.fill()
    sold = sums(market.pairs.offer, whole.quantity, len(market.supply))
    bought = sums(market.pairs.demand, whole.quantity, len(market.wanted))
    if market.limits.missed(sold, bought):
        return None
    return Answer(whole.quantity, prices)


def _target(program: Program, every: Columns) -> tuple[Floats, tuple[Fraction, ...]]:
    """Quantities to aim at: with lots where the market is small, else lines below their least lot are dropped a
    quarter at a time.
    """
    answer = priced(program, every)
    prices = tuple(Fraction(price).limit_denominator(10**9) for price in answer.conditions.tolist())
    if (every.least > 1).any() or (every.multiple > 1).any():
        exact = in_lots(program, every) if len(every) <= SMALL else None
        if exact is not None:
            return exact, prices
    kept = np.arange(len(every))
    quantity = answer.quantity
    while True:
        short = (quantity > 0.5) & (quantity < every.least[kept] - 0.5)
        if not short.any():
            break
        reached = quantity / every.least[kept]
        kept = kept[~(short & (reached <= np.quantile(reached[short], 0.25)))]
        left = every.only(kept)
        answer = priced(replace(program, conditions=[each.only(kept) for each in program.conditions]), left)
        quantity = answer.quantity
    target = np.zeros(len(every))
    target[kept] = quantity
    return target, prices


@dataclass(slots=True)
class _Whole:
    """A plan in whole lots while it is put together."""

    market: Market
    floors: Sequence[Floor]
    quantity: Ints

    def take(self, target: Floats) -> None:
        """As much of the aim as there is, in whole lots."""
        market = self.market
        remains = self._remains()
        aims = in_packs(np.floor(target + 1e-3).astype(np.int64), market.lots.multiple)
        at = np.flatnonzero(aims >= np.maximum(market.lots.least, 1))
        for pair in at[np.lexsort((at, -market.pairs.gain[at]))].tolist():
            self._lay(remains, pair, int(aims[pair]))
        self.quantity = market.lots.standing(self.quantity)

    def repair(self) -> bool:
        """Take back what breaks a condition, the least gainful line per unit of it first; whether anything is left or
        nothing has to be.
        """
        gain = self.market.pairs.gain
        floors = [(floor, floor.coefficient) for floor in self.floors]
        while True:
            excess = [floor.excess(self.quantity) for floor in self.floors]
            worst = next((at for at, each in enumerate(excess) if each < 0), None)
            if worst is None:
                return True
            coefficient = floors[worst][1]
            against = np.flatnonzero((coefficient < 0) & (self.quantity > 0))
            if not len(against):
                return False
            pair = int(against[np.argmin(gain[against] / -coefficient[against])])
            multiple = int(self.market.lots.multiple[pair])
            units = -(excess[worst] // -int(coefficient[pair]))
            units = -(-units // multiple) * multiple
            left = max(0, int(self.quantity[pair]) - units)
            self.quantity[pair] = left if left >= self.market.lots.least[pair] else 0
            self.quantity = self.market.lots.standing(self.quantity)

    def fill(self) -> None:
        """Let pairs trade what both sides and all conditions leave room for."""
        market = self.market
        remains = self._remains()
        pairs = market.pairs
        room = np.minimum(remains.supply[pairs.offer], remains.wanted[pairs.demand])
        able = in_packs(room, market.lots.multiple) > 0
        able &= (self.quantity > 0) | (room >= market.lots.least)
        if market.lots.pools is not None:
            able &= market.lots.pools.of < 0
        at = np.flatnonzero(able)
        at = at[np.lexsort((at, -pairs.gain[at]))][:FILLED]
        excess = [floor.excess(self.quantity) for floor in self.floors]
        coefficients = [floor.coefficient for floor in self.floors]
        for pair in at.tolist():
            each = [int(coefficient[pair]) for coefficient in coefficients]
            most = min(
                (max(0, spare) // -rise for spare, rise in zip(excess, each, strict=True) if rise < 0),
                default=int(room[pair]),
            )
            units = self._lay(remains, pair, min(most, int(room[pair])))
            excess = [spare + units * rise for spare, rise in zip(excess, each, strict=True)]

    def _remains(self) -> Remains:
        market = self.market
        sold = sums(market.pairs.offer, self.quantity, len(market.supply))
        bought = sums(market.pairs.demand, self.quantity, len(market.wanted))
        shares = market.limits.after(sold, bought).shares(len(sold), len(bought))
        return Remains(market.supply - sold, market.wanted - bought, *shares)

    def _lay(self, remains: Remains, pair: int, aim: int) -> int:
        """Trade up to so much more, as long as it makes a whole lot; how much it was."""
        offer, demand = int(self.market.pairs.offer[pair]), int(self.market.pairs.demand[pair])
        most = min(
            aim,
            int(remains.supply[offer]),
            int(remains.wanted[demand]),
            remains.may_sell.of_order(offer),
            remains.may_buy.of_order(demand),
        )
        most -= most % int(self.market.lots.multiple[pair])
        if most <= 0 or self.quantity[pair] + most < self.market.lots.least[pair]:
            return 0
        self.quantity[pair] += most
        remains.supply[offer] -= most
        remains.wanted[demand] -= most
        remains.may_sell.take(offer, most)
        remains.may_buy.take(demand, most)
        return most
