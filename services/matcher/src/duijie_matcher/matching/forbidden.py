"""Pairs that must not trade, marked in the gates' bits of a block of pairs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np

from duijie_matcher.matching.gates import BIT

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from uuid import UUID

    from numpy.typing import NDArray

    from duijie_matcher.domain.constraints import Pair
    from duijie_matcher.matching.columns import Bits

    Positions = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Forbidden:
    """Positions of the offers and demands of forbidden pairs, side by side."""

    offers: Positions
    demands: Positions

    @classmethod
    def of(cls, pairs: Iterable[Pair], offers: Mapping[UUID, int], demands: Mapping[UUID, int]) -> Self:
        """Those of the pairs whose orders are both in the market."""
        known = [
            (offers[offer], demands[demand])
            for offer, demand in pairs
            if offer in offers and demand in demands
        ]
        return cls(
            np.array([offer for offer, _ in known], dtype=np.intp),
            np.array([demand for _, demand in known], dtype=np.intp),
        )

    def mark(self, failed: Bits, offers: Positions, demands: Positions, *, demands_down: bool) -> None:
        """Set the bit of every forbidden pair in the block of these offers and demands (ascending)."""
        offer, demand = _places(offers, self.offers), _places(demands, self.demands)
        within = (offer >= 0) & (demand >= 0)
        down, across = (demand, offer) if demands_down else (offer, demand)
        failed[down[within], across[within]] |= np.uint16(BIT["FORBIDDEN"])


def _places(among: Positions, wanted: Positions) -> Positions:
    """Where each wanted position stands in an ascending array; -1 where it does not."""
    if not len(among):
        return np.full(len(wanted), -1, dtype=np.intp)
    at = np.minimum(np.searchsorted(among, wanted), len(among) - 1)
    return np.where(among[at] == wanted, at, -1)
