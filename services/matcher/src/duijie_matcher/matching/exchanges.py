"""What leads from one plan to another, exchange by exchange.

The difference of two flows is a sum of cycles, each of which can be gone along alone and in part: every plan on the way
lies between the two on every pair, every order and every party (Ahuja, Magnanti, Orlin: Network Flows, section 3.5).
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from duijie_matcher.matching.candidates import Pairs
    from duijie_matcher.matching.columns import Ints
    from duijie_matcher.matching.limits import Limits

HUB = -1


@dataclass(frozen=True, slots=True)
class Exchange:
    """Pairs that trade one unit more each (`up`) or less (`down`), and how many units that can be."""

    up: tuple[int, ...]
    down: tuple[int, ...]
    units: int

    def of_unit(self, each: Ints) -> int:
        """What one unit of the exchange changes a sum by."""
        return sum(int(each[pair]) for pair in self.up) - sum(int(each[pair]) for pair in self.down)

    def go(self, plan: Ints, units: int) -> None:
        """Change a plan by so many units."""
        for pair in self.up:
            plan[pair] += units
        for pair in self.down:
            plan[pair] -= units


@dataclass(slots=True)
class _Edge:
    head: int
    units: int
    pair: int
    rises: bool


def exchanges(pairs: Pairs, limits: Limits, low: Ints, high: Ints, counts: tuple[int, int]) -> list[Exchange]:
    """The exchanges that lead from one plan to another of a market with so many offers and demands."""
    edges = _edges(pairs, limits, high - low, counts)
    found: list[Exchange] = []
    for start in sorted(edges):
        path: list[_Edge] = []
        nodes, place = [start], {start: 0}
        while nodes:
            leaving = edges[nodes[-1]]
            while leaving and not leaving[-1].units:
                leaving.pop()
            if not leaving:
                # Balanced: only the first node of a walk can have nothing left to leave it.
                break
            edge = leaving[-1]
            path.append(edge)
            if edge.head not in place:
                place[edge.head] = len(nodes)
                nodes.append(edge.head)
                continue
            first = place[edge.head]
            found.append(_exchange(path[first:]))
            del path[first:]
            for node in nodes[first + 1 :]:
                del place[node]
            del nodes[first + 1 :]
    return [each for each in found if each.up or each.down]


def _exchange(cycle: list[_Edge]) -> Exchange:
    units = min(edge.units for edge in cycle)
    for edge in cycle:
        edge.units -= units
    return Exchange(
        up=tuple(edge.pair for edge in cycle if edge.pair >= 0 and edge.rises),
        down=tuple(edge.pair for edge in cycle if edge.pair >= 0 and not edge.rises),
        units=units,
    )


def _edges(pairs: Pairs, limits: Limits, change: Ints, counts: tuple[int, int]) -> dict[int, list[_Edge]]:
    """The change as a circulation: offers, demands behind them, parties with limits behind those, and the hub."""
    offers, demands = counts
    edges: dict[int, list[_Edge]] = defaultdict(list)
    net: dict[int, int] = defaultdict(int)

    def add(tail: int, head: int, units: int, pair: int = -1) -> None:
        if units < 0:
            tail, head = head, tail
        edges[tail].append(_Edge(head, abs(units), pair, units > 0))
        net[tail] -= abs(units)
        net[head] += abs(units)

    for pair in np.flatnonzero(change).tolist():
        add(int(pairs.offer[pair]), offers + int(pairs.demand[pair]), int(change[pair]), pair)
    nodes = offers + demands
    for limit, base in (
        *((each, 0) for each in limits.offers),
        *((each, offers) for each in limits.demands),
    ):
        for member in limit.members.tolist():
            if net[base + member]:
                add(base + member, nodes, net[base + member])
        nodes += 1
    for node in sorted(net):
        if node != HUB and net[node]:
            add(node, HUB, net[node])
    return edges
