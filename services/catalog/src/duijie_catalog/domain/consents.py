"""Consents: a producer lets a service site act for it, for some things and some days."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import Literal, Self
from uuid import UUID

from duijie_catalog.domain.verification import Actor

Act = Literal["post", "amend", "withdraw"]
ACTS: tuple[Act, ...] = ("post", "amend", "withdraw")


@dataclass(frozen=True, kw_only=True)
class Consent:
    """What a producer's signed paper allows a site to do with its offers, first and last day included."""

    id: UUID
    party_id: UUID
    site_id: UUID
    scope: tuple[Act, ...]
    valid_from: dt.date
    valid_to: dt.date
    document_sha256: str
    created_at: dt.datetime
    created_by: Actor
    revoked_at: dt.datetime | None = None
    revoked_by: Actor | None = None

    def stands(self, on: dt.date) -> bool:
        """Whether it holds on that day (Asia/Shanghai)."""
        return self.revoked_at is None and self.valid_from <= on <= self.valid_to

    def allows(self, act: Act, on: dt.date) -> bool:
        """Whether it lets the site do this on that day."""
        return act in self.scope and self.stands(on)

    def revoke(self, actor: Actor, now: dt.datetime) -> Self:
        """Taken back, from now on; doing it again changes nothing."""
        return self if self.revoked_at else replace(self, revoked_at=now, revoked_by=actor)
