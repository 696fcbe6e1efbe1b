"""A market as a transport network, and minimum-cost flows on it.

Nodes are offers, demands and one hub. Every offer sends all it has, every demand takes all it wants: along
pair arcs offer -> demand, along `unsold` arcs offer -> hub, along `unserved` arcs hub -> demand; the hub
balances what the two sides differ by. So every network has a flow, no arc needs a capacity of its own, and
an arc that may carry flow always has residual capacity, which is what makes the theory of `duals` short.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Self

import numpy as np
from numpy.typing import NDArray
from ortools.graph.python.min_cost_flow import SimpleMinCostFlow

if TYPE_CHECKING:
    from duijie_matcher.matching.columns import Bools, Ints

Nodes = NDArray[np.int32]


class InfeasibleError(RuntimeError):
    """Nothing flows as it must: only nodes that have to be emptied or filled can make it so."""


@dataclass(frozen=True, slots=True)
class Network:
    """Supplies of offers and demands in contract units, and the arcs that may carry flow.

    Pair arcs lead from `tail` (an offer's position) to `head` (a demand's). `unsold` and `unserved` say
    which offers may keep something and which demands may go short. The first `offers` and `demands` nodes of
    either side are orders; those behind them hold limits (see `limits`).
    """

    supply: Ints
    wanted: Ints
    tail: Nodes
    head: Nodes
    unsold: Bools
    unserved: Bools
    offers: int
    demands: int

    @classmethod
    def of(cls, supply: Ints, wanted: Ints, tail: Nodes, head: Nodes) -> Self:
        """The network in which nobody has to trade."""
        return cls(
            supply=supply,
            wanted=wanted,
            tail=tail,
            head=head,
            unsold=np.ones(len(supply), dtype=np.bool_),
            unserved=np.ones(len(wanted), dtype=np.bool_),
            offers=len(supply),
            demands=len(wanted),
        )

    @property
    def hub(self) -> int:
        """The hub's node number; offers come first, then demands, then the hub."""
        return len(self.supply) + len(self.wanted)

    @property
    def of_limits(self) -> Bools:
        """Which arcs are no pairs, but lead to or from a node that holds a limit."""
        return (self.tail >= self.offers) | (self.head >= self.demands)

    @property
    def needed(self) -> Bools:
        """Which arcs a flow may not be able to do without: those of nodes that have to be emptied or filled."""
        return ~self.unsold[self.tail] | ~self.unserved[self.head]

    def only(self, pairs: Bools, unsold: Bools, unserved: Bools) -> Self:
        """The network of these arcs alone."""
        return replace(self, tail=self.tail[pairs], head=self.head[pairs], unsold=unsold, unserved=unserved)


@dataclass(frozen=True, slots=True)
class Flow:
    """Quantities along the arcs of a network: per pair arc, per offer unsold, per demand unserved."""

    pairs: Ints
    unsold: Ints
    unserved: Ints


def cheapest_flow(network: Network, cost: Ints) -> Flow:
    """A flow of least total cost; `cost` is per unit of each pair arc, hub arcs cost nothing.

    The solver's own total is not used: it saturates at 2**63 while the flow stays right (the caller
    certifies it by dual prices). Costs must stay below 2**62 / nodes, which the bounds of `Order` see to for
    markets of up to a million orders.

    Raises
    ------
    InfeasibleError
        When nodes that have to be emptied or filled cannot be.
    RuntimeError
        When the solver does not report an optimum.
    """
    offers, demands, hub = len(network.supply), len(network.wanted), network.hub
    solver = SimpleMinCostFlow()
    kept, short = np.flatnonzero(network.unsold), np.flatnonzero(network.unserved)
    most = np.minimum(network.supply[network.tail], network.wanted[network.head])
    pair_arcs = _add(solver, network.tail, network.head + np.int32(offers), most, cost)
    kept_arcs = _add(solver, kept, np.full(len(kept), hub), network.supply[kept])
    short_arcs = _add(solver, np.full(len(short), hub), short + offers, network.wanted[short])
    balance = int(network.wanted.sum()) - int(network.supply.sum())
    solver.set_nodes_supplies(
        np.arange(hub + 1, dtype=np.int32), np.concatenate([network.supply, -network.wanted, [balance]])
    )
    status = solver.solve()
    if status == solver.INFEASIBLE:
        raise InfeasibleError("what has to flow cannot")
    if status != solver.OPTIMAL:
        raise RuntimeError(f"the flow solver reports {status}")
    unsold, unserved = np.zeros(offers, dtype=np.int64), np.zeros(demands, dtype=np.int64)
    unsold[kept], unserved[short] = solver.flows(kept_arcs), solver.flows(short_arcs)
    return Flow(pairs=solver.flows(pair_arcs), unsold=unsold, unserved=unserved)


def _add(
    solver: SimpleMinCostFlow,
    tails: NDArray[np.integer],
    heads: NDArray[np.integer],
    most: Ints,
    cost: Ints | None = None,
) -> NDArray[np.int32]:
    if not len(tails):
        return np.empty(0, dtype=np.int32)
    arcs: NDArray[np.int32] = solver.add_arcs_with_capacity_and_unit_cost(
        tails.astype(np.int32), heads.astype(np.int32), most, np.zeros_like(most) if cost is None else cost
    )
    return arcs
