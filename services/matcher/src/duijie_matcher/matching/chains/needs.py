"""What a pair lacks to trade directly that a capacity can give: one bit each.

Pairs come as a block of demands down and offers across. A pair that fails a gate which no capacity mends is hopeless.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from duijie_shared.taxonomy import taxonomy

from duijie_matcher.matching.by_class import class_code
from duijie_matcher.matching.candidates import PAIRS_PER_BLOCK
from duijie_matcher.matching.chains.building import local_metres
from duijie_matcher.matching.distance import distances
from duijie_matcher.matching.gates import BIT, failed_gates, journey_ms, transport_prices

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from duijie_shared.events.base import Activity, ShortCode
    from duijie_shared.taxonomy.model import Product

    from duijie_matcher.domain import Order
    from duijie_matcher.matching.book import Book, Positions
    from duijie_matcher.matching.columns import Bools, Bytes, DemandColumns, OfferColumns
    from duijie_matcher.matching.distance import Floats

PROCESSING, GRADING, PACKING, STORAGE, COOLING, HAUL = (1 << bit for bit in range(6))
HOPELESS = 1 << 7
NEEDED: dict[int, Activity] = {
    PROCESSING: "processing",
    GRADING: "grading",
    PACKING: "packing",
    STORAGE: "cold_storage",
    COOLING: "line_haul",
    HAUL: "line_haul",
}
"""What gives each need, the rarest first. `COOLING` is a carrier of the class, `HAUL` one that is cheaper than the road."""
GAPS: dict[int, ShortCode] = {
    PROCESSING: "PROCESSING_GAP",
    GRADING: "GRADE_GAP",
    PACKING: "PACKING_GAP",
    STORAGE: "STORAGE_GAP",
    COOLING: "COLD_GAP",
    HAUL: "HAUL_GAP",
}
MENDED = BIT["GRADE"] | BIT["WINDOW"] | BIT["PRICE"] | BIT["PACK"] | BIT["FRESHNESS"]
"""Gates that a capacity may help over. FRESHNESS is judged again on the way: a store may be what keeps the goods."""


@dataclass(frozen=True, slots=True)
class Block:
    """Pairs of some demands (down) and offers (across, positions of both): what each lacks, what a unit of the product
    costs on the direct road, and the metres between them.
    """

    offers: Positions
    demands: Positions
    needs: Bytes
    transport: Floats
    distance: Floats


def blocks(book: Book, offers: Positions, demands: Positions) -> Iterator[Block]:
    """All pairs of these offers and demands that product or processing could bring together, a block at a time."""
    selling, buying = _by_product(book.offers, offers), _by_product(book.demands, demands)
    for wanted, down in buying.items():
        for offered, across in selling.items():
            product = book.products[offered]
            if product.dimension == "booking":
                continue
            same = taxonomy().is_descendant(offered, wanted)
            if not same and not may_become(product, book.products[wanted]):
                continue
            rows = max(1, PAIRS_PER_BLOCK // len(across))
            for first in range(0, len(down), rows):
                yield _block(book, across, down[first : first + rows], product, same=same)


def may_become(product: Product, wanted: Product) -> bool:
    """Whether one could be made of the other: what is raw (the family's head or a variety of it) into what is not."""
    lineage = taxonomy().lineage
    return (
        product.family == wanted.family
        and lineage(product.slug)[-1] == product.family
        and lineage(wanted.slug)[-1] != wanted.family
    )


def uncarried(
    book: Book, product: Product, offers: OfferColumns, demands: DemandColumns, metres: Floats
) -> Bools:
    """Which direct roads the policy leaves to a posted carrier: chilled and frozen ones beyond the first kilometres."""
    if book.terms.policy.matching.cold_chain != "required" or product.dimension == "booking":
        return np.zeros(metres.shape, dtype=np.bool_)
    named = np.maximum(offers.temperature, demands.temperature)
    code = np.where(named == 0, class_code(product.temperature), named)
    cold: Bools = (code > class_code("ambient")) & (metres > local_metres(book))
    return cold


def _block(book: Book, across: Positions, down: Positions, product: Product, *, same: bool) -> Block:
    offers, demands = book.offer_columns.take(across, (1, -1)), book.demand_columns.take(down, (-1, 1))
    distance = distances(offers.x, offers.y, offers.z, demands.x, demands.y, demands.z)
    transport = transport_prices(offers, demands, distance)
    travel, handling = book.journey_terms(product)
    journey = journey_ms(distance, travel)
    failed = failed_gates(offers, demands, book.accepted_origins, transport, journey, handling)
    book.forbidden.mark(failed, across, down, demands_down=True)
    mended = MENDED if same else MENDED | BIT["MIN_LOT"]
    needs = np.where(failed & ~np.uint16(mended), HOPELESS, 0).astype(np.uint8)
    early = offers.closes + (journey + handling) < demands.opens
    window = (failed & BIT["WINDOW"]) != 0
    needs |= np.where(window, np.where(early, STORAGE, HOPELESS), 0).astype(np.uint8)
    needs |= _steps_up(offers, demands)
    if same:
        needs |= np.where((failed & BIT["PACK"]) != 0, PACKING, 0).astype(np.uint8)
    else:
        needs |= np.uint8(PROCESSING)
    needs |= np.where(uncarried(book, product, offers, demands, distance), COOLING, 0).astype(np.uint8)
    dear = ((failed & BIT["PRICE"]) != 0) & (needs == 0)
    needs |= np.where(dear, HAUL, 0).astype(np.uint8)
    stale = ((failed & BIT["FRESHNESS"]) != 0) & ((needs & STORAGE) == 0) & (needs != PROCESSING)
    needs |= np.where(stale & same, HOPELESS, 0).astype(np.uint8)
    return Block(across, down, needs, transport, distance)


def _steps_up(offers: OfferColumns, demands: DemandColumns) -> Bytes:
    """Sorting raises goods by one common class, no more."""
    missing = demands.grade.astype(np.int16) - offers.grade
    steps: Bytes = np.where(missing == 1, GRADING, np.where(missing > 1, HOPELESS, 0)).astype(np.uint8)
    return steps


def _by_product(orders: Sequence[Order], among: Positions) -> dict[str, Positions]:
    found: dict[str, list[int]] = {}
    for position in among.tolist():
        found.setdefault(orders[position].product, []).append(position)
    return {slug: np.array(at, dtype=np.intp) for slug, at in sorted(found.items())}
