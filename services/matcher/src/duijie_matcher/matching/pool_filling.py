"""Whole pooled lots of what a plan leaves: a flow that was split too thin may have dropped one that fits."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from duijie_matcher.matching.packs import in_packs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from duijie_matcher.matching.columns import Ints
    from duijie_matcher.matching.limits import Shares
    from duijie_matcher.matching.network import Network
    from duijie_matcher.matching.settling import Lots


def fill_pools(
    network: Network,
    cost: Ints,
    filled: Ints,
    left: tuple[Ints, Ints],
    lots: Lots,
    shares: tuple[Shares, Shares],
) -> None:
    """Add to `filled` lots that nothing of is traded yet and that what is `left` of offers and demands can make, the most
    gainful first; `left` and the parties' `shares` go down by it.
    """
    pools, (supply, wanted) = lots.pools, left
    if pools is None:
        return
    most: Ints = np.minimum(supply[network.tail], wanted[network.head])
    packed = in_packs(most, lots.multiple)
    room: Ints = packed * ((packed >= lots.least) & (pools.of >= 0))
    able = (pools.brought(room) >= pools.least) & (pools.lines(filled) == 0)
    worth = pools.brought(-cost * room)
    members = pools.members() if able.any() else []
    for lot in sorted(np.flatnonzero(able).tolist(), key=lambda each: (-int(worth[each]), each)):
        pairs = members[lot]
        pairs = pairs[room[pairs] > 0]
        for order in (np.argsort(cost[pairs], kind="stable"), np.argsort(-room[pairs], kind="stable")):
            lines = _lines(pairs[order].tolist(), network, left, lots, shares, pools.most)
            if sum(lines.values()) >= pools.least[lot]:
                for pair, amount in lines.items():
                    filled[pair] += amount
                    supply[network.tail[pair]] -= amount
                    wanted[network.head[pair]] -= amount
                    shares[0].take(int(network.tail[pair]), amount)
                    shares[1].take(int(network.head[pair]), amount)
                break


def _lines(
    pairs: Sequence[int],
    network: Network,
    left: tuple[Ints, Ints],
    lots: Lots,
    shares: tuple[Shares, Shares],
    most: int,
) -> dict[int, int]:
    """What the pairs of one lot, in this order, can trade of what is left; each offer comes once."""
    (supply, wanted), (may_sell, may_buy) = left, shares
    lines: dict[int, int] = {}
    sold: dict[int, int] = {}
    for pair in pairs:
        offer, demand = int(network.tail[pair]), int(network.head[pair])
        party, done = int(may_sell.owner[offer]), sum(lines.values())
        room = min(
            int(supply[offer]),
            int(wanted[demand]) - done,
            may_sell.of_order(offer) - sold.get(party, 0),
            may_buy.of_order(demand) - done,
        )
        amount = max(0, room) - max(0, room) % int(lots.multiple[pair])
        if amount >= lots.least[pair] and len(lines) < most:
            lines[pair] = amount
            sold[party] = sold.get(party, 0) + amount
    return lines
