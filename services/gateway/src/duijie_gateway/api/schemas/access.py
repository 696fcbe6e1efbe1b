"""Parties, keys and sessions."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from duijie_shared.events.base import PartyKind, Role
from pydantic import BaseModel, ConfigDict, Field

from duijie_gateway.api.schemas.common import AsPosted, Number


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


class Party(PartyPosting):
    """A party as stored."""

    id: UUID
    version: int


class PartyPage(BaseModel):
    """A page of parties."""

    items: list[Party]
    next: str | None


class KeyPosting(BaseModel):
    """A key to make. Party roles need `party`, the party's row key; `county` limits staff to an area."""

    model_config = ConfigDict(extra="forbid")

    role: Role
    party: str | None = Field(default=None, examples=["p-0001"])
    county: str | None = Field(default=None, examples=["530000"])
    label: str = Field(default="", max_length=200)


class KeyShown(BaseModel):
    """A key without its secret."""

    id: UUID
    role: Role
    party_id: UUID | None
    county: str | None
    label: str
    created_at: dt.datetime
    revoked_at: dt.datetime | None


class KeyMade(KeyShown):
    """A new key; `key` is shown this once."""

    key: str = Field(examples=["dj_" + "x" * 43])


class KeyPage(BaseModel):
    """All keys, newest first."""

    items: list[KeyShown]
    next: None


class SessionPosting(BaseModel):
    """A log-in by key."""

    model_config = ConfigDict(extra="forbid")

    key: str = Field(examples=["dj_" + "x" * 43])


class SessionShown(BaseModel):
    """Who is logged in."""

    key_id: UUID
    role: Role
    party_id: UUID | None
    county: str | None
