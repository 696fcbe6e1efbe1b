"""Parties, their verification, and what is on record of them."""

from __future__ import annotations

import datetime as dt
from typing import Literal
from uuid import UUID

from duijie_shared.events.base import EvidenceLevel, PartyKind, Role
from duijie_shared.events.parties import PartyStatus
from pydantic import BaseModel, ConfigDict, Field

from duijie_gateway.api.schemas.common import AsPosted, Number

DIGEST = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
Reason = Literal[
    "licence-unreadable",
    "licence-expired",
    "uscc-mismatch",
    "origin-not-proven",
    "duplicate",
    "outside-county",
    "false-statement",
    "complaint",
    "by-request",
    "other",
]


class PartyPosting(AsPosted):
    """A party, entered by staff."""

    row_key: str = Field(examples=["p-0001"])
    name: str = Field(examples=["云上马铃薯专业合作社"])
    kind: PartyKind
    uscc: str | None = Field(default=None, description="Unified social credit code; may be empty")
    county: str | None = Field(default=None, examples=["532522"])
    latitude: Number | None = None
    longitude: Number | None = None
    contact: str | None = Field(default=None, description="Never shown to others before a deal")


class Application(PartyPosting):
    """A party that is to be verified: its county recommends it, so it must name one."""

    county: str = Field(examples=["532522"])


class Party(PartyPosting):
    """A party as stored. Only approved ones post and trade; `evidence` is that of the party as a whole."""

    id: UUID
    version: int
    status: PartyStatus
    evidence: EvidenceLevel


class PartyPage(BaseModel):
    """A page of parties."""

    items: list[Party]
    next: str | None


class VerificationStep(BaseModel):
    """One step; `return` and `suspend` need reasons, the reason `other` a note."""

    model_config = ConfigDict(extra="forbid")

    action: Literal["apply", "recommend", "approve", "return", "suspend", "reinstate"] = Field(
        examples=["return"]
    )
    reasons: list[Reason] | None = Field(default=None, examples=[["uscc-mismatch"]])
    note: str | None = Field(default=None, max_length=500, examples=["执照照片缺第二页"])
    changes: dict[str, object] | None = Field(
        default=None, description="With `apply` alone: the party's facts that are to be replaced"
    )


class ReasonShown(BaseModel):
    """A reason in both languages."""

    code: Reason
    zh: str
    en: str


class ActorShown(BaseModel):
    """Who did it; which key and its label are for staff."""

    role: Role
    county: str | None
    key: UUID | None = None
    label: str | None = None


class HistoryLine(BaseModel):
    """One line of a party's history."""

    at: dt.datetime
    version: int
    action: Literal["enter", "apply", "recommend", "approve", "return", "suspend", "reinstate"]
    from_: PartyStatus | None = Field(alias="from")
    to: PartyStatus
    reasons: list[ReasonShown]
    note: str | None
    actor: ActorShown


class History(BaseModel):
    """The whole history, oldest first."""

    items: list[HistoryLine]
    next: None


class ConsentPosting(BaseModel):
    """What a producer's signed paper lets a service site do with its offers; both days included."""

    model_config = ConfigDict(extra="forbid")

    site: UUID = Field(description="The service site", examples=["4e99c6d8-03a9-5ccc-9d8d-fde77c5192c0"])
    scope: list[Literal["post", "amend", "withdraw"]] = Field(min_length=1, examples=[["post", "amend"]])
    valid_from: dt.date = Field(examples=["2027-01-01"])
    valid_to: dt.date = Field(examples=["2027-12-31"])
    document_sha256: str = Field(description="Of the signed paper, which stays with you", examples=[DIGEST])


class Recorded(BaseModel):
    """What a record has beside what was entered."""

    id: UUID
    party: UUID
    created_at: dt.datetime
    revoked_at: dt.datetime | None


class Consent(ConsentPosting, Recorded):
    """A consent as recorded."""


class ConsentList(BaseModel):
    """Consents that a party gave, and those given to it; newest first."""

    items: list[Consent]
    next: None


class DocumentPosting(BaseModel):
    """What every record of a document says. Without a product it speaks of all."""

    model_config = ConfigDict(extra="forbid")

    product: str | None = Field(default=None, examples=["potato"])
    issuer: str = Field(max_length=200, examples=["红河州农产品质量安全检测中心"])
    document_sha256: str = Field(description="Of the document; nothing else of it is kept", examples=[DIGEST])
    issued_on: dt.date = Field(examples=["2027-01-05"])
    expires_on: dt.date = Field(description="The last day on which it holds", examples=["2028-01-04"])


class EvidencePosting(DocumentPosting):
    """How well a party's goods are attested: county recommended < inspected < laboratory."""

    level: Literal["county_recommended", "inspected", "laboratory"] = Field(examples=["inspected"])


class Evidence(EvidencePosting, Recorded):
    """A record of evidence. One that follows from a recommendation has no document of its own."""

    document_sha256: str | None  # type: ignore[assignment]


class EvidenceList(BaseModel):
    """All records of evidence of a party, newest first."""

    items: list[Evidence]
    next: None


class CertificatePosting(DocumentPosting):
    """A certificate: 绿色食品, 有机产品, 地理标志 or 承诺达标合格证."""

    kind: Literal["green", "organic", "gi", "conformity"] = Field(examples=["green"])
    number: str = Field(examples=["LB-15-23010123456A"])


class Certificate(CertificatePosting, Recorded):
    """A certificate as recorded. Once the party's data are deleted, without its number and document."""

    number: str | None  # type: ignore[assignment]
    document_sha256: str | None  # type: ignore[assignment]


class CertificateList(BaseModel):
    """All certificates of a party, newest first."""

    items: list[Certificate]
    next: None
