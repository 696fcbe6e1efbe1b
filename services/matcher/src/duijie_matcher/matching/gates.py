"""Gates: may these two meet at all? One bit per failed gate.

Offers and demands come as columns that broadcast against each other: a block of demands down, offers
across; the reverse; or two columns of equal length for chosen pairs. PRODUCT is decided before, by the
partition of the market into groups that may meet (`groups`), so its bit is never set here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

import numpy as np
from duijie_shared.events.base import GateCode

from duijie_matcher.matching.packs import common_multiple, in_packs

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from duijie_matcher.matching.columns import Bits, Bools, Bytes, DemandColumns, OfferColumns
    from duijie_matcher.matching.distance import Floats

GATES: tuple[GateCode, ...] = get_args(GateCode)
"""Gate codes in the order of their bits."""

BIT = {code: 1 << number for number, code in enumerate(GATES)}


def transport_prices(offers: OfferColumns, demands: DemandColumns, distance: Floats) -> Floats:
    """Transport, 1e-6 CNY per pricing unit, rounded once: at the rate of the strictest class that is named."""
    price: Floats = np.multiply(distance, _of_class(offers.rate, demands.temperature))
    np.divide(price, _of_class(offers.rate_unit, demands.temperature), out=price)
    return np.rint(price, out=price)


def journey_ms(distance: Floats, travel: tuple[int, int]) -> Floats:
    """Milliseconds on the road, without handling."""
    numerator, denominator = travel
    time: Floats = np.multiply(distance, numerator)
    return time if denominator == 1 else np.rint(np.divide(time, denominator, out=time), out=time)


def fresh_moment(offers: OfferColumns, demands: DemandColumns) -> Floats:
    """The last moment at which the goods of each pair are fresh; infinite where nothing is known of that."""
    return _of_class(offers.fresh_until, demands.temperature)


def too_late(offers: OfferColumns, demands: DemandColumns, under_way: Floats) -> Floats:
    """Milliseconds from the last moment at which the goods are fresh to their first arrival in the demand's
    window; minus infinity where nothing is known of their freshness. `under_way` is the whole journey.
    """
    arrival = np.maximum(offers.leaves + under_way, demands.opens)
    until = fresh_moment(offers, demands)
    late: Floats = np.where(np.isinf(until), -np.inf, arrival - np.where(np.isinf(until), 0.0, until))
    return late


def missing_for_a_pack(offers: OfferColumns, demands: DemandColumns) -> Floats:
    """What a pair's smaller `remaining` lacks to the least quantity that is a whole number of both sides' packs
    and no smaller than either minimum lot.
    """
    multiple = common_multiple(offers.pack, demands.pack)
    lot = np.maximum(np.maximum(offers.min_lot, demands.min_lot), 1)
    most: Floats = np.minimum(offers.remaining, demands.remaining)
    return np.ceil(lot / multiple) * multiple - most


def failed_gates(
    offers: OfferColumns,
    demands: DemandColumns,
    accepted_origins: Bools,
    transport: Floats,
    journey: Floats,
    handling_ms: int,
    *,
    pooled: bool = False,
) -> Bits:
    """The bits of the gates that each pair fails; 0 is a feasible pair.

    `transport` and `journey` are those of the pairs, `accepted_origins` the market's table (see
    `Numbering`). Where lots are `pooled`, what a pair trades need not reach the demand's minimum lot by itself.
    """
    failed = np.zeros(transport.shape, dtype=np.uint16)

    def fail(code: GateCode, pairs: NDArray[np.bool_]) -> None:
        np.bitwise_or(failed, np.multiply(pairs, BIT[code], dtype=np.uint16), out=failed)

    fail("GRADE", offers.grade < demands.grade)
    # A moment m of the offer's window with m + journey inside the demand's exists exactly if neither window
    # lies wholly beyond the other, shifted by the journey.
    late = journey > demands.closes - handling_ms - offers.opens
    late |= journey < demands.opens - handling_ms - offers.closes
    fail("WINDOW", late)
    fail("PRICE", np.add(offers.price, transport) > demands.price)
    if max(offers.min_lot.max(initial=0), demands.min_lot.max(initial=0)) > 0:
        short = (
            np.minimum(offers.tradable, demands.tradable) < 0 if pooled else offers.tradable < demands.min_lot
        )
        fail("MIN_LOT", short | (demands.tradable < offers.min_lot))
    if demands.origins.any():
        fail("ORIGIN", ~accepted_origins[demands.origins, offers.county])
    if demands.certificates.any():
        for needed, held in zip(demands.certificates, offers.certificates, strict=True):
            fail("CERTIFICATE", (needed & ~held) != 0)
    fail("OWN_PARTY", offers.party == demands.party)
    if demands.evidence.any():
        fail("EVIDENCE", offers.evidence < demands.evidence)
    if max(offers.pack.max(initial=1), demands.pack.max(initial=1)) > 1:
        fail("PACK", _unpackable(offers, demands, pooled=pooled))
    if np.isfinite(offers.fresh_until).any():
        fail("FRESHNESS", too_late(offers, demands, journey + handling_ms) > 0)
    if np.isfinite(offers.reach).any() and np.isfinite(demands.reach).any():
        fail("RADIUS", journey > np.maximum(offers.reach, demands.reach))
    return failed


def _unpackable(offers: OfferColumns, demands: DemandColumns, *, pooled: bool) -> Bools:
    """Whether no whole number of packs fits, or fits only below a minimum lot that would otherwise be reached."""
    # Whole numbers: the remainder of integers takes a third of the time of that of floats.
    most = np.minimum(offers.remaining, demands.remaining).astype(np.int64)
    lot = offers.min_lot if pooled else np.maximum(offers.min_lot, demands.min_lot)
    packed = in_packs(most, common_multiple(offers.pack, demands.pack))
    unpackable: Bools = (packed == 0) | ((packed < lot) & (lot <= most))
    return unpackable


def _of_class(rows: Floats, named: Bytes) -> Floats:
    """Of offers' rows by class, the one for the class that each demand names."""
    lowest = int(named.min(initial=3))
    chosen: Floats = rows[lowest]
    for stricter in range(lowest + 1, int(named.max(initial=0)) + 1):
        chosen = np.where(named == stricter, rows[stricter], chosen)
    return chosen
