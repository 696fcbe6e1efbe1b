"""Parties: who trades or serves."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import Literal, Self
from uuid import UUID

from duijie_shared.events.parties import PartySnapshot
from duijie_shared.posting import PartyTerms

Evidence = Literal["self_declared"]
"""How well a party's facts are attested; the operator's import attests no more than what the party says."""

PartyStatus = Literal["approved"]


@dataclass(frozen=True, kw_only=True)
class Party:
    """One party at one version. `row_key` is the operator's own key, by which imports name it."""

    id: UUID
    sequence: int
    version: int = 1
    status: PartyStatus = "approved"
    evidence: Evidence = "self_declared"
    row_key: str
    terms: PartyTerms
    created_at: dt.datetime
    updated_at: dt.datetime

    @classmethod
    def register(cls, id: UUID, sequence: int, row_key: str, terms: PartyTerms, now: dt.datetime) -> Self:  # noqa: A002 - the field's name
        """A party that the operator enters: approved."""
        return cls(id=id, sequence=sequence, row_key=row_key, terms=terms, created_at=now, updated_at=now)

    def amend(self, terms: PartyTerms, now: dt.datetime) -> Self:
        """The party with other facts; the same facts change nothing."""
        if terms == self.terms:
            return self
        return replace(self, terms=terms, version=self.version + 1, updated_at=now)

    def snapshot(self) -> PartySnapshot:
        """What the topic carries: no contact, no exact place."""
        return PartySnapshot(
            party_id=self.id,
            version=self.version,
            row_key=self.row_key,
            name=self.terms.name,
            kind=self.terms.kind,
            county=self.terms.county,
            evidence=self.evidence,
        )
