"""Notice channels and their delivery log."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from duijie_gateway.domain.notices import Channel, Kind, Language

_KINDS = Annotated[list[Kind], Field(min_length=1, max_length=4)]
_EVERY = Annotated[int, Field(ge=1, le=10_080)]
_MINUTES = "Minutes between two messages at the least; what comes meanwhile goes into one"


class NoticePosting(BaseModel):
    """A way to be told."""

    model_config = ConfigDict(extra="forbid")

    channel: Channel = Field(examples=["email"])
    to: str = Field(
        min_length=1,
        max_length=320,
        description="An e-mail address, a phone number, or the key or token of the group's robot",
        examples=["buyer@example.com"],
    )
    language: Language = Field(default="zh", examples=["zh"])
    kinds: _KINDS = Field(
        description="`match`: new plan lines; `hold`: the other side has accepted; `deadline`: 12 hours before your "
        "answer is due; `deal`: both have accepted",
        examples=[["match", "hold", "deadline"]],
    )
    every_minutes: _EVERY = Field(default=60, description=_MINUTES, examples=[60])


class NoticePatch(BaseModel):
    """What may be changed. Made active again a channel begins with what comes then."""

    model_config = ConfigDict(extra="forbid")

    language: Language | None = Field(default=None, examples=["en"])
    kinds: _KINDS | None = Field(default=None, examples=[["hold", "deadline"]])
    every_minutes: _EVERY | None = Field(default=None, description=_MINUTES, examples=[240])
    status: Literal["active", "paused"] | None = Field(default=None, examples=["paused"])


class NoticeShown(BaseModel):
    """One channel. The address is shown in part."""

    id: UUID
    channel: Channel
    to: str = Field(examples=["bu…@example.com"])
    language: Language
    kinds: list[Kind]
    every_minutes: int
    status: Literal["unconfirmed", "active", "paused"] = Field(
        description="`unconfirmed` until the code that was sent there came back"
    )
    waiting: int = Field(description="What waits for the next message")
    next_at: dt.datetime = Field(description="Before that none goes out")
    created_at: dt.datetime


class NoticePage(BaseModel):
    """All channels, newest first; `next` is null."""

    items: list[NoticeShown]
    next: str | None


class CodePosting(BaseModel):
    """The code that came by e-mail or text message."""

    model_config = ConfigDict(extra="forbid")

    code: str = Field(pattern="^[0-9]{6}$", examples=["042917"])


class NoticeDelivery(BaseModel):
    """One message: what it was about and what became of it."""

    id: UUID
    made_at: dt.datetime
    title: str = Field(examples=["产销对接: 1 笔待您答复、3 个新撮合"])
    lines: int = Field(examples=[4])
    status: Literal["pending", "sent", "failed"]
    attempts: int = Field(examples=[1])
    next_attempt_at: dt.datetime | None
    ended_at: dt.datetime | None


class NoticeDeliveryPage(BaseModel):
    """The newest messages first; `next` is null."""

    items: list[NoticeDelivery]
    next: str | None
