"""Evidence and certificates on record: what they attest, of which products, and when."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal, Self
from uuid import UUID

from duijie_shared.events.base import EVIDENCE_LEVELS, EvidenceLevel

from duijie_catalog.domain.verification import Actor

AttestationKind = Literal["evidence", "certificate"]
CERTIFICATE_KINDS = ("green", "organic", "gi", "conformity")
"""绿色食品, 有机产品, 地理标志, 承诺达标合格证."""


@dataclass(frozen=True, kw_only=True)
class Attestation:
    """One document about a party, for one product (and its varieties) or, where `product` is None, for all.

    `value` is the evidence level or the kind of certificate. It holds from `issued_on` to `expires_on`, both
    included, days of Asia/Shanghai, unless it is revoked.
    """

    id: UUID
    party_id: UUID
    kind: AttestationKind
    value: str
    product: str | None
    number: str | None = None
    issuer: str
    document_sha256: str | None
    issued_on: dt.date
    expires_on: dt.date
    created_at: dt.datetime
    created_by: Actor
    revoked_at: dt.datetime | None = None
    revoked_by: Actor | None = None

    def covers(self, lineage: Sequence[str]) -> bool:
        """Whether it speaks of a product, given as its slug and those of its ancestors."""
        return self.product is None or self.product in lineage

    def valid(self, on: dt.date) -> bool:
        """Whether it holds on that day."""
        return self.revoked_at is None and self.issued_on <= on <= self.expires_on

    def over(self, on: dt.date) -> bool:
        """Whether it will never hold again."""
        return self.revoked_at is not None or on > self.expires_on

    def revoke(self, actor: Actor, now: dt.datetime) -> Self:
        """Taken back, from now on; doing it again changes nothing."""
        return self if self.revoked_at else replace(self, revoked_at=now, revoked_by=actor)


def level_of(records: Iterable[Attestation], lineage: Sequence[str], on: dt.date) -> EvidenceLevel:
    """The best level that holds on that day; an empty lineage asks for the party as a whole."""
    held = {
        record.value
        for record in records
        if record.kind == "evidence" and record.covers(lineage) and record.valid(on)
    }
    return max(
        (level for level in EVIDENCE_LEVELS if level in held),
        key=EVIDENCE_LEVELS.index,
        default="self_declared",
    )


def certificates_of(
    claimed: Iterable[str], records: Iterable[Attestation], lineage: Sequence[str], on: dt.date
) -> tuple[str, ...]:
    """What is claimed or on record, sorted; without kinds whose every record is over: a claim outlives no record."""
    known = [record for record in records if record.kind == "certificate" and record.covers(lineage)]
    held = {record.value for record in known if record.valid(on)}
    lapsed = {record.value for record in known} - {record.value for record in known if not record.over(on)}
    return tuple(sorted((set(claimed) | held) - lapsed))
