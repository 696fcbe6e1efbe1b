"""`parties-v1`: who trades; no contact, no address."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from pydantic import Field

from duijie_shared.events.base import Contract, EvidenceLevel, PartyKind

PartyStatus = Literal["applied", "recommended", "approved", "returned", "suspended", "erased"]
"""Where a party's verification stands; only approved ones post and trade. `erased` is the last: its data are gone."""


class PartySnapshot(Contract):
    """One party as others may know it. The unified social credit code of an enterprise is public; contact is not,
    nor is the key under which the operator knows the party.

    `evidence` is the level at which records attest the party as a whole; records for single products count in
    the snapshots of its orders alone.
    """

    party_id: UUID
    version: int = Field(ge=1)
    name: str
    kind: PartyKind
    county: str | None
    status: PartyStatus = "approved"
    evidence: EvidenceLevel = "self_declared"
