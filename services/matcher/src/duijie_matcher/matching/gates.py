"""Gates: may these two meet at all? One bit per failed gate.

Offers and demands come as columns that broadcast against each other: a block of demands down, offers
across; the reverse; or two columns of equal length for chosen pairs. PRODUCT is decided before, by the
partition of the market into groups that may meet (`groups`), so its bit is never set here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

import numpy as np
from duijie_shared.events.base import GateCode

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from duijie_matcher.matching.columns import Bools, Bytes, DemandColumns, OfferColumns
    from duijie_matcher.matching.distance import Floats

GATES: tuple[GateCode, ...] = get_args(GateCode)
"""Gate codes in the order of their bits."""

BIT = {code: 1 << number for number, code in enumerate(GATES)}


def transport_prices(offers: OfferColumns, demands: DemandColumns, distance: Floats) -> Floats:
    """Transport, 1e-6 CNY per pricing unit, rounded once: at the rate of the strictest class that is named."""
    named = demands.temperature
    lowest = int(named.min(initial=3))
    rate, unit = offers.rate[lowest], offers.rate_unit[lowest]
    for stricter in range(lowest + 1, int(named.max(initial=0)) + 1):
        rate = np.where(named == stricter, offers.rate[stricter], rate)
        unit = np.where(named == stricter, offers.rate_unit[stricter], unit)
    price: Floats = np.multiply(distance, rate)
    np.divide(price, unit, out=price)
    return np.rint(price, out=price)


def journey_ms(distance: Floats, travel: tuple[int, int]) -> Floats:
    """Milliseconds on the road, without handling."""
    numerator, denominator = travel
    time: Floats = np.multiply(distance, numerator)
    return time if denominator == 1 else np.rint(np.divide(time, denominator, out=time), out=time)


def failed_gates(
    offers: OfferColumns,
    demands: DemandColumns,
    accepted_origins: Bools,
    transport: Floats,
    journey: Floats,
    handling_ms: int,
) -> Bytes:
    """The bits of the gates that each pair fails; 0 is a feasible pair.

    `transport` and `journey` are those of the pairs, `accepted_origins` the market's table (see
    `Numbering`).
    """
    failed = np.zeros(transport.shape, dtype=np.uint8)

    def fail(code: GateCode, pairs: NDArray[np.bool_]) -> None:
        np.bitwise_or(failed, np.multiply(pairs, BIT[code], dtype=np.uint8), out=failed)

    fail("GRADE", offers.grade < demands.grade)
    # A moment m of the offer's window with m + journey inside the demand's exists exactly if neither window
    # lies wholly beyond the other, shifted by the journey.
    late = journey > demands.closes - handling_ms - offers.opens
    late |= journey < demands.opens - handling_ms - offers.closes
    fail("WINDOW", late)
    fail("PRICE", np.add(offers.price, transport) > demands.price)
    if max(offers.min_lot.max(initial=0), demands.min_lot.max(initial=0)) > 0:
        short = offers.tradable < demands.min_lot
        fail("MIN_LOT", short | (demands.tradable < offers.min_lot))
    if demands.origins.any():
        fail("ORIGIN", ~accepted_origins[demands.origins, offers.county])
    if demands.certificates.any():
        for needed, held in zip(demands.certificates, offers.certificates, strict=True):
            fail("CERTIFICATE", (needed & ~held) != 0)
    fail("OWN_PARTY", offers.party == demands.party)
    return failed
