"""Which pairs are worth looking for routes: a cheap bound of what each could gain through its rarest facility."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from duijie_matcher.matching.best import best_of_each
from duijie_matcher.matching.chains.needs import COOLING, HAUL, HOPELESS, NEEDED, blocks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from duijie_matcher.matching.book import Book
    from duijie_matcher.matching.chains.facilities import Facilities, Facility
    from duijie_matcher.matching.chains.needs import Block
    from duijie_matcher.matching.columns import Bools, Ints
    from duijie_matcher.matching.distance import Floats

PAIRS_PER_ORDER = 8
"""Pairs of each order for which routes are sought. Measured against all pairs in small markets; more change little."""

SOUGHT = 3_000
"""Pairs of a market for which routes are sought: four seconds of one core. A clearing that takes a minute would hold up
its whole partition."""

Wanted = tuple[int, int, int]
"""Positions of offer and demand, and what the pair needs."""


def candidate_pairs(book: Book, facilities: Facilities) -> list[Wanted]:
    """The most promising pairs of each order, by age."""
    offers = np.arange(len(book.offers), dtype=np.intp)
    demands = np.arange(len(book.demands), dtype=np.intp)
    parts = [part for block in blocks(book, offers, demands) for part in _promising(book, facilities, block)]
    if not parts:
        return []
    offer, demand, need, worth = (np.concatenate(column) for column in zip(*parts, strict=True))
    kept = _sought(book, offer, demand, worth)
    found = sorted(zip(demand[kept].tolist(), offer[kept].tolist(), need[kept].tolist(), strict=True))
    return [(one, other, needs) for other, one, needs in found]


def _promising(book: Book, facilities: Facilities, block: Block) -> Iterator[tuple[Ints, Ints, Ints, Ints]]:
    """The best pairs of one block."""
    hopeful = (block.needs & HOPELESS) == 0
    seen = np.zeros(hopeful.shape, dtype=np.bool_)
    for bit, activity in NEEDED.items():
        lacking = hopeful & ((block.needs & bit) != 0) & ~seen
        seen |= lacking
        doing = facilities.doing(activity)
        if bit in {COOLING, HAUL}:
            doing += facilities.doing("local_delivery")
        if bit == HAUL:
            lacking |= hopeful & (block.needs == 0)
        if not lacking.any() or not doing:
            continue
        worth = np.maximum.reduce([_worth(book, facilities, block, each) for each in doing])
        if bit == HAUL:
            direct = _net(book, block) - block.transport
            lacking &= worth > np.maximum(direct, 0)
        row, column = np.nonzero(lacking & (worth >= 0))
        if len(row):
            offer, demand = block.offers[column].astype(np.int64), block.demands[row].astype(np.int64)
            # A negotiable bid is worth anything: nearest first then.
            value = np.minimum(worth[row, column], 2.0**50).astype(np.int64)
            kept = _best(offer, demand, value)
            need = block.needs[row, column].astype(np.int64)
            yield offer[kept], demand[kept], need[kept], value[kept]


def _net(book: Book, block: Block, given: float = 1.0) -> Floats:
    """Bid less ask, a negotiable bid as the dearest there is so that costs still rank."""
    bid = book.demand_columns.price[block.demands][:, None]
    most = 2 * np.where(np.isinf(bid), 0, bid).max(initial=1e7)
    net: Floats = np.where(np.isinf(bid), most, bid) - book.offer_columns.price[block.offers][None, :] / given
    return net


def _worth(book: Book, facilities: Facilities, block: Block, facility: Facility) -> Floats:
    """What a unit gains through one facility and else on roads at the pair's own rate per metre: no less than through
    more facilities but for haulage, near enough to choose pairs by.
    """
    given = float(facility.given)
    into = facilities.to_entry[block.offers, facility.number][None, :]
    out = facilities.from_exit[facility.number, block.demands][:, None]
    rate = np.divide(
        block.transport, block.distance, out=np.zeros_like(block.transport), where=block.distance > 0
    )
    if facility.capacity.activity == "local_delivery":
        out = np.where(out > 0, 0.0, out)
    worth: Floats = _net(book, block, given) - (into * rate + facility.capacity.fee) / given - out * rate
    return worth


def _best(offer: Ints, demand: Ints, worth: Ints, count: int = PAIRS_PER_ORDER) -> Bools:
    return best_of_each(offer, worth, count) | best_of_each(demand, worth, count)


def _sought(book: Book, offer: Ints, demand: Ints, worth: Ints) -> Bools:
    """The best pairs of every order, fewer of each in a large market; past that those that could gain the most."""
    count = PAIRS_PER_ORDER
    kept = _best(offer, demand, worth, count)
    while kept.sum() > SOUGHT and count > 1:
        count //= 2
        kept = _best(offer, demand, worth, count)
    if kept.sum() > SOUGHT:
        room = np.minimum(book.offer_columns.remaining[offer], book.demand_columns.remaining[demand])
        gain = np.where(kept, worth.astype(np.float64) * room, -1.0)
        kept = np.zeros_like(kept)
        kept[np.argsort(-gain, kind="stable")[:SOUGHT]] = True
    return kept
