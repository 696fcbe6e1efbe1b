"""Cheapest flows over very many arcs: solve on the promising ones, let the dual prices vouch for the rest.

Column generation with a certificate: a flow that is cheapest on some arcs is cheapest on all of them once
no arc has a negative reduced cost under its potentials, and those potentials then hold for the whole network.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np

from duijie_matcher.matching.best import best_of_each
from duijie_matcher.matching.duals import Potentials, potentials
from duijie_matcher.matching.network import cheapest_flow

if TYPE_CHECKING:
    from duijie_matcher.matching.columns import Bools, Ints
    from duijie_matcher.matching.network import Network

ARCS_PER_NODE = 20
"""Arcs tried first, per node: fewer make more rounds, more make each round slower. A network with no more
arcs than that is solved whole."""


@dataclass(frozen=True, slots=True)
class Solution:
    """Potentials that prove a cheapest flow of a network, and the reduced costs of its pair arcs."""

    prices: Potentials
    reduced: Ints

    @classmethod
    def of(cls, network: Network, cost: Ints, guide: Ints | None = None) -> Self:
        """Solve, trying first the arcs of least `guide`: the reduced costs of a like network, where known."""
        active = _promising(network, cost, guide)
        while True:
            part = network.only(active, network.unsold, network.unserved)
            prices = potentials(part, cost[active], cheapest_flow(part, cost[active]))
            reduced = prices.reduced(network, cost)
            missing = reduced < 0
            if not missing.any():
                return cls(prices=prices, reduced=reduced)
            active |= missing

    def face(self, network: Network) -> tuple[Network, Bools]:
        """The network of the arcs that any cheapest flow may use, and which pair arcs those are."""
        tight = self.reduced == 0
        unsold, unserved = (
            network.unsold & (self.prices.offers == 0),
            network.unserved & (self.prices.demands == 0),
        )
        return network.only(tight, unsold, unserved), tight


def _promising(network: Network, cost: Ints, guide: Ints | None) -> Bools:
    count = ARCS_PER_NODE * (network.hub + 1)
    if len(cost) <= count:
        return np.ones(len(cost), dtype=np.bool_)
    if guide is not None:
        nearly_tight: Bools = guide <= np.partition(guide, count)[count]
        return nearly_tight | network.needed
    of_offers = best_of_each(network.tail, -cost, ARCS_PER_NODE)
    return of_offers | best_of_each(network.head, -cost, ARCS_PER_NODE) | network.needed
