"""Clearing: which pairs trade how much. The same whatever the order of arrival.

Three aims in strict order: the objective (welfare and bonus), the quantity cleared, and age. The first two
make one flow and the third another on what the first leaves free; docs/matching.md has the argument.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from duijie_matcher.matching.limits import NO_LIMITS
from duijie_matcher.matching.network import InfeasibleError
from duijie_matcher.matching.packs import in_packs
from duijie_matcher.matching.pool_search import without_spare_lots
from duijie_matcher.matching.pricing import ARCS_PER_NODE, Solution
from duijie_matcher.matching.settling import Lots, oldest_first, packed_network, settle, sums

if TYPE_CHECKING:
    from duijie_matcher.matching.candidates import Pairs
    from duijie_matcher.matching.columns import Ints
    from duijie_matcher.matching.limits import Limits

ARCS_SOLVED_AGAIN = 200_000
"""Arcs that all rounds of minimum lots together may solve again: twenty rounds of a market of hundreds of orders, three of
one of thousands. After that the lines that stand are kept. Measured in markets of 500 to 5,000 orders: seven times as many
took up to three times as long and changed the objective by 0.01 % either way on average."""


@dataclass(frozen=True, slots=True)
class Clearing:
    """The plan's quantity of each pair (0: not in the plan), and the dual price of each offer's quantity in
    half units of gain. `flow` is what proves the plan, None where whole lots or pins made it another one.
    """

    quantity: Ints
    offer_price: Ints
    flow: Solution | None = None


def clear(
    pairs: Pairs,
    supply: Ints,
    wanted: Ints,
    lots: Lots,
    limits: Limits = NO_LIMITS,
    pinned: Ints | None = None,
) -> Clearing:
    """Clear a market.

    Parameters
    ----------
    pairs
        Feasible pairs.
    supply, wanted
        What remains of each offer and demand.
    lots
        A flow cannot hold a minimum: lines below it are dropped and the rest is solved again until there are
        none. Nor does it know of packs: what an order can never trade is left out before, and lines that
        are no whole number of packs are rounded down after.
    limits
        What parties may and must trade.
    pinned
        What each pair has to trade at the least; a whole lot where it is anything.

    Raises
    ------
    InfeasibleError
        When what parties must trade cannot be kept.
    """
    if pinned is not None and pinned.any():
        sold, bought = _traded(pairs, pinned, len(supply), len(wanted))
        # A pinned pair is a line already: whatever it trades beyond need only be whole packs.
        beyond = replace(lots, least=np.where(pinned > 0, lots.multiple, lots.least))
        rest = clear(pairs, supply - sold, wanted - bought, beyond, limits.after(sold, bought))
        return Clearing(rest.quantity + pinned, rest.offer_price)
    if lots.pools is None:
        return _cleared(pairs, supply, wanted, lots, limits)
    return without_spare_lots(
        pairs,
        lots.pools,
        lambda among: _cleared(pairs.take(among), supply, wanted, lots.only(among), limits),
    )


def _cleared(pairs: Pairs, supply: Ints, wanted: Ints, lots: Lots, limits: Limits) -> Clearing:
    orders = packed_network(supply, wanted, pairs.offer, pairs.demand, lots)
    network = limits.whole(pairs.offer, pairs.demand, lots.multiple).bounded(orders)
    added = np.zeros(len(network.tail) - len(pairs), dtype=np.int64)
    # Twice the gain and one more: an exchange of trades (a simple residual cycle) changes the quantity
    # cleared by one unit at most, so it never pays for objective, and of equals the one that clears more wins.
    cost = np.concatenate([-(2 * pairs.gain + 1), added])
    among, guide, spent = np.ones(len(cost), dtype=np.bool_), None, 0
    while True:
        left = network.only(among, network.unsold, network.unserved)
        best = Solution.of(left, cost[among], guide)
        quantity = np.zeros(len(cost), dtype=np.int64)
        quantity[among] = oldest_first(best, left)
        short = np.concatenate([lots.short(quantity[: len(pairs)]), added.astype(np.bool_)])
        if not short.any():
            break
        guide = best.reduced[~short[among]]
        among &= ~short
        spent += min(len(guide), ARCS_PER_NODE * (network.hub + 1))
        if spent > ARCS_SOLVED_AGAIN:
            break
    quantity, cost = quantity[: len(pairs)], cost[: len(pairs)]
    packed = in_packs(quantity, lots.multiple)
    whole = among.all() and np.array_equal(packed, quantity)
    if not whole:
        quantity = settle(orders, cost, lots.standing(packed), lots, limits.above())
    missed = limits.missed(*_traded(pairs, quantity, len(supply), len(wanted)))
    if missed:
        raise InfeasibleError(f"parties {missed} trade less than they must")
    # What a party must trade may cost others something; a bound needs prices that are not negative.
    prices = np.maximum(best.prices.offers[: len(supply)], 0)
    return Clearing(quantity=quantity, offer_price=prices, flow=best if whole else None)


def _traded(pairs: Pairs, quantity: Ints, offers: int, demands: int) -> tuple[Ints, Ints]:
    return sums(pairs.offer, quantity, offers), sums(pairs.demand, quantity, demands)
