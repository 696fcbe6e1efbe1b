"""By how much the pairs of a block fail each gate, and about how large a change would mend it: worked out when asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from duijie_matcher.matching.advice import (
    CERTIFICATE_STEP,
    DAYS_OF_ONE,
    GRADE_STEP,
    LEVEL_STEP,
    ORIGIN_STEP,
)
from duijie_matcher.matching.calendar import MS_PER_DAY, milliseconds
from duijie_matcher.matching.gates import missing_for_a_pack, too_late
from duijie_matcher.matching.packs import common_multiple
from duijie_matcher.matching.widening import days_left, waited

if TYPE_CHECKING:
    from duijie_shared.events.base import GateCode

    from duijie_matcher.matching.book import Book, Positions
    from duijie_matcher.matching.columns import DemandColumns, OfferColumns
    from duijie_matcher.matching.distance import Floats

UNMENDABLE = float(1 << 20)
"""How far back a pair comes that nothing its own side can do would mend."""


class Shortfalls:
    """Of a block's pairs. `positions` are those of offers and demands, `journey` the time on the road and of handling (ms);
    `selling` says that changes are the offers' own.
    """

    def __init__(
        self,
        book: Book,
        positions: tuple[Positions, Positions],
        columns: tuple[OfferColumns, DemandColumns],
        transport: Floats,
        journey: tuple[Floats, int],
        selling: bool,
    ) -> None:
        self._book, self._positions, self._selling = book, positions, selling
        self._offers, self._demands = columns
        self._transport, self._journey = transport, journey[0]
        self.under_way: Floats = journey[0] + journey[1]
        """The whole journey (ms)."""
        self._gaps: dict[GateCode, Floats | None] = {}

    def gap(self, code: GateCode) -> Floats | None:
        """By how much each pair fails a gate, where that has a measure: 1e-6 CNY, contract quantity, classes, levels,
        milliseconds or (RADIUS) days.
        """
        if code not in self._gaps:
            self._gaps[code] = self._gap(code)
        return self._gaps[code]

    def size(self, code: GateCode) -> Floats | float:
        """About how large a change that asks of the order's own side, to choose by: the measures of `advice.size`, as far
        as columns show them.
        """
        gap, offers, demands = self.gap(code), self._offers, self._demands
        if gap is None:
            mended = {"CERTIFICATE": CERTIFICATE_STEP, "ORIGIN": UNMENDABLE if self._selling else ORIGIN_STEP}
            return mended.get(code, UNMENDABLE)
        match code:
            case "GRADE":
                return gap * GRADE_STEP
            case "EVIDENCE":
                return gap * LEVEL_STEP
            case "PRICE":
                share: Floats = gap / np.maximum(offers.price + self._transport, 1)
            case "MIN_LOT":
                share = gap / self._lot()
            case "PACK":
                share = gap / np.maximum(self._lot(), common_multiple(offers.pack, demands.pack))
            case "RADIUS":
                share = gap / DAYS_OF_ONE
            case _:
                share = gap / (DAYS_OF_ONE * MS_PER_DAY)
        return np.minimum(share, UNMENDABLE)

    def _gap(self, code: GateCode) -> Floats | None:
        offers, demands, under_way = self._offers, self._demands, self.under_way
        gap: Floats
        match code:
            case "GRADE":
                gap = demands.grade.astype(np.float64) - offers.grade
            case "WINDOW":
                late, early = (
                    offers.opens + under_way - demands.closes,
                    demands.opens - under_way - offers.closes,
                )
                gap = np.maximum(late, early)
            case "PRICE":
                gap = offers.price + self._transport - demands.price
            case "MIN_LOT":
                gap = np.maximum(offers.min_lot, demands.min_lot) - np.minimum(
                    offers.remaining, demands.remaining
                )
            case "EVIDENCE":
                gap = demands.evidence.astype(np.float64) - offers.evidence
            case "PACK":
                gap = missing_for_a_pack(offers, demands)
            case "FRESHNESS":
                gap = too_late(offers, demands, under_way)
            case "RADIUS":
                gap = self._days_left()
            case _:
                return None
        return gap

    def _lot(self) -> Floats:
        lot: Floats = np.maximum(np.maximum(self._offers.min_lot, self._demands.min_lot), 1)
        return lot

    def _days_left(self) -> Floats:
        """Whole days until either search reaches the other."""
        book, (sellers, buyers) = self._book, self._positions
        moment = None if book.as_of is None else milliseconds(book.as_of)
        sold = waited(book.terms, [book.offers[at] for at in sellers.tolist()], moment)
        wanted = waited(book.terms, [book.demands[at] for at in buyers.tolist()], moment)
        longer = np.maximum(sold[:, None], wanted) if self._selling else np.maximum(wanted[:, None], sold)
        return days_left(book.terms, self._journey, longer)
