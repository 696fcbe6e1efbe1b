"""Clearing: which pairs trade how much. The same whatever the order of arrival.

Three aims in strict order: the objective (welfare and bonus), the quantity cleared, and age. The first two
make one flow and the third another on what the first leaves free; docs/matching.md has the argument.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np

from duijie_matcher.matching.network import Network, cheapest_flow
from duijie_matcher.matching.packs import in_packs, of_owner, whole_lot
from duijie_matcher.matching.pricing import ARCS_PER_NODE, Solution

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from duijie_matcher.matching.candidates import Pairs
    from duijie_matcher.matching.columns import Ints

ARCS_SOLVED_AGAIN = 1_500_000
"""Arcs that all rounds of minimum lots together may solve again: some hundred rounds of a market of hundreds
of orders, ten of one of thousands. After that the lines that stand are kept."""


@dataclass(frozen=True, slots=True)
class Lots:
    """What quantities a pair may trade: `least` or more, and only whole `multiple`s; `least` is one of them."""

    least: Ints
    multiple: Ints

    @classmethod
    def of(cls, minimum: Ints, multiple: Ints) -> Self:
        """From the larger of both minimum lots and the least common multiple of both packs, per pair."""
        return cls(least=whole_lot(minimum, multiple), multiple=multiple)

    def only(self, pairs: NDArray[np.bool_]) -> Self:
        """The lots of these pairs alone."""
        return type(self)(self.least[pairs], self.multiple[pairs])


@dataclass(frozen=True, slots=True)
class Clearing:
    """The plan's quantity of each pair (0: not in the plan), and the dual price of each offer's quantity in
    half units of gain.
    """

    quantity: Ints
    offer_price: Ints


def clear(pairs: Pairs, supply: Ints, wanted: Ints, lots: Lots) -> Clearing:
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
    """
    network = _network(supply, wanted, pairs.offer, pairs.demand, lots)
    # Twice the gain and one more: an exchange of trades (a simple residual cycle) changes the quantity
    # cleared by one unit at most, so it never pays for objective, and of equals the one that clears more wins.
    cost = -(2 * pairs.gain + 1)
    among, guide, spent = np.ones(len(pairs), dtype=np.bool_), None, 0
    while True:
        left = network.only(among, network.unsold, network.unserved)
        best = Solution.of(left, cost[among], guide)
        quantity = np.zeros(len(pairs), dtype=np.int64)
        quantity[among] = _oldest_first(best, left)
        short = (quantity > 0) & (quantity < lots.least)
        if not short.any():
            break
        guide = best.reduced[~short[among]]
        among &= ~short
        spent += min(len(guide), ARCS_PER_NODE * (network.hub + 1))
        if spent > ARCS_SOLVED_AGAIN:
            break
    packed = in_packs(quantity, lots.multiple)
    if not (among.all() and np.array_equal(packed, quantity)):
        quantity = _settle(network, cost, np.where(packed < lots.least, 0, packed), lots)
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


def _network(
    supply: Ints, wanted: Ints, tail: NDArray[np.int32], head: NDArray[np.int32], lots: Lots
) -> Network:
    """The network of what can be packed: every line of an order is a multiple of what all its lines are."""
    return Network.of(
        in_packs(supply, of_owner(tail, lots.multiple, len(supply))),
        in_packs(wanted, of_owner(head, lots.multiple, len(wanted))),
        tail,
        head,
    )


def _settle(network: Network, cost: Ints, standing: Ints, lots: Lots) -> Ints:
    """Keep the lines that stand, and clear what is left of their orders wherever it makes a whole lot: a pair
    dropped in an early round may have room for one by now. A pair that gets less than a pack is dropped too,
    so that the rounds end.
    """
    among = np.ones(len(cost), dtype=np.bool_)
    while True:
        supply = network.supply - _sums(network.tail, standing, len(network.supply))
        wanted = network.wanted - _sums(network.head, standing, len(network.wanted))
        room = in_packs(np.minimum(supply[network.tail], wanted[network.head]), lots.multiple)
        able = among & (room > 0) & ((standing > 0) | (room >= lots.least))
        if not able.any():
            return _fill(network, cost, standing, lots) if (lots.multiple > 1).any() else standing
        left = _network(supply, wanted, network.tail[able], network.head[able], lots.only(able))
        more = np.zeros_like(standing)
        more[able] = _oldest_first(Solution.of(left, cost[able]), left)
        packed = standing + in_packs(more, lots.multiple)
        kept = packed >= lots.least
        among &= ~((more > 0) & (~kept | (packed == standing)))
        standing = np.where(kept, packed, 0)


def _fill(network: Network, cost: Ints, standing: Ints, lots: Lots) -> Ints:
    """Let pairs that were dropped trade what both sides still have room for, the most gainful first, then the
    oldest: after that no pair has room for a whole lot.
    """
    filled = standing.copy()
    supply = network.supply - _sums(network.tail, standing, len(network.supply))
    wanted = network.wanted - _sums(network.head, standing, len(network.wanted))
    room = in_packs(np.minimum(supply[network.tail], wanted[network.head]), lots.multiple)
    able = np.flatnonzero((room > 0) & ((standing > 0) | (room >= lots.least)))
    age = (network.tail[able].astype(np.int64) + 1) * (network.head[able].astype(np.int64) + 1)
    for pair in able[np.lexsort((age, cost[able]))].tolist():
        tail, head = network.tail[pair], network.head[pair]
        more = in_packs(min(supply[tail], wanted[head]), lots.multiple[pair])
        if filled[pair] + more >= lots.least[pair]:
            filled[pair] += more
            supply[tail] -= more
            wanted[head] -= more
    return filled


def _sums(owner: NDArray[np.int32], quantity: Ints, count: int) -> Ints:
    total = np.zeros(count, dtype=np.int64)
    np.add.at(total, owner, quantity)
    return total
