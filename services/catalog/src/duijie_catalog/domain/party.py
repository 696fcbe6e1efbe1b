"""Parties: who trades or serves."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import Self
from uuid import UUID

from duijie_shared.events.base import EvidenceLevel
from duijie_shared.events.parties import PartySnapshot, PartyStatus
from duijie_shared.posting import FieldError, PartyTerms, PostingError

from duijie_catalog.domain.errors import StaleVersionError


@dataclass(frozen=True, kw_only=True)
class Party:
    """One party at one version. `row_key` is the operator's own key, by which imports name it.

    `evidence` is the level at which records attest the party as a whole.
    """

    id: UUID
    sequence: int
    version: int = 1
    status: PartyStatus = "approved"
    evidence: EvidenceLevel = "self_declared"
    row_key: str
    terms: PartyTerms
    created_at: dt.datetime
    updated_at: dt.datetime

    @classmethod
    def register(cls, id: UUID, sequence: int, row_key: str, terms: PartyTerms, now: dt.datetime) -> Self:  # noqa: A002 - the field's name
        """A party that the operator enters: approved."""
        return cls(id=id, sequence=sequence, row_key=row_key, terms=terms, created_at=now, updated_at=now)

    def at_version(self, expected: int) -> Self:
        """The party, if the caller has seen its newest version; else StaleVersionError."""
        if expected != self.version:
            raise StaleVersionError(self.version)
        return self

    def amend(self, terms: PartyTerms, now: dt.datetime) -> Self:
        """The party with other facts; the same facts change nothing.

        Raises
        ------
        PostingError
            While its application is under way: what was recommended must be what is approved. Once it is erased.
        """
        if terms == self.terms:
            return self
        if self.status == "erased":
            raise PostingError([_ERASED])
        if self.status not in {"approved", "suspended"}:
            raise PostingError([_UNDER_WAY])
        return self._next(now, terms=terms)

    def moved(self, status: PartyStatus, now: dt.datetime, terms: PartyTerms | None = None) -> Self:
        """The party after a step of its verification, with other facts where it applies anew."""
        return self._next(now, status=status, terms=terms or self.terms)

    def attested(self, level: EvidenceLevel, now: dt.datetime) -> Self:
        """The party at the level that its records say; the same level changes nothing."""
        return self if level == self.evidence else self._next(now, evidence=level)

    def snapshot(self) -> PartySnapshot:
        """What the topic carries: no contact, no exact place, no row key."""
        return PartySnapshot(
            party_id=self.id,
            version=self.version,
            name=self.terms.name,
            kind=self.terms.kind,
            county=self.terms.county,
            status=self.status,
            evidence=self.evidence,
        )

    def _next(self, now: dt.datetime, **changes: object) -> Self:
        return replace(self, version=self.version + 1, updated_at=now, **changes)  # type: ignore[arg-type]


_ERASED = FieldError(
    "row_key",
    "erased",
    "该主体的数据已应要求删除, 请使用新的 row_key",
    "is that of a party whose data were deleted on request; use another",
)
_UNDER_WAY = FieldError(
    "row_key",
    "under-verification",
    "该主体的申请尚未核准, 请通过申请流程修改",
    "has an application under way; amend it there",
)
