"""Capacities: what processors, stores, packers, graders and carriers can do."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Self

from duijie_shared.events.capacities import CapacitySnapshot
from duijie_shared.posting import CapacityTerms

from duijie_catalog.domain.errors import ClosedError
from duijie_catalog.domain.posting import Posting


@dataclass(frozen=True, kw_only=True)
class Capacity(Posting[CapacityTerms]):
    """One capacity; its throughput renews each day of its window, so nothing of it is ever used up for good."""

    def amend(self, terms: CapacityTerms, now: dt.datetime) -> Self:
        """The capacity with other terms; the same terms change nothing.

        Raises
        ------
        ClosedError
            When it is withdrawn or expired.
        """
        if terms == self.terms:
            return self
        if self.status != "open":
            raise ClosedError(self.status)
        return self._next(now, terms=terms)

    def snapshot(self) -> CapacitySnapshot:
        """What the topic carries: no note, no row key."""
        terms = self.terms
        return CapacitySnapshot(
            capacity_id=self.id,
            version=self.version,
            status=self.status,
            sequence=self.sequence,
            party_id=self.party_id,
            activity=terms.activity,
            product_in=terms.product_in,
            product_out=terms.product_out,
            yield_ppm=terms.yield_ppm,
            loss_ppm=terms.loss_ppm,
            throughput_per_day=terms.throughput_per_day,
            fee=terms.fee,
            county=terms.county,
            latitude_e7=terms.latitude_e7,
            longitude_e7=terms.longitude_e7,
            to_county=terms.to_county,
            to_latitude_e7=terms.to_latitude_e7,
            to_longitude_e7=terms.to_longitude_e7,
            available_from=terms.available_from,
            available_to=terms.available_to,
            temperature=terms.temperature,
        )
