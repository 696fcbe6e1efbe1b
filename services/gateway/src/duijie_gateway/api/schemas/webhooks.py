"""Webhooks and their delivery log."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from duijie_gateway.domain.changes import Subject
from duijie_gateway.domain.targets import MAX_URL

MAX_SEQUENCE = 2**63 - 1
_URL = Annotated[str, Field(min_length=1, max_length=MAX_URL)]
_EVENTS = Annotated[list[Subject], Field(min_length=1, max_length=5)]
_LABEL = Annotated[str, Field(max_length=200)]


class WebhookPosting(BaseModel):
    """A webhook to make."""

    model_config = ConfigDict(extra="forbid")

    url: _URL = Field(
        description="https on port 443, to a public address; the operator may open others",
        examples=["https://hooks.example.com/duijie"],
    )
    events: _EVENTS = Field(description="Changes of what", examples=[["match", "offer"]])
    feed: UUID | None = Field(default=None, description="One of your feeds: what passes its filter alone")
    label: _LABEL = Field(default="", examples=["仓储系统"])
    after: Annotated[int, Field(ge=0, le=MAX_SEQUENCE)] | None = Field(
        default=None,
        description="Begin behind this sequence, 0 with all that stands; without it, with what changes from now on",
        examples=[0],
    )


class WebhookPatch(BaseModel):
    """What may be changed. `feed: null` lets everything of `events` through again."""

    model_config = ConfigDict(extra="forbid")

    url: _URL | None = Field(default=None, examples=["https://hooks.example.com/new"])
    events: _EVENTS | None = Field(default=None, examples=[["deal"]])
    feed: UUID | None = None
    label: _LABEL | None = Field(default=None, examples=["新系统"])
    status: Literal["active", "paused"] | None = Field(default=None, examples=["paused"])


class Disabled(BaseModel):
    """Why nothing is sent any more; `status: active` begins again."""

    reason: Literal["gone", "failing"]
    zh: str
    en: str
    at: dt.datetime


class WebhookShown(BaseModel):
    """A webhook without its secret. `position`: changes up to it were handed out; `pending` of them wait."""

    id: UUID
    url: str
    events: list[Subject]
    feed: UUID | None
    label: str
    status: Literal["active", "paused", "disabled"]
    disabled: Disabled | None
    position: int
    pending: int
    failing_since: dt.datetime | None
    replaying: bool
    previous_secret_until: dt.datetime | None
    created_at: dt.datetime


class WebhookMade(WebhookShown):
    """A new webhook; `secret` is shown this once."""

    secret: str = Field(examples=["whsec_" + "A" * 43 + "="])


class WebhookPage(BaseModel):
    """Your webhooks, newest first; `next` is always null, there are few."""

    items: list[WebhookShown]
    next: None


class RotatePosting(BaseModel):
    """For how long the old secret signs beside the new one."""

    model_config = ConfigDict(extra="forbid")

    overlap_hours: int = Field(default=24, ge=0, le=168, examples=[24])


class Rotated(BaseModel):
    """The new secret, shown this once. Until `previous_until` every message has a signature by each."""

    secret: str = Field(examples=["whsec_" + "A" * 43 + "="])
    previous_until: dt.datetime


class ReplayPosting(BaseModel):
    """Changes to send once more, by their sequences, both included."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    from_: int = Field(alias="from", ge=1, le=MAX_SEQUENCE, examples=[1042])
    to: int = Field(ge=1, le=MAX_SEQUENCE, examples=[1099])


class Replaying(BaseModel):
    """A replay that has begun; messages have the ids that they had."""

    from_: int = Field(alias="from")
    to: int


class TestSent(BaseModel):
    """The `webhook-id` of a test message that is due now; the delivery log shows what came of it."""

    id: str = Field(examples=["msg_" + "0" * 32])


class DeliveryError(BaseModel):
    """Why an attempt failed."""

    code: str = Field(examples=["timeout"])
    zh: str
    en: str


class Delivery(BaseModel):
    """One attempt. `status` is null where no answer came; `answer` is how it began."""

    message: str
    sequence: int | None
    type: str
    attempt: int
    at: dt.datetime
    delivered: bool
    status: int | None
    error: DeliveryError | None
    duration_ms: int
    answer: str
    next_attempt_at: dt.datetime | None


class DeliveryPage(BaseModel):
    """Attempts, newest first."""

    items: list[Delivery]
    next: str | None
