"""`parties-v1`: who trades; no contact, no address."""

from __future__ import annotations

from uuid import UUID

from pydantic import Field

from duijie_shared.events.base import Contract, PartyKind


class PartySnapshot(Contract):
    """One party as others may know it. The unified social credit code of an enterprise is public; contact is not."""

    party_id: UUID
    version: int = Field(ge=1)
    row_key: str
    name: str
    kind: PartyKind
    county: str | None
    evidence: str = "self_declared"
