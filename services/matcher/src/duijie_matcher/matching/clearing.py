"""Clearing: which pairs trade how much. The same whatever the order of arrival.

Three aims in strict order: the objective (welfare and bonus), the quantity cleared, and age. The first two
make one flow and the third another on what the first leaves free; docs/matching.md has the argument.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from duijie_matcher.matching.network import Network, cheapest_flow
from duijie_matcher.matching.pricing import ARCS_PER_NODE, Solution

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from duijie_matcher.matching.candidates import Pairs
    from duijie_matcher.matching.columns import Ints

ARCS_SOLVED_AGAIN = 1_500_000
"""Arcs that all rounds of minimum lots together may solve again: some hundred rounds of a market of hundreds
of orders, ten of one of thousands. After that the lines that stand are kept."""


@dataclass(frozen=True, slots=True)
class Clearing:
    """The plan's quantity of each pair (0: not in the plan), and the dual price of each offer's quantity in
    half units of gain.
    """

    quantity: Ints
    offer_price: Ints


def clear(pairs: Pairs, supply: Ints, wanted: Ints, least: Ints) -> Clearing:
    """Clear a market.

    Parameters
    ----------
    pairs
        Feasible pairs.
    supply, wanted
        What remains of each offer and demand.
    least
        The larger of both minimum lots, per pair. A flow cannot hold a minimum: lines below it are dropped
        and the rest is solved again until there are none.
    """
    network = Network.of(supply, wanted, pairs.offer, pairs.demand)
    # Twice the gain and one more: an exchange of trades (a simple residual cycle) changes the quantity
    # cleared by one unit at most, so it never pays for objective, and of equals the one that clears more wins.
    cost = -(2 * pairs.gain + 1)
    among, guide, spent = np.ones(len(pairs), dtype=np.bool_), None, 0
    while True:
        left = network.only(among, network.unsold, network.unserved)
        best = Solution.of(left, cost[among], guide)
        quantity = np.zeros(len(pairs), dtype=np.int64)
        quantity[among] = _oldest_first(best, left)
        short = (quantity > 0) & (quantity < least)
        if not short.any():
            break
        guide = best.reduced[~short[among]]
        among &= ~short
        spent += min(len(guide), ARCS_PER_NODE * (network.hub + 1))
        if spent > ARCS_SOLVED_AGAIN:
            break
    if not among.all():
        quantity = _settle(network, cost, np.where(quantity < least, 0, quantity), least)
    return Clearing(quantity=quantity, offer_price=best.prices.offers)


def _oldest_first(best: Solution, network: Network) -> Ints:
    """Of all cheapest flows, the one with the least sum of quantity x rank of offer x rank of demand: the
    older an order, the lower its rank, the cheaper it is to serve.
    """
    face, tight = best.face(network)
    rank_product = (face.tail.astype(np.int64) + 1) * (face.head.astype(np.int64) + 1)
    quantity = np.zeros(len(tight), dtype=np.int64)
    quantity[tight] = cheapest_flow(face, rank_product).pairs
    return quantity


def _settle(network: Network, cost: Ints, standing: Ints, least: Ints) -> Ints:
    """Keep the lines that stand, and clear what is left of their orders wherever it makes a whole lot: a pair
    dropped in an early round may have room for one by now.
    """
    among = np.ones(len(cost), dtype=np.bool_)
    while True:
        supply = network.supply - _sums(network.tail, standing, len(network.supply))
        wanted = network.wanted - _sums(network.head, standing, len(network.wanted))
        room = np.minimum(supply[network.tail], wanted[network.head])
        able = among & (room > 0) & ((standing > 0) | (room >= least))
        if not able.any():
            return standing
        left = Network.of(supply, wanted, network.tail[able], network.head[able])
        more = standing.copy()
        more[able] += _oldest_first(Solution.of(left, cost[able]), left)
        short = (more > 0) & (more < least)
        standing, among = np.where(short, 0, more), among & ~short


def _sums(owner: NDArray[np.int32], quantity: Ints, count: int) -> Ints:
    total = np.zeros(count, dtype=np.int64)
    np.add.at(total, owner, quantity)
    return total
