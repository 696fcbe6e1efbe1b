"""The capacity that would join orders left short: which is missing, and the pairs that would trade through it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from duijie_shared.events.matches import Reasons

from duijie_matcher.matching.best import best_of_each
from duijie_matcher.matching.chains.assumed import road_price, would_trade
from duijie_matcher.matching.chains.missing import Missing
from duijie_matcher.matching.chains.needs import COOLING, GAPS, HAUL, blocks
from duijie_matcher.matching.chains.words import gap_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from duijie_shared.events.base import ShortCode
    from duijie_shared.events.matches import Diagnosis

    from duijie_matcher.matching.book import Book, Positions
    from duijie_matcher.matching.candidates import Pairs
    from duijie_matcher.matching.chains.facilities import Facilities
    from duijie_matcher.matching.chains.lines import RoutedLine
    from duijie_matcher.matching.chains.needs import Block
    from duijie_matcher.matching.columns import Ints
    from duijie_matcher.matching.distance import Floats

PAIRS_PER_ORDER = 4
SOUGHT = 4_000_000
"""Pairs of orders left short that are looked at: half a second of one core."""
ROOM_CODES: frozenset[ShortCode] = frozenset({"QUANTITY", "MIN_LOT", "PACK"})
"""What a diagnosis says where counterparts pass every gate: not so where no carrier may take the goods to them."""


@dataclass(frozen=True, slots=True)
class Gap:
    """A pair that what is missing would join: positions, the bits of what is missing, what a unit would gain without any
    fee (1e-6 CNY), and the most that it could trade.
    """

    offer: int
    demand: int
    missing: int
    worth: int
    amount: int

    @property
    def codes(self) -> tuple[ShortCode, ...]:
        """The codes of what is missing."""
        return tuple(code for bit, code in GAPS.items() if self.missing & bit)


def gaps(
    book: Book, offered: Ints, wanted: Ints, facilities: Facilities, lines: Sequence[RoutedLine]
) -> tuple[Gap, ...]:
    """The best gaps of each order left short, the most worth first. `offered` and `wanted` are what each has left that its
    party may still trade, `facilities` those that somebody posted, `lines` what the plan takes of them.
    """
    offers, demands = _largest(offered, wanted)
    if not len(offers) or not len(demands):
        return ()
    left = offered, wanted
    parts = [
        part for block in blocks(book, offers, demands) if (part := _of_block(book, block, left)) is not None
    ]
    if not parts:
        return ()
    offer, demand, need, worth = (np.concatenate(column) for column in zip(*parts, strict=True))
    kept = _best(offer, demand, worth)
    missing = Missing(book, facilities, lines, left)
    found = [
        Gap(one, other, missing.of(one, other, needs), gain, int(min(offered[one], wanted[other])))
        for one, other, needs, gain in zip(
            offer[kept].tolist(),
            demand[kept].tolist(),
            need[kept].tolist(),
            worth[kept].tolist(),
            strict=True,
        )
    ]
    return tuple(sorted(found, key=lambda gap: (-gap.worth, gap.demand, gap.offer)))


def with_gaps(
    book: Book, diagnoses: Sequence[Diagnosis], found: Sequence[Gap], pairs: Pairs
) -> tuple[Diagnosis, ...]:
    """The diagnoses, each with the gaps of its order's best pair before what its counterparts fail."""
    best: dict[object, Gap] = {}
    for gap in found:
        best.setdefault(book.offers[gap.offer].order_id, gap)
        best.setdefault(book.demands[gap.demand].order_id, gap)
    direct = {book.offers[at].order_id for at in np.unique(pairs.offer).tolist()}
    direct |= {book.demands[at].order_id for at in np.unique(pairs.demand).tolist()}
    return tuple(
        each
        if each.order_id not in best
        else _told(
            book,
            each,
            best[each.order_id],
            has_room=each.order_id in direct and not best[each.order_id].missing & COOLING,
        )
        for each in diagnoses
    )


def _told(book: Book, each: Diagnosis, gap: Gap, *, has_room: bool) -> Diagnosis:
    product = book.products[book.offers[gap.offer].product]
    kept = [
        place for place, code in enumerate(each.codes) if has_room or code not in ROOM_CODES | {"PRODUCT"}
    ]
    told = [(code, *gap_words(code, gap.amount, product)) for code in gap.codes]
    return each.model_copy(
        update={
            "codes": (*(code for code, _, _ in told), *(each.codes[place] for place in kept)),
            "reasons": Reasons(
                zh=(*(zh for _, zh, _ in told), *(each.reasons.zh[place] for place in kept)),
                en=(*(en for _, _, en in told), *(each.reasons.en[place] for place in kept)),
            ),
        }
    )


def _largest(offered: Ints, wanted: Ints) -> tuple[Positions, Positions]:
    """The orders with anything left; of so many that their pairs would take long, those with the most, half of each side
    at a time.
    """
    offers, demands = np.flatnonzero(offered > 0), np.flatnonzero(wanted > 0)
    while len(offers) * len(demands) > SOUGHT:
        if len(offers) >= len(demands):
            offers = _larger_half(offers, offered)
        else:
            demands = _larger_half(demands, wanted)
    return offers, demands


def _larger_half(orders: Positions, left: Ints) -> Positions:
    return np.sort(orders[np.argsort(-left[orders], kind="stable")[: len(orders) // 2]])


def _of_block(book: Book, block: Block, left: tuple[Ints, Ints]) -> tuple[Ints, Ints, Ints, Ints] | None:
    told = would_trade(book, block, left)
    if not told.any():
        return None
    row, column = np.nonzero(told)
    offer, demand = block.offers[column].astype(np.int64), block.demands[row].astype(np.int64)
    value = _worth(book, block)[row, column].astype(np.int64)
    kept = _best(offer, demand, value)
    return offer[kept], demand[kept], block.needs[row, column].astype(np.int64)[kept], value[kept]


def _worth(book: Book, block: Block) -> Floats:
    """What a unit gains without any fee: on the pair's own road, or on none where the road is what is too dear."""
    offers, demands = book.offer_columns, book.demand_columns
    bid, ask = demands.price[block.demands][:, None], offers.price[block.offers][None, :]
    known = demands.priced[block.demands][:, None] & offers.priced[block.offers][None, :]
    road = np.where((block.needs & HAUL) != 0, 0.0, road_price(book, block))
    worth: Floats = np.where(known, np.where(np.isinf(bid), 0.0, bid) - ask - road, 0.0)
    return worth


def _best(offer: Ints, demand: Ints, worth: Ints) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    kept: np.ndarray[tuple[int], np.dtype[np.bool_]] = best_of_each(offer, worth, PAIRS_PER_ORDER)
    return kept | best_of_each(demand, worth, PAIRS_PER_ORDER)


def traded_gaps(found: Sequence[Gap], offers: Ints, demands: Ints) -> Iterator[tuple[Gap, int]]:
    """What each gap would trade where nothing is counted twice: the most worth takes first what both sides have left."""
    left_sold, left_bought = offers.copy(), demands.copy()
    for gap in found:
        amount = int(min(left_sold[gap.offer], left_bought[gap.demand]))
        if amount > 0:
            left_sold[gap.offer] -= amount
            left_bought[gap.demand] -= amount
            yield gap, amount
