"""What keeps an order from its nearest counterparts: the gates they fail, and by how much.

The nearest are those of the same product that fail the fewest gates.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from duijie_matcher.matching.advice import (
    CERTIFICATE_STEP,
    DAYS_OF_ONE,
    GRADE_STEP,
    LEVEL_STEP,
    ORIGIN_STEP,
)
from duijie_matcher.matching.calendar import MS_PER_DAY, milliseconds
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
from duijie_matcher.matching.packs import common_multiple
from duijie_matcher.matching.pool_misses import with_pools
from duijie_matcher.matching.widening import days_left, waited

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from duijie_shared.events.base import GateCode, Side

    from duijie_matcher.matching.book import Book, Group, Positions
    from duijie_matcher.matching.columns import Bits, Bools, DemandColumns, OfferColumns
    from duijie_matcher.matching.distance import Floats
    from duijie_matcher.matching.pools import Reach

NEVER = 99
"""More failed gates than there are: the mark of a feasible pair."""

CLOSEST = 8
"""Of the nearest counterparts those whose gaps are smallest are looked at one by one for what would mend them."""
UNMENDABLE, FINEST = float(1 << 20), 1e4
"""How far back a pair comes that nothing its own side can do would mend; how finely gaps are told apart."""

FAILED_COUNT = np.array([bits.bit_count() or NEVER for bits in range(1 << len(GATES))], dtype=np.uint8)


@dataclass(frozen=True, slots=True)
class Close:
    """One of the nearest: its position, the bits it fails, by how much landed cost passes the bid (1e-6 CNY), the whole
    journey (ms), and the days until either search reaches the other.
    """

    position: int
    failed: int
    price_gap: int
    under_way: int
    wait_days: int


@dataclass(frozen=True, slots=True)
class Standing:
    """How one order stands with the counterparts of its product.

    `feasible` pass every gate, `left_over` of them still have something, `in_packs` of which trade in packs
    alone with this order; `limited` have something but their party may trade no more. `nearest` of the
    others fail the fewest gates, `hits` says how many of those fail
    which, `gaps` the least by which one fails it (1e-6 CNY, contract quantity, classes, levels or milliseconds;
    infinite where no change of it helps), `example` the position of the oldest counterpart that fails it;
    `closest` are the few of them that are nearest of all, the smallest gaps first, of equals the oldest;
    `pool_gap` is the least lot with which a neighbourhood would reach a minimum lot together, infinite where none would.
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
    closest: tuple[Close, ...]
    pool_gap: float


