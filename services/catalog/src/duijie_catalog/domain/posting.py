"""What offers, demands and capacities have in common: a version, a status, and a life that ends."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import Any, Generic, Self, TypeVar
from uuid import UUID

from duijie_shared.events.base import LIVE, OrderStatus

from duijie_catalog.domain.errors import ClosedError, StaleVersionError

Terms = TypeVar("Terms")


@dataclass(frozen=True, kw_only=True)
class Posting(Generic[Terms]):
    """One posting at one version. Every change returns a new one with the next version.

    `sequence` is the posting order over all parties, the age by which ties are broken; `row_key` is the
    operator's own key of an imported row.
    """

    id: UUID
    sequence: int
    version: int = 1
    status: OrderStatus = "open"
    party_id: UUID
    row_key: str | None = None
    terms: Terms
    created_at: dt.datetime
    updated_at: dt.datetime
    closed_at: dt.datetime | None = None

    @classmethod
    def post(
        cls,
        id: UUID,  # noqa: A002 - the field's name
        sequence: int,
        party_id: UUID,
        terms: Terms,
        now: dt.datetime,
        row_key: str | None = None,
        *,
        draft: bool = False,
    ) -> Self:
        """A new posting, open unless it is a draft."""
        return cls(
            id=id,
            sequence=sequence,
            status="draft" if draft else "open",
            party_id=party_id,
            row_key=row_key,
            terms=terms,
            created_at=now,
            updated_at=now,
            **cls._opening(terms, None if draft else now),
        )

    @classmethod
    def _opening(cls, _terms: Terms, _opened_at: dt.datetime | None) -> dict[str, Any]:
        """What else a new posting starts with."""
        return {}

    @property
    def published(self) -> bool:
        """Whether anybody but its poster has ever been told of it."""
        return True

    @property
    def live(self) -> bool:
        """Whether it has something to trade or to settle."""
        return self.status in LIVE

    def at_version(self, expected: int | None) -> Self:
        """The posting, if the caller has seen its newest version (None: the caller holds it already).

        Raises
        ------
        StaleVersionError
            When another change came first.
        """
        if expected is not None and expected != self.version:
            raise StaleVersionError(self.version)
        return self

    def withdraw(self, now: dt.datetime, expected: int | None = None) -> Self:
        """Taken back by its poster. Doing it again changes nothing, whatever version the caller has seen.

        Raises
        ------
        ClosedError
            When it is closed or expired.
        StaleVersionError
            When another change came first.
        """
        if self.status == "withdrawn":
            return self
        self.at_version(expected)
        if self.status != "draft":
            self._must_be_live()
        return self._next(now, status="withdrawn", closed_at=now)

    def expire(self, now: dt.datetime) -> Self:
        """Over, because its window is; `now` is the tick's time."""
        if self.status != "draft":
            self._must_be_live()
        return self._next(now, status="expired", closed_at=now)

    def refresh(self, now: dt.datetime) -> Self:
        """The next version with nothing of its own changed: facts beside it did, and the topic is to say so."""
        self._must_be_live()
        return self._next(now)

    def _must_be_live(self) -> None:
        if self.status not in LIVE:
            raise ClosedError(self.status)

    def _next(self, now: dt.datetime, **changes: Any) -> Self:
        return replace(self, version=self.version + 1, updated_at=now, **changes)
