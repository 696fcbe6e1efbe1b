"""Keys and sessions."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from duijie_shared.events.base import Role
from pydantic import BaseModel, ConfigDict, Field


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
