"""Clearing under a floor: the plan without it, the critical multiplier, and the plan that just meets the floor there.

The two flows of the bracket are both cheapest at that multiplier (in a large market nearly so), and the floor lies
between them. The exchanges that lead from one to the other cost the same per unit of excess, so as many as are
needed make the best plan; the last one is gone along in part.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Literal

import numpy as np

from duijie_matcher.matching.clearing import Clearing, clear
from duijie_matcher.matching.exchanges import Exchange, exchanges
from duijie_matcher.matching.floor import Priced, total
from duijie_matcher.matching.multiplier import Line, Search
from duijie_matcher.matching.packs import in_packs
from duijie_matcher.matching.settling import Lots, oldest_first, packed_network, settle, sums

if TYPE_CHECKING:
    from duijie_matcher.matching.candidates import Pairs
    from duijie_matcher.matching.columns import Ints
    from duijie_matcher.matching.floor import Floor
    from duijie_matcher.matching.limits import Limits

FloorStatus = Literal["none", "met", "infeasible"]
ENOUGH = 1_000
"""From an earlier multiplier a plan within this part of the best is taken."""
DOUBLINGS = 64
"""How often the multiplier is raised where whole lots miss the floor that a flow meets; it has fewer bits."""


@dataclass(frozen=True, slots=True)
class Floored:
    """A plan under a floor, beside the plan without one.

    `price` is what one more unit of floor costs: 1e-6 CNY per unit, or the share of a CNY per CNY. `solves` counts
    the flows of the search. Where the floor is infeasible the plan is the one without it.
    """

    clearing: Clearing
    plain: Clearing
    status: FloorStatus
    price: Fraction
    solves: int


@dataclass(frozen=True, slots=True)
class Market:
    """What `clear` takes, pins apart."""

    pairs: Pairs
    supply: Ints
    wanted: Ints
    lots: Lots
    limits: Limits

    def without(self, pinned: Ints) -> Market:
        """What is left of the market once pinned lines are set aside."""
        if not pinned.any():
            return self
        sold = sums(self.pairs.offer, pinned, len(self.supply))
        bought = sums(self.pairs.demand, pinned, len(self.wanted))
        least = np.where(pinned > 0, self.lots.multiple, self.lots.least)
        return Market(
            self.pairs,
            self.supply - sold,
            self.wanted - bought,
            replace(self.lots, least=least),
            self.limits.after(sold, bought),
        )

    def plain(self, pinned: Ints) -> Clearing:
        """The clearing without any condition. Raises `InfeasibleError` as `clear` does."""
        return clear(self.pairs, self.supply, self.wanted, self.lots, self.limits, pinned)

    def cleared(self, gain: Ints) -> Ints:
        """The plan of these gains, in whole lots."""
        pairs = replace(self.pairs, gain=gain)
        return clear(pairs, self.supply, self.wanted, self.lots, self.limits).quantity

    def is_whole(self, plan: Ints) -> bool:
        """Whether every line is a whole lot, and every party trades what it must."""
        whole = np.array_equal(in_packs(plan, self.lots.multiple), plan) and not self.lots.short(plan).any()
        return whole and not self.limits.missed(
            sums(self.pairs.offer, plan, len(self.supply)), sums(self.pairs.demand, plan, len(self.wanted))
        )


def clear_with_floor(
    market: Market,
    pinned: Ints,
    floor: Floor | None,
    start: Fraction | None = None,
    plain: Clearing | None = None,
    *,
    beside: bool = False,
) -> Floored:
    """Clear a market so that the floor is met, if any plan that trades meets it.

    Parameters
    ----------
    start
        The price of an earlier clearing: near it the search takes fewer solves.
    plain
        The clearing without a floor, where it is known.
    beside
        Whether something trades beside these pairs already; the floor's credit says how that counts.

    Raises
    ------
    InfeasibleError
        When what parties must trade cannot be kept.
    """
    if plain is None:
        plain = market.plain(pinned)
    if floor is None:
        return Floored(plain, plain, "none", Fraction(0), 0)
    unmet = Floored(plain, plain, "infeasible", Fraction(0), 0)
    if floor.excess(plain.quantity) >= 0:
        return replace(unmet, status="met") if beside or plain.quantity.any() else unmet
    if floor.credit <= 0 and not (floor.favoured & (floor.weight > 0)).any():
        return unmet
    rest, floor = market.without(pinned), replace(floor, credit=floor.excess(pinned))
    orders = packed_network(rest.supply, rest.wanted, market.pairs.offer, market.pairs.demand, rest.lots)
    network = rest.limits.whole(market.pairs.offer, market.pairs.demand, rest.lots.multiple).bounded(orders)
    priced = Priced.of(market.pairs.gain, floor, network.hub + 1)
    search = Search(network, priced, floor.credit >> priced.coarser if floor.of_value else floor.credit)
    near = None if start is None else search.near(priced.steps_of(start, of_value=floor.of_value))
    assembly = _Assembly(rest, floor, priced, search)
    taken = None if near is None or search.exact else assembly.close(near)
    if near is not None and taken is not None and (beside or (taken + pinned).any()):
        price = priced.price(Fraction(near.steps), of_value=floor.of_value)
        return Floored(Clearing(taken + pinned, plain.offer_price), plain, "met", price, search.solves)
    found = search.bracket(near, plain.flow)
    plan = assembly.plan(found.below, found.above)
    if plan is None or not (beside or (plan + pinned).any()):
        return replace(unmet, solves=search.solves)
    return Floored(
        clearing=Clearing(plan + pinned, plain.offer_price),
        plain=plain,
        status="met",
        price=priced.price(found.steps, of_value=floor.of_value),
        solves=search.solves,
    )


@dataclass(frozen=True, slots=True)
class _Assembly:
    """From the two flows of a bracket to one plan in whole lots."""

    market: Market
    floor: Floor
    priced: Priced
    search: Search

    def plan(self, below: Line | None, above: Line) -> Ints | None:
        """The best plan that meets the floor of those there are, or None."""
        low = None if below is None else self._whole(below)
        high = self._meeting(above, below)
        if high is None:
            return None
        options = [high]
        if low is not None:
            blend = low if self.floor.excess(low) >= 0 else self._blend(low, high)
            options += [blend, self._settled(blend, above.steps)]
        allowed = [
            each
            for each in options
            if each is high or (self.floor.excess(each) >= 0 and self.market.is_whole(each))
        ]
        # The first of equals: a plan that needs no repair.
        return max(allowed, key=lambda each: (total(self.market.pairs.gain, each), int(each.sum())))

    def close(self, line: Line) -> Ints | None:
        """One flow as the plan, if it is proven to be within 1/1,000 of the best: where it falls short of the floor, what
        counts against it is taken back, the least gainful first. A second flow would cost all that a start has saved.
        """
        market, gain = self.market, self.market.pairs.gain
        lots = bool((market.lots.least > 1).any()) or market.lots.pools is not None
        if lots or market.limits or abs(line.steps * line.excess) * ENOUGH > abs(line.value):
            return None
        plan = oldest_first(line.best, self.search.network)[: len(gain)].copy()
        coefficient, missing = self.floor.coefficient, -self.floor.excess(plan)
        against = np.flatnonzero((coefficient < 0) & (plan > 0))
        for pair in against[np.argsort(gain[against] / -coefficient[against], kind="stable")].tolist():
            if missing <= 0:
                break
            units = min(int(plan[pair]), -(missing // int(coefficient[pair])))
            plan[pair] -= units
            missing += units * int(coefficient[pair])
        bound = line.value - total(self.priced.gain, plan)
        return plan if missing <= 0 and bound * ENOUGH <= abs(line.value) else None

    def _whole(self, line: Line) -> Ints:
        """The plan at a multiplier: the flow that age prefers if its lines are whole lots."""
        pairs = len(self.market.pairs)
        flow = oldest_first(line.best, self.search.network)[:pairs]
        if line.excess < 0 <= self.floor.excess(flow):
            # At the critical multiplier itself the flows on both sides cost the same, and age may prefer the other
            # side's. The plan lies between the two, so this side's is needed.
            flow = line.best.quantity[:pairs]
        return flow if self.market.is_whole(flow) else self.market.cleared(self.priced.at(line.steps))

    def _meeting(self, above: Line, below: Line | None) -> Ints | None:
        """The plan of whole lots at the multiplier that meets the floor, or at the next larger one that does."""
        plan = self._whole(above)
        step = max(1, above.steps - (below.steps if below else 0))
        steps = above.steps
        for _ in range(DOUBLINGS):
            if self.floor.excess(plan) >= 0:
                return plan
            if steps >= self.priced.most:
                return None
            steps, step = min(self.priced.most, steps + step), 2 * step
            plan = self.market.cleared(self.priced.at(steps))
        return None

    def _blend(self, low: Ints, high: Ints) -> Ints:
        """As many of the exchanges from one plan to the other as the floor needs, the cheapest first."""
        gain, coefficient = self.market.pairs.gain, self.floor.coefficient
        counts = len(self.market.supply), len(self.market.wanted)
        steps = exchanges(self.market.pairs, self.market.limits, low, high, counts)
        raising = [(each.of_unit(coefficient), each) for each in steps]
        raising = [(rise, each) for rise, each in raising if rise > 0]
        raising.sort(key=lambda each: Fraction(-each[1].of_unit(gain), each[0]))
        plan, missing = low.copy(), -self.floor.excess(low)
        for rise, exchange in raising:
            if missing <= 0:
                break
            units = min(exchange.units, self._packed(exchange, -(-missing // rise)))
            exchange.go(plan, units)
            missing -= units * rise
        return plan

    def _packed(self, exchange: Exchange, units: int) -> int:
        """So many units or more, in whole packs of all its pairs."""
        multiple = np.lcm.reduce(self.market.lots.multiple[list(exchange.up + exchange.down)])
        return -(-units // int(multiple)) * int(multiple)

    def _settled(self, plan: Ints, steps: int) -> Ints:
        """The plan without lines that are no whole lots, its orders cleared again with what that frees."""
        market = self.market
        if market.is_whole(plan):
            return plan
        network = packed_network(
            market.supply, market.wanted, market.pairs.offer, market.pairs.demand, market.lots
        )
        standing = market.lots.standing(in_packs(plan, market.lots.multiple))
        cost = -(2 * self.priced.at(steps) + 1)
        return settle(network, cost, standing, market.lots, market.limits.above())
