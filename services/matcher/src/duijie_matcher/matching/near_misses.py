"""What keeps an order from its nearest counterparts: the gates they fail, and by how much.

The nearest are those of the same product that fail the fewest gates.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from duijie_matcher.matching.candidates import PAIRS_PER_BLOCK
from duijie_matcher.matching.distance import distances
from duijie_matcher.matching.gates import (
    BIT,
    GATES,
    failed_gates,
    journey_ms,
    missing_for_a_pack,
    too_late,
    transport_prices,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from duijie_shared.events.base import GateCode, Side

    from duijie_matcher.matching.book import Book, Group, Positions
    from duijie_matcher.matching.columns import Bits, Bools, DemandColumns, OfferColumns
    from duijie_matcher.matching.distance import Floats

NEVER = 99
"""More failed gates than there are: the mark of a feasible pair."""

FAILED_COUNT = np.array([bits.bit_count() or NEVER for bits in range(1 << len(GATES))], dtype=np.uint8)


@dataclass(frozen=True, slots=True)
class Standing:
    """How one order stands with the counterparts of its product.

    `feasible` pass every gate, `left_over` of them still have something, `in_packs` of which trade in packs
    alone with this order; `limited` have something but their party may trade no more. `nearest` of the
    others fail the fewest gates, `hits` says how many of those fail
    which, `gaps` the least by which one fails it (1e-6 CNY, contract quantity, classes, levels or milliseconds;
    infinite where no change of it helps), `example` the position of the oldest counterpart that fails it.
    """

    counterparts: int
    feasible: int
    left_over: int
    in_packs: int
    limited: int
    nearest: int
    hits: Mapping[GateCode, int]
    gaps: Mapping[GateCode, float]
    example: Mapping[GateCode, int]


def standings(
    book: Book, side: Side, short: Positions, left: Floats, limited: Bools
) -> Iterator[tuple[int, Standing]]:
    """The standing of each order at the positions `short` of one side; `left` is what the plan leaves of each
    order of the other side, `limited` whether that order's party may trade no more.
    """
    groups = book.offer_groups() if side == "offer" else book.demand_groups()
    for group in groups:
        members = group.members[np.isin(group.members, short)]
        step = max(1, PAIRS_PER_BLOCK // max(1, len(group.counterparts)))
        for first in range(0, len(members), step):
            yield from _block(book, side, group, members[first : first + step], left, limited)


def _block(
    book: Book, side: Side, group: Group, members: Positions, left: Floats, limited: Bools
) -> Iterator[tuple[int, Standing]]:
    across, down = (1, -1), (-1, 1)
    theirs = group.counterparts
    if side == "offer":
        offers, demands = book.offer_columns.take(members, down), book.demand_columns.take(theirs, across)
    else:
        offers, demands = book.offer_columns.take(theirs, across), book.demand_columns.take(members, down)
    distance = distances(offers.x, offers.y, offers.z, demands.x, demands.y, demands.z)
    transport = transport_prices(offers, demands, distance)
    travel, handling = book.journey_terms(group.product)
    journey = journey_ms(distance, travel)
    failed = failed_gates(offers, demands, book.accepted_origins, transport, journey, handling)
    selling = side == "offer"
    book.forbidden.mark(
        failed, members if selling else theirs, theirs if selling else members, demands_down=not selling
    )
    count = FAILED_COUNT[failed]
    fewest = count.min(axis=1, initial=NEVER)
    nearest = (count == fewest[:, None]) & (count < NEVER)
    feasible = failed == 0
    left_over = feasible & (left[theirs] > 0) & ~limited[theirs]
    held_back = feasible & (left[theirs] > 0) & limited[theirs]
    packed = left_over & (np.maximum(offers.pack, demands.pack) > 1)
    gates = _gates(failed, nearest, _gaps(offers, demands, transport, journey + handling))
    for row, member in enumerate(members.tolist()):
        yield (
            member,
            Standing(
                counterparts=len(theirs),
                feasible=int(feasible[row].sum()),
                left_over=int(left_over[row].sum()),
                in_packs=int(packed[row].sum()),
                limited=int(held_back[row].sum()),
                nearest=int(nearest[row].sum()),
                hits={code: int(hits[row]) for code, (hits, _, _) in gates.items() if hits[row]},
                gaps={code: float(gaps[row]) for code, (hits, gaps, _) in gates.items() if hits[row]},
                example={code: int(theirs[at[row]]) for code, (hits, _, at) in gates.items() if hits[row]},
            ),
        )


def _gates(
    failed: Bits, nearest: Bools, gaps: Mapping[GateCode, Floats]
) -> dict[GateCode, tuple[NDArray[np.intp], Floats, NDArray[np.intp]]]:
    """Per gate that any nearest pair fails: how many do, the least gap and the first example of each row."""
    found = {}
    for code in GATES:
        hit = nearest & ((failed & BIT[code]) != 0)
        if hit.any():
            gap = np.where(hit, gaps[code], np.inf).min(axis=1) if code in gaps else np.zeros(len(failed))
            found[code] = hit.sum(axis=1), gap, hit.argmax(axis=1)
    return found


def _gaps(
    offers: OfferColumns, demands: DemandColumns, transport: Floats, under_way: Floats
) -> dict[GateCode, Floats]:
    """By how much each pair fails the gates that have a measure."""
    lot = np.maximum(offers.min_lot, demands.min_lot)
    return {
        "GRADE": demands.grade.astype(np.float64) - offers.grade,
        "WINDOW": np.maximum(
            offers.opens + under_way - demands.closes, demands.opens - under_way - offers.closes
        ),
        "PRICE": offers.price + transport - demands.price,
        "MIN_LOT": lot - np.minimum(offers.remaining, demands.remaining),
        "EVIDENCE": demands.evidence.astype(np.float64) - offers.evidence,
        "PACK": missing_for_a_pack(offers, demands),
        "FRESHNESS": too_late(offers, demands, under_way),
    }
