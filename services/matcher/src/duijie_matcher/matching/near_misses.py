"""What keeps an order from its nearest counterparts: the gates they fail, and by how much.

The nearest are those of the same product that fail the fewest gates.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from duijie_matcher.matching.candidates import PAIRS_PER_BLOCK
from duijie_matcher.matching.distance import distances
from duijie_matcher.matching.gates import BIT, GATES, failed_gates, journey_ms, transport_prices
from duijie_matcher.matching.pool_misses import with_pools
from duijie_matcher.matching.shortfalls import Shortfalls

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator, Mapping

    from duijie_shared.events.base import GateCode, Side

    from duijie_matcher.matching.book import Book, Group, Positions
    from duijie_matcher.matching.columns import Bits, Bools
    from duijie_matcher.matching.distance import Floats
    from duijie_matcher.matching.pools import Reach

NEVER = 99
"""More failed gates than there are: the mark of a feasible pair."""

CLOSEST = 8
"""Of the nearest counterparts those whose gaps are smallest are looked at one by one for what would mend them."""
FINEST = 1e4
"""How finely sizes are told apart."""

FAILED_COUNT = np.array([bits.bit_count() or NEVER for bits in range(1 << len(GATES))], dtype=np.uint8)


class Close(NamedTuple):
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

    def speaks_of(self) -> tuple[int, ...]:
        """The positions of the counterparts that any word or figure is taken from."""
        return (*self.example.values(), *(close.position for close in self.closest))

    def figures(self) -> Hashable:
        """All of it but positions, which change with every older order that comes or goes."""
        return (
            *(self.counterparts, self.feasible, self.left_over, self.in_packs, self.limited, self.nearest),
            *(tuple(self.hits.items()), tuple(self.gaps.items()), self.pool_gap),
            *(close[1:] for close in self.closest),
        )


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
    theirs, selling = group.counterparts, side == "offer"
    if selling:
        offers, demands = book.offer_columns.take(members, down), book.demand_columns.take(theirs, across)
    else:
        offers, demands = book.offer_columns.take(theirs, across), book.demand_columns.take(members, down)
    distance = distances(offers.x, offers.y, offers.z, demands.x, demands.y, demands.z)
    transport = transport_prices(offers, demands, distance)
    travel, handling = book.journey_terms(group.product)
    journey = journey_ms(distance, travel)
    sellers, buyers = (members, theirs) if selling else (theirs, members)

    def judged(*, pooled: bool) -> Bits:
        bits = failed_gates(
            offers, demands, book.accepted_origins, transport, journey, handling, pooled=pooled
        )
        book.forbidden.mark(bits, sellers, buyers, demands_down=not selling)
        return bits

    failed, pool_gap = judged(pooled=False), None
    if book.neighbourhoods is not None:
        places = (sellers[:, None], buyers[None, :]) if selling else (sellers[None, :], buyers[:, None])
        failed, pool_gap = with_pools(book.neighbourhoods, failed, judged(pooled=True), places, reach)
    count = FAILED_COUNT[failed]
    fewest = count.min(axis=1, initial=NEVER)
    nearest = (count == fewest[:, None]) & (count < NEVER)
    shortfalls = Shortfalls(
        book, (sellers, buyers), (offers, demands), transport, (journey, handling), selling
    )
    gates, size = _gates(failed, nearest, shortfalls)
    closest = _closest(size, nearest, failed, shortfalls, theirs)
    packed = np.maximum(offers.pack, demands.pack) > 1
    fit = _fitting(failed == 0, packed, left[theirs] > 0, limited[theirs])
    near = nearest.sum(axis=1).tolist()
    pooled = None if pool_gap is None else np.where(nearest, pool_gap, np.inf).min(axis=1, initial=np.inf)
    for row, member in enumerate(members.tolist()):
        hit = [(code, told) for code, told in gates.items() if told[0][row]]
        yield (
            member,
            Standing(
                counterparts=len(theirs),
                feasible=fit[0][row],
                left_over=fit[1][row],
                in_packs=fit[2][row],
                limited=fit[3][row],
                nearest=near[row],
                hits={code: hits[row] for code, (hits, _, _) in hit},
                gaps={code: least[row] for code, (_, least, _) in hit},
                example={code: int(theirs[at[row]]) for code, (_, _, at) in hit},
                closest=closest[row],
                pool_gap=np.inf if pooled is None else float(pooled[row]),
            ),
        )


def _fitting(feasible: Bools, packed: Bools, has_left: Bools, limited: Bools) -> tuple[list[int], ...]:
    """Of each row those that pass every gate; of them those with something left, in packs alone, and kept by a limit."""
    if not feasible.any():
        return ([0] * len(feasible),) * 4
    left_over, held_back = feasible & (has_left & ~limited), feasible & (has_left & limited)
    return tuple(each.sum(axis=1).tolist() for each in (feasible, left_over, left_over & packed, held_back))


def _gates(
    failed: Bits, nearest: Bools, shortfalls: Shortfalls
) -> tuple[dict[GateCode, tuple[list[int], list[float], list[int]]], Floats]:
    """Per gate that any nearest pair fails: how many do, the least gap and the first example of each row; and about how
    large a change each nearest pair wants.
    """
    found: dict[GateCode, tuple[list[int], list[float], list[int]]] = {}
    size = np.zeros(failed.shape)
    any_of = int(np.bitwise_or.reduce(np.where(nearest, failed, 0), axis=None))
    for code in GATES:
        if any_of & BIT[code]:
            hit = nearest & ((failed & BIT[code]) != 0)
            gap = shortfalls.gap(code)
            least = np.zeros(len(failed)) if gap is None else np.where(hit, gap, np.inf).min(axis=1)
            found[code] = hit.sum(axis=1).tolist(), least.tolist(), hit.argmax(axis=1).tolist()
            size += np.where(hit, shortfalls.size(code), 0.0)
    return found, size


def _closest(
    size: Floats, nearest: Bools, failed: Bits, shortfalls: Shortfalls, theirs: Positions
) -> list[tuple[Close, ...]]:
    """The closest few of each row."""
    if not size.shape[1]:
        return [()] * len(size)
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

    def where_failed(code: GateCode) -> NDArray[np.int64]:
        fails = (bits & BIT[code]) != 0
        gap = shortfalls.gap(code) if fails.any() else None
        # Beside a negotiable price the gap is infinite, and no failure.
        return np.where(fails, 0 if gap is None else gap[row, columns], 0).astype(np.int64)

    under_way = shortfalls.under_way[row, columns].astype(np.int64)
    figures = (theirs[columns], bits, where_failed("PRICE"), under_way, where_failed("RADIUS"))
    rows = zip(*(figure.tolist() for figure in figures), strict=True)
    return [
        tuple(map(Close._make, zip(*(each[:most] for each in row), strict=True)))
        for row, most in zip(rows, found.tolist(), strict=True)
    ]
