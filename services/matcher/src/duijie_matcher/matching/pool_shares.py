"""Which lines of a plan are shares of a pooled lot, and of which."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID, uuid5

import numpy as np
from duijie_shared.events.matches import PoolShare

from duijie_matcher.matching.wording import county_words, percent, quantity, unit_zh, units_en

if TYPE_CHECKING:
    from duijie_shared.taxonomy.model import Product

    from duijie_matcher.matching.book import Book
    from duijie_matcher.matching.candidates import Pairs
    from duijie_matcher.matching.columns import Ints
    from duijie_matcher.matching.pooled_lots import PooledLots

POOLS = UUID("b6d5a8f4-6f0b-5a55-8a3f-3c0c7b9d1e42")
"""Namespace of the ids of pooled lots; fixed for good."""


def pool_id(market: str, demand: UUID, neighbourhood: str) -> UUID:
    """The id of what a neighbourhood brings to a demand. The same from any input."""
    return uuid5(POOLS, f"{market}|{demand}|{neighbourhood}")


def pool_shares(book: Book, pairs: Pairs, planned: Ints, pools: PooledLots | None) -> dict[int, PoolShare]:
    """The pooled lot of each pair that trades in one, by the pair's place: all lines of a lot of which one is below the
    demand's minimum lot.
    """
    hoods = book.neighbourhoods
    if pools is None or hoods is None:
        return {}
    pooled = np.append(pools.carried(planned), np.False_)
    brought, lines = pools.brought(planned), pools.lines(planned)
    shares: dict[int, PoolShare] = {}
    for pair in np.flatnonzero(pooled[pools.of] & (planned > 0)).tolist():
        lot = pools.of[pair]
        demand = book.demands[pairs.demand[pair]]
        shares[pair] = PoolShare(
            pool_id=pool_id(book.market, demand.order_id, hoods.names[pools.hood[lot]]),
            county=book.offers[pairs.offer[pair]].county,
            members=int(lines[lot]),
            quantity=int(brought[lot]),
        )
    return shares


def pool_words(pool: PoolShare | None, amount: int, product: Product) -> tuple[tuple[str, str], ...]:
    """The pooled lot that a line of this amount is a share of, in zh and en; nothing where it stands alone."""
    if pool is None:
        return ()
    where_zh, where_en = county_words(pool.county)
    share, total, part = quantity(amount), quantity(pool.quantity), percent(amount, pool.quantity)
    return (
        (
            f"合批: {where_zh} {pool.members} 份供给合成 {total} {unit_zh(product)}, 达到起订量; "
            f"本份 {share}, 占 {part}",
            f"Part of a pooled lot: {pool.members} offers from {where_en} make {total} {units_en(product)} and reach "
            f"the minimum lot; this share is {share}, {part}",
        ),
    )
