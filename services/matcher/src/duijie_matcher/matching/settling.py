"""Whole lots: what may be traded at all, and what to do with lines that a flow cannot keep whole."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np

from duijie_matcher.matching.network import Network, cheapest_flow
from duijie_matcher.matching.packs import in_packs, of_owner, whole_lot
from duijie_matcher.matching.pricing import Solution

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from duijie_matcher.matching.columns import Ints
    from duijie_matcher.matching.limits import Limits


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


def oldest_first(best: Solution, network: Network) -> Ints:
    """Of all cheapest flows, the one with the least sum of quantity x rank of offer x rank of demand: the
    older an order, the lower its rank, the cheaper it is to serve.
    """
    face, tight = best.face(network)
    rank_product = (face.tail.astype(np.int64) + 1) * (face.head.astype(np.int64) + 1)
    quantity = np.zeros(len(tight), dtype=np.int64)
    quantity[tight] = cheapest_flow(face, np.where(face.of_limits, 0, rank_product)).pairs
    return quantity


def packed_network(
    supply: Ints, wanted: Ints, tail: NDArray[np.int32], head: NDArray[np.int32], lots: Lots
) -> Network:
    """The network of what can be packed: every line of an order is a multiple of what all its lines are."""
    return Network.of(
        in_packs(supply, of_owner(tail, lots.multiple, len(supply))),
        in_packs(wanted, of_owner(head, lots.multiple, len(wanted))),
        tail,
        head,
    )


def settle(network: Network, cost: Ints, standing: Ints, lots: Lots, limits: Limits) -> Ints:
    """Keep the lines that stand, and clear what is left of their orders wherever it makes a whole lot: a pair
    dropped in an early round may have room for one by now. A pair that gets less than a pack is dropped too,
    so that the rounds end.
    """
    among = np.ones(len(cost), dtype=np.bool_)
    while True:
        sold, bought = (
            sums(network.tail, standing, network.offers),
            sums(network.head, standing, network.demands),
        )
        supply, wanted = network.supply - sold, network.wanted - bought
        room = in_packs(np.minimum(supply[network.tail], wanted[network.head]), lots.multiple)
        able = among & (room > 0) & ((standing > 0) | (room >= lots.least))
        more = np.zeros_like(standing)
        if able.any():
            whole = lots.only(able)
            orders = packed_network(supply, wanted, network.tail[able], network.head[able], whole)
            left = limits.after(sold, bought).whole(orders.tail, orders.head, whole.multiple).bounded(orders)
            added = np.zeros(len(left.tail) - len(orders.tail), dtype=np.int64)
            flow = oldest_first(Solution.of(left, np.concatenate([cost[able], added])), left)
            more[able] = flow[: len(orders.tail)]
        if not more.any():
            filled = (lots.multiple > 1).any() or limits
            return _fill(network, cost, standing, lots, limits) if filled else standing
        packed = standing + in_packs(more, lots.multiple)
        kept = packed >= lots.least
        among &= ~((more > 0) & (~kept | (packed == standing)))
        standing = np.where(kept, packed, 0)


def _fill(network: Network, cost: Ints, standing: Ints, lots: Lots, limits: Limits) -> Ints:
    """Let pairs that were dropped trade what both sides still have room for, the most gainful first, then the
    oldest: after that no pair has room for a whole lot.
    """
    filled = standing.copy()
    sold, bought = (
        sums(network.tail, standing, network.offers),
        sums(network.head, standing, network.demands),
    )
    supply, wanted = network.supply - sold, network.wanted - bought
    room = in_packs(np.minimum(supply[network.tail], wanted[network.head]), lots.multiple)
    able = np.flatnonzero((room > 0) & ((standing > 0) | (room >= lots.least)))
    age = (network.tail[able].astype(np.int64) + 1) * (network.head[able].astype(np.int64) + 1)
    may_sell, may_buy = limits.after(sold, bought).shares(network.offers, network.demands)
    for pair in able[np.lexsort((age, cost[able]))].tolist():
        tail, head = network.tail[pair], network.head[pair]
        most = min(supply[tail], wanted[head], may_sell.of_order(tail), may_buy.of_order(head))
        more = in_packs(most, lots.multiple[pair])
        if filled[pair] + more >= lots.least[pair]:
            filled[pair] += more
            supply[tail] -= more
            wanted[head] -= more
            may_sell.take(tail, more)
            may_buy.take(head, more)
    return filled


def sums(owner: NDArray[np.int32], quantity: Ints, count: int) -> Ints:
    """What each of `count` orders trades in all its pairs."""
    total = np.zeros(count, dtype=np.int64)
    np.add.at(total, owner, quantity)
    return total
