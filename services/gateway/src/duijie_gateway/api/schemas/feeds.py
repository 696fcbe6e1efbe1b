"""Saved feeds and what they deliver."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal
from uuid import UUID

from duijie_shared.events.base import Activity
from pydantic import BaseModel, ConfigDict, Field

from duijie_gateway.domain.changes import Subject

MAX_SEQUENCE = 2**63 - 1
_COUNTY = "^[0-9]{6}$"
_MOST = 10**12

Quantity = Annotated[float, Field(ge=0, le=_MOST, allow_inf_nan=False)]


class FilterPosting(BaseModel):
    """What a feed tells of. Each condition must be one that all its subjects have."""

    model_config = ConfigDict(extra="forbid")

    subjects: list[Subject] = Field(min_length=1, max_length=5, examples=[["offer"]])
    product: str | None = Field(
        default=None,
        min_length=1,
        max_length=100,
        description="Code, slug, name or synonym of a product (with its varieties) or of a category",
        examples=["potato"],
    )
    county: str | None = Field(
        default=None,
        pattern=_COUNTY,
        description="A county, or a province or prefecture (530000, 532500)",
        examples=["532500"],
    )
    designation: str | None = Field(default=None, max_length=40, examples=["cn-832"])
    min_grade: int | None = Field(default=None, ge=1, le=5, description="Common scale, 5 best", examples=[3])
    max_grade: int | None = Field(default=None, ge=1, le=5, examples=[5])
    min_quantity: Quantity | None = Field(
        default=None, description="In the product's pricing unit; of a capacity, a day", examples=[10000]
    )
    min_price: Quantity | None = Field(
        default=None, description="CNY per pricing unit; sees published prices alone", examples=[1.2]
    )
    max_price: Quantity | None = Field(default=None, examples=[2.0])
    from_: dt.date | None = Field(
        default=None,
        alias="from",
        description="The window ends on that day or later",
        examples=["2027-01-01"],
    )
    to: dt.date | None = Field(
        default=None, description="The window begins on that day or earlier", examples=["2027-03-31"]
    )
    certificates: list[Annotated[str, Field(max_length=100)]] = Field(
        default=[], max_length=10, description="All of them", examples=[["green"]]
    )
    activity: Activity | None = Field(default=None, description="Of capacities", examples=["cold_storage"])
    min_score: Annotated[float, Field(allow_inf_nan=False)] | None = Field(
        default=None, description="Of matches", examples=[60]
    )


class SchedulePosting(BaseModel):
    """When a digest is made, in Asia/Shanghai, and how it goes out."""

    model_config = ConfigDict(extra="forbid")

    every: Literal["day", "week"] = Field(examples=["day"])
    hour: int = Field(ge=0, le=23, examples=[7])
    weekday: int = Field(default=1, ge=1, le=7, description="1 is Monday; for `week`", examples=[1])
    via: Literal["email", "webhook"] = Field(
        description="`webhook`: the endpoints that name this feed", examples=["webhook"]
    )
    email: str | None = Field(
        default=None,
        max_length=254,
        pattern=r"^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$",
        description="For `email`",
        examples=["buyer@example.com"],
    )


class FeedPosting(BaseModel):
    """A feed to keep. Exactly one of `stream` and `schedule`."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(min_length=1, max_length=80, examples=["红河的马铃薯"])
    filter: FilterPosting
    stream: Literal[True] | None = Field(default=None, description="Told as it happens", examples=[True])
    schedule: SchedulePosting | None = Field(default=None, description="Told as a digest")
    report_if_empty: bool = Field(
        default=False, description="Send a digest that has nothing too", examples=[False]
    )
    start: Literal["now", "all"] | Annotated[int, Field(ge=0, le=MAX_SEQUENCE)] = Field(
        default="now",
        description="Where it begins: with what changes from now on, with all that stands, or behind a sequence",
        examples=["all"],
    )


class FeedPatch(BaseModel):
    """What may be changed. Another filter is another feed: places in the old one would be no places in the new."""

    model_config = ConfigDict(extra="forbid")

    name: str | None = Field(default=None, min_length=1, max_length=80, examples=["云南的马铃薯"])
    stream: Literal[True] | None = Field(default=None, examples=[True])
    schedule: SchedulePosting | None = None
    report_if_empty: bool | None = Field(default=None, examples=[True])


class PreviewPosting(BaseModel):
    """A feed that is not kept yet."""

    model_config = ConfigDict(extra="forbid")

    filter: FilterPosting = Field(examples=[{"subjects": ["offer"], "product": "potato"}])


class SavedFeed(BaseModel):
    """A saved feed."""

    id: UUID
    name: str
    filter: dict[str, Any] = Field(
        description="As posted", examples=[{"subjects": ["offer"], "product": "potato"}]
    )
    stream: bool
    schedule: SchedulePosting | None
    report_if_empty: bool
    start: int = Field(description="Where a reader begins that names no place", examples=[0])
    created_at: dt.datetime


class FeedPage(BaseModel):
    """Your feeds; `next` is always null, there are few."""

    items: list[SavedFeed]
    next: None


class ChangeItem(BaseModel):
    """One change, alike by poll, stream and webhook. `present` sets what you hold under `id` to `item`, `gone`
    removes it: it closed, or left the filter.
    """

    sequence: int = Field(examples=[1042])
    subject: Subject = Field(examples=["offer"])
    id: UUID
    state: Literal["present", "gone"]
    recorded_at: dt.datetime
    item: dict[str, Any] | None = Field(description="As the route of its subject shows it; null when gone")


class ItemPage(BaseModel):
    """Changes in order. Go on with `after=next`, also when there are none: what was passed over is not read again."""

    items: list[ChangeItem]
    next: int = Field(examples=[1042])
    more: bool = Field(description="Whether there is more to read now")


class Preview(ItemPage):
    """What a feed would have delivered; `after` is the place that it begins behind."""

    after: int = Field(examples=[310])


class JsonFeedItem(BaseModel):
    """An entry of a JSON Feed."""

    id: str
    title: str
    content_text: str
    date_modified: dt.datetime
    tags: list[str]


class JsonFeed(BaseModel):
    """JSON Feed 1.1."""

    version: Literal["https://jsonfeed.org/version/1.1"]
    title: str
    feed_url: str
    language: str
    authors: list[dict[str, str]]
    items: list[JsonFeedItem]