def standings(
    book: Book, side: Side, short: Positions, left: Floats, limited: Bools, reach: Reach
) -> Iterator[tuple[int, Standing]]:
    """The standing of each order at the positions `short` of one side; `left` is what the plan leaves of each
    order of the other side, `limited` whether that order's party may trade no more, `reach` what neighbourhoods can
    bring together.
    """
    groups = book.offer_groups() if side == "offer" else book.demand_groups()
    for group in groups:
        members = group.members[np.isin(group.members, short)]
        step = max(1, PAIRS_PER_BLOCK // max(1, len(group.counterparts)))
        for first in range(0, len(members), step):
            yield from _block(book, side, group, members[first : first + step], left, limited, reach)


def _block(
    book: Book,
    side: Side,
    group: Group,
    members: Positions,
    left: Floats,
    limited: Bools,
    reach: Reach,
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
    selling = side == "offer"
    sellers, buyers = (members, theirs) if selling else (theirs, members)

    def judged(*, pooled: bool) -> Bits:
        bits = failed_gates(
            offers, demands, book.accepted_origins, transport, journey, handling, pooled=pooled
        )
        book.forbidden.mark(bits, sellers, buyers, demands_down=not selling)
        return bits

    failed, pool_gap = judged(pooled=False), np.full(distance.shape, np.inf)
    if book.neighbourhoods is not None:
        places = (sellers[:, None], buyers[None, :]) if selling else (sellers[None, :], buyers[:, None])
        failed, pool_gap = with_pools(book.neighbourhoods, failed, judged(pooled=True), places, reach)
    count = FAILED_COUNT[failed]
    fewest = count.min(axis=1, initial=NEVER)
    nearest = (count == fewest[:, None]) & (count < NEVER)
    feasible = failed == 0
    left_over = feasible & (left[theirs] > 0) & ~limited[theirs]
    held_back = feasible & (left[theirs] > 0) & limited[theirs]
    packed = left_over & (np.maximum(offers.pack, demands.pack) > 1)
    gaps = _gaps(offers, demands, transport, journey + handling)
    if book.terms.searched:
        gaps["RADIUS"] = _days_left(book, sellers, buyers, journey, selling=selling)
    gates = _gates(failed, nearest, gaps)
    sizes = _sizes(failed, nearest, gaps, offers, demands, transport, selling=selling)
    closest = _closest(sizes, nearest, failed, gaps, journey + handling, theirs)
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
                gaps={code: float(least[row]) for code, (hits, least, _) in gates.items() if hits[row]},
                example={code: int(theirs[at[row]]) for code, (hits, _, at) in gates.items() if hits[row]},
                closest=tuple(closest[row]),
                pool_gap=float(pool_gap[row][nearest[row]].min(initial=np.inf)),
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


def _days_left(
    book: Book, sellers: Positions, buyers: Positions, journey: Floats, *, selling: bool
) -> Floats:
    """Whole days until either search reaches the other."""
    moment = None if book.as_of is None else milliseconds(book.as_of)
    sold = waited(book.terms, [book.offers[at] for at in sellers.tolist()], moment)
    wanted = waited(book.terms, [book.demands[at] for at in buyers.tolist()], moment)
    longer = np.maximum(sold[:, None], wanted) if selling else np.maximum(wanted[:, None], sold)
    return days_left(book.terms, journey, longer)


def _sizes(
    failed: Bits,
    nearest: Bools,
    gaps: Mapping[GateCode, Floats],
    offers: OfferColumns,
    demands: DemandColumns,
    transport: Floats,
    *,
    selling: bool,
) -> Floats:
    """About how large a change the nearest pairs want of the order's own side, to choose from: the measures of
    `advice.size`, as far as columns show them.
    """
    size = np.zeros(failed.shape)
    lot = np.maximum(np.maximum(offers.min_lot, demands.min_lot), 1)
    measures: dict[GateCode, Callable[[], Floats | float]] = {
        "GRADE": lambda: gaps["GRADE"] * GRADE_STEP,
        "WINDOW": lambda: gaps["WINDOW"] / (DAYS_OF_ONE * MS_PER_DAY),
        "FRESHNESS": lambda: gaps["FRESHNESS"] / (DAYS_OF_ONE * MS_PER_DAY),
        "PRICE": lambda: gaps["PRICE"] / np.maximum(offers.price + transport, 1),
        "MIN_LOT": lambda: gaps["MIN_LOT"] / lot,
        "EVIDENCE": lambda: gaps["EVIDENCE"] * LEVEL_STEP,
        "PACK": lambda: gaps["PACK"] / np.maximum(lot, common_multiple(offers.pack, demands.pack)),
        "RADIUS": lambda: gaps["RADIUS"] / DAYS_OF_ONE,
        "CERTIFICATE": lambda: CERTIFICATE_STEP,
        "ORIGIN": lambda: UNMENDABLE if selling else ORIGIN_STEP,
        "OWN_PARTY": lambda: UNMENDABLE,
        "FORBIDDEN": lambda: UNMENDABLE,
    }
    for code, measure in measures.items():
        hit = nearest & ((failed & BIT[code]) != 0)
        if hit.any():
            size += np.where(hit, measure(), 0.0)
    return np.minimum(size, 2 * UNMENDABLE)


def _closest(
    size: Floats,
    nearest: Bools,
    failed: Bits,
    gaps: Mapping[GateCode, Floats],
    under_way: Floats,
    theirs: Positions,
) -> list[list[Close]]:
    """The closest few of each row."""
    if not size.shape[1]:
        return [[] for _ in range(len(size))]
    count = min(CLOSEST, size.shape[1])
    # Size and place in one integer: sorting it leaves nothing to chance among equals.
    place = np.arange(size.shape[1], dtype=np.int64)
    key = np.where(nearest, np.rint(size * FINEST).astype(np.int64) << 21 | place, np.iinfo(np.int64).max)
    first = np.sort(np.partition(key, count - 1, axis=1)[:, :count], axis=1)
    columns = first & ((1 << 21) - 1)
    row = np.arange(len(first))[:, None]
    found = (first < np.iinfo(np.int64).max).sum(axis=1)
    columns = np.where(np.arange(count) < found[:, None], columns, 0)
    bits = failed[row, columns]
    # Beside a negotiable price the gap is infinite, and no failure.
    dear = np.where(bits & BIT["PRICE"], gaps["PRICE"][row, columns], 0)
    wait = np.where(bits & BIT["RADIUS"], gaps["RADIUS"][row, columns] if "RADIUS" in gaps else 0, 0)
    figures = (
        theirs[columns],
        bits,
        *(each.astype(np.int64) for each in (dear, under_way[row, columns], wait)),
    )
    return [
        [Close(*each) for each in islice(zip(*rows, strict=True), most)]
        for *rows, most in zip(*(figure.tolist() for figure in figures), found.tolist(), strict=True)
    ]
