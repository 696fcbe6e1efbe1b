"""Keys, users and sessions."""

from __future__ import annotations

import datetime as dt
from typing import Literal
from uuid import UUID

from duijie_shared.events.base import Role
from pydantic import BaseModel, ConfigDict, Field, model_validator

from duijie_gateway.domain.passwords import MAX_CHARS, MIN_CHARS


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
    expires_at: dt.datetime | None


class KeyRotation(BaseModel):
    """How long the old key holds beside the new one, in hours; 0 ends it now."""

    model_config = ConfigDict(extra="forbid", strict=True)

    overlap_hours: int = Field(default=24, ge=0, le=720, examples=[24])


class KeyMade(KeyShown):
    """A new key; `key` is shown this once."""

    key: str = Field(examples=["dj_" + "x" * 43])


class KeyPage(BaseModel):
    """All keys, newest first."""

    items: list[KeyShown]
    next: None


class UserPosting(BaseModel):
    """Somebody who shall log in by name and password; `county` limits staff to an area."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(min_length=1, max_length=64, examples=["li.na"])
    role: Literal["staff", "admin"]
    county: str | None = Field(default=None, examples=["530000"])
    password: str = Field(
        min_length=MIN_CHARS,
        max_length=MAX_CHARS,
        examples=["eleven blue tractors"],
        description="Any characters; not one of the commonest passwords and not the name",
    )


class UserShown(BaseModel):
    """A user. `key_id` is the actor in the audit."""

    id: UUID
    name: str
    role: Literal["staff", "admin"]
    county: str | None
    key_id: UUID
    created_at: dt.datetime
    changed_at: dt.datetime = Field(description="When the password was last set")


class UserPassword(BaseModel):
    """A new password."""

    model_config = ConfigDict(extra="forbid")

    password: str = Field(min_length=MIN_CHARS, max_length=MAX_CHARS, examples=["twelve green tractors"])


class UserPage(BaseModel):
    """All users by name."""

    items: list[UserShown]
    next: None


class SessionPosting(BaseModel):
    """A log-in, by key or by name and password."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"oneOf": [{"required": ["key"]}, {"required": ["name", "password"]}]},
    )

    key: str = Field(default="", examples=["dj_" + "x" * 43])
    name: str = Field(default="", max_length=200)
    password: str = Field(default="", max_length=200)

    @model_validator(mode="after")
    def _one_way(self) -> SessionPosting:
        if self.model_fields_set not in ({"key"}, {"name", "password"}):
            raise ValueError("a key, or a name and a password")
        return self


class SessionShown(BaseModel):
    """Who is logged in."""

    key_id: UUID
    role: Role
    party_id: UUID | None
    county: str | None


class AuditItem(BaseModel):
    """One entry: which key did what, and how it was answered. `request` is method and path."""

    sequence: int
    recorded_at: dt.datetime
    action: str = Field(examples=["reveal"])
    actor: UUID | None = Field(description="The key's id; null where nobody was recognised")
    role: Role | None
    party_id: UUID | None
    county: str | None
    request: str = Field(examples=["POST /v1/parties/0190a0c0-0000-7000-8000-000000000001/reveals"])
    status: int = Field(examples=[201])
    correlation_id: str
    hash: str = Field(description="SHA-256 over the entry and the hash before it")


class AuditPage(BaseModel):
    """Entries, oldest first."""

    items: list[AuditItem]
    next: str | None
