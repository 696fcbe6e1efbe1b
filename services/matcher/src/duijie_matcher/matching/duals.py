"""Dual prices of a flow: the proof that it is the cheapest, and the arcs that any cheapest flow may use.

Potentials are shortest distances in the residual network. If some finite ones exist, no residual cycle is
negative, so the flow is optimal (Ahuja, Magnanti, Orlin: Network Flows, theorem 9.1); if relaxation does not
come to rest, it is not. An arc whose reduced cost is positive carries nothing in any cheapest flow; and any
flow on arcs of reduced cost zero is cheapest (complementary slackness).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from duijie_matcher.matching.columns import Ints
    from duijie_matcher.matching.network import Flow, Network


@dataclass(frozen=True, slots=True)
class Potentials:
    """Potentials of offers and demands; the hub's is 0."""

    offers: Ints
    demands: Ints

    def reduced(self, network: Network, cost: Ints) -> Ints:
        """The reduced cost of each pair arc."""
        return cost + self.offers[network.tail] - self.demands[network.head]


class _Stars:
    """The arcs that leave each node, so that only what changed is looked at again."""

    def __init__(self, nodes: Ints | NDArray[np.int32], count: int) -> None:
        self.order = np.argsort(nodes, kind="stable")
        self.first = np.searchsorted(nodes[self.order], np.arange(count + 1))

    def arcs_of(self, nodes: NDArray[np.intp]) -> NDArray[np.intp]:
        lengths = self.first[nodes + 1] - self.first[nodes]
        ends = np.cumsum(lengths)
        at = np.arange(ends[-1] if len(ends) else 0) + np.repeat(self.first[nodes] - ends + lengths, lengths)
        arcs: NDArray[np.intp] = self.order[at]
        return arcs


def potentials(network: Network, cost: Ints, flow: Flow) -> Potentials:
    """Shortest residual distances from the hub, by Bellman-Ford rounds over what changed.

    What the hub does not reach starts beyond every distance, which serves as well.

    Raises
    ------
    RuntimeError
        When the flow is not a cheapest one.
    """
    offers, demands = len(network.supply), len(network.wanted)
    beyond = (int(np.abs(cost).max(initial=0)) + 1) * (network.hub + 1)
    at_offers = np.where(flow.unsold > 0, 0, beyond)
    at_demands = np.where(network.unserved, 0, beyond)
    used = np.flatnonzero(flow.pairs)
    back_tail, back_head, back_cost = network.tail[used], network.head[used], cost[used]
    forward, backward = _Stars(network.tail, offers), _Stars(back_head, demands)
    changed_offers, changed_demands = np.arange(offers), np.arange(demands)
    for _ in range(network.hub + 1):
        before = at_demands.copy()
        arcs = forward.arcs_of(changed_offers)
        np.minimum.at(at_demands, network.head[arcs], at_offers[network.tail[arcs]] + cost[arcs])
        changed_demands = np.union1d(changed_demands, np.flatnonzero(at_demands < before))
        before = at_offers.copy()
        arcs = backward.arcs_of(changed_demands)
        np.minimum.at(at_offers, back_tail[arcs], at_demands[back_head[arcs]] - back_cost[arcs])
        changed_offers, changed_demands = np.flatnonzero(at_offers < before), np.empty(0, dtype=np.intp)
        if not len(changed_offers):
            break
    else:
        raise RuntimeError("the flow is not a cheapest one: a residual cycle is negative")
    if (at_offers[network.unsold] < 0).any() or (at_demands[flow.unserved > 0] < 0).any():
        raise RuntimeError("the flow is not a cheapest one: a residual cycle through the hub is negative")
    return Potentials(offers=at_offers, demands=at_demands)
