"""Standing demands: a demand that comes again, and what becomes of each of its instances."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction
from typing import Literal, Self
from uuid import UUID, uuid5

from duijie_shared.posting import FieldError
from duijie_shared.values import round_half_even

from duijie_catalog.domain.errors import StaleVersionError
from duijie_catalog.domain.recurrence import Recurrence, Window, whole_years

StandingStatus = Literal["open", "paused", "ended"]

LONG_TERM_DAYS = 730
"""A contract of two years; with its first and last day included, leap years notwithstanding."""

ADJUSTED = ("bid_price", "reserve_price")
PRICE_DECIMALS = 6
ONE_DAY = dt.timedelta(1)


class EndedError(Exception):
    """It has ended, so it can no longer be amended."""


@dataclass(frozen=True, kw_only=True)
class StandingTerms:
    """What is asked for, when, of whom.

    `template` has the fields of a demand as `duijie_shared.posting` reads them, without its window.
    `yearly_adjustment` is in percent: by so much the prices change each time that a year of the term is over.
    """

    template: Mapping[str, object]
    recurrence: Recurrence
    suppliers: tuple[UUID, ...] = ()
    yearly_adjustment: Decimal | None = None

    @property
    def long_contract(self) -> bool:
        """Whether it binds named suppliers or counties for two years or more."""
        term = self.recurrence.term_days
        named = bool(self.suppliers or self.template.get("origin_counties"))
        return named and term is not None and term >= LONG_TERM_DAYS

    def fields_for(self, window: Window) -> dict[str, object]:
        """The fields of the demand for that window: the template with its days and that year's prices."""
        years = whole_years(self.recurrence.starts_on, window.first)
        prices = {name: self._adjusted(self.template.get(name), years) for name in ADJUSTED}
        days = {"needed_from": window.first.isoformat(), "needed_to": window.last.isoformat()}
        return {**self.template, **prices, **days}

    def _adjusted(self, price: object, years: int) -> object:
        if self.yearly_adjustment is None or not isinstance(price, Decimal) or years == 0:
            return price
        factor = (1 + Fraction(self.yearly_adjustment) / 100) ** years
        scale = 10**PRICE_DECIMALS
        return Decimal(round_half_even(Fraction(price) * factor * scale)) / scale


@dataclass(frozen=True, kw_only=True)
class StandingDemand:
    """One standing demand at one version. Its poster's changes and a failed opening make the next version.

    `settled_to` is the last day to which it is known what became of the windows: those that ended by then without
    having been opened are counted in `missed`. `problems` says why the last opening failed.
    """

    id: UUID
    sequence: int
    version: int = 1
    status: StandingStatus = "open"
    party_id: UUID
    terms: StandingTerms
    settled_to: dt.date
    missed: int = 0
    problems: tuple[FieldError, ...] = field(default=())
    created_at: dt.datetime
    updated_at: dt.datetime

    @classmethod
    def post(
        cls,
        id: UUID,  # noqa: A002 - the field's name
        sequence: int,
        party_id: UUID,
        terms: StandingTerms,
        now: dt.datetime,
        today: dt.date,
    ) -> Self:
        """A new one, open; windows that are over already are nobody's."""
        return cls(
            id=id,
            sequence=sequence,
            party_id=party_id,
            terms=terms,
            settled_to=today - ONE_DAY,
            created_at=now,
            updated_at=now,
        )

    def at_version(self, expected: int) -> Self:
        """It, if the caller has seen its newest version. StaleVersionError when another change came first."""
        if expected != self.version:
            raise StaleVersionError(self.version)
        return self

    def amend(
        self, terms: StandingTerms, status: Literal["open", "paused"], now: dt.datetime, today: dt.date
    ) -> Self:
        """It with other terms, paused or open: for windows to come alone. EndedError when it has ended.

        Windows that ended while it was paused, or are over under the new terms, are not missed.
        """
        if self.status == "ended":
            raise EndedError
        if (terms, status) == (self.terms, self.status):
            return self
        return replace(
            self,
            version=self.version + 1,
            terms=terms,
            status=status,
            settled_to=max(self.settled_to, today - ONE_DAY),
            problems=(),
            updated_at=now,
        )

    def end(self, expected: int, now: dt.datetime) -> Self:
        """No instance any more; those that are open stay so. Ending it again changes nothing."""
        if self.status == "ended":
            return self
        self.at_version(expected)
        return replace(self, version=self.version + 1, status="ended", updated_at=now)

    def fail(self, problems: tuple[FieldError, ...], now: dt.datetime) -> Self:
        """Paused, because an instance can no longer be opened as posted: its poster must see to it."""
        return replace(self, version=self.version + 1, status="paused", problems=problems, updated_at=now)

    def due(self, today: dt.date) -> dict[UUID, Window]:
        """The windows that should be open by now, by the id of their order; none unless it is open."""
        return self._named(self.terms.recurrence.due(today)) if self.status == "open" else {}

    def unsettled(self, today: dt.date) -> dict[UUID, Window]:
        """The windows that have ended since it was last settled, by the id that their order has if it was opened."""
        return self._named(self.terms.recurrence.ended(self.settled_to, today))

    def settle(self, missed: int, today: dt.date) -> Self:
        """Settled up to yesterday, with so many more windows missed. No new version: its poster changed nothing."""
        return replace(self, missed=self.missed + missed, settled_to=max(self.settled_to, today - ONE_DAY))

    def _named(self, windows: list[Window]) -> dict[UUID, Window]:
        return {instance_id(self.id, window.first): window for window in windows}


def instance_id(standing_id: UUID, occurrence: dt.date) -> UUID:
    """The id of the order for the window that begins on that day: opened twice it is the same order."""
    return uuid5(standing_id, occurrence.isoformat())
