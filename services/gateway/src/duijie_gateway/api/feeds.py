"""Saved feeds: kept, previewed, read by poll and by stream. Another owner's feed is 404."""

from __future__ import annotations

import asyncio
import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any, cast
from uuid import uuid4

from duijie_shared.service.errors import FieldError, Refusal, not_found, unavailable, unprocessable
from fastapi import APIRouter, Depends, Header, Query, Request, Response
from fastapi.responses import JSONResponse

from duijie_gateway.api.bodies import read_model
from duijie_gateway.api.deps import JsonBody, ObjectId, Reader, ServicesDep
from duijie_gateway.api.described import READING, WRITING, body_of, refusals
from duijie_gateway.api.feed_streaming import feed_news
from duijie_gateway.api.match_filters import area_named, designation_named
from duijie_gateway.api.schemas.feeds import (
    MAX_SEQUENCE,
    FeedPage,
    FeedPatch,
    FeedPosting,
    FilterPosting,
    ItemPage,
    Preview,
    PreviewPosting,
    SavedFeed,
    SchedulePosting,
)
from duijie_gateway.api.streaming import EventStream
from duijie_gateway.domain.changes import change_text
from duijie_gateway.domain.feeds import MOST_FEEDS, Feed, Schedule, filter_errors, filter_of

if TYPE_CHECKING:
    from duijie_gateway.api.deps import Services
    from duijie_gateway.repository.changes import Stretch

router = APIRouter(prefix="/v1/feeds", tags=["feeds"])

PREVIEW_DAYS = 30
Limit = Annotated[int, Query(ge=1, le=1000, description="Changes in an answer")]


async def own_feed(services: ServicesDep, caller: Reader, id_: ObjectId) -> Feed:
    """The caller's feed of this id, else 404."""
    feed = await services.feeds.one(caller.scope, id_)
    if feed is None:
        raise not_found()
    return feed


OwnFeed = Annotated[Feed, Depends(own_feed)]


@router.post(
    "",
    status_code=201,
    summary="Keep a feed",
    responses={201: {"model": SavedFeed}, **refusals(*WRITING, 409)},
    openapi_extra=body_of(FeedPosting),
)
async def create(services: ServicesDep, caller: Reader, body: JsonBody) -> Response:
    """Its owner is the key's party; for staff the operator, or its staff of the same area."""
    posting = read_model(FeedPosting, body)
    schedule = _schedule(posting.stream, posting.schedule)
    posted = await _filter(services, posting.filter)
    oldest, head = await services.changes.bounds()
    start = {"now": head, "all": 0}.get(str(posting.start), posting.start)
    if not isinstance(start, int) or not _good(start, oldest, head):
        zh, en = "该位置已不保留, 或尚未发生", "is no longer kept, or has not come yet"
        raise unprocessable([FieldError("start", "unknown-place", zh, en)])
    now = services.clock()
    feed = Feed(
        id=uuid4(),
        name=posting.name,
        party=caller.scope.party,
        area=caller.scope.area,
        exact=caller.operator,
        filter=posted,
        start=start,
        created_at=now,
        schedule=schedule,
        report_if_empty=posting.report_if_empty,
        digested=start,
        due=None if schedule is None else schedule.next_due(now),
    )
    if not await services.feeds.create(feed):
        zh, en = f"最多保存 {MOST_FEEDS} 个订阅", f"No more than {MOST_FEEDS} feeds are kept"
        raise Refusal(409, "too-many-feeds", zh, en)
    return JSONResponse(feed.shown(), status_code=201, headers={"Location": f"/v1/feeds/{feed.id}"})


@router.get("", summary="Your feeds", responses={200: {"model": FeedPage}, **refusals(*READING)})
async def page(services: ServicesDep, caller: Reader) -> Response:
    """Oldest first."""
    feeds = await services.feeds.all(caller.scope)
    return JSONResponse({"items": [feed.shown() for feed in feeds], "next": None})


@router.post(
    "/preview",
    summary="What a feed would have delivered in the last 30 days",
    responses={200: {"model": Preview}, **refusals(*WRITING)},
    openapi_extra=body_of(PreviewPosting),
)
async def preview(services: ServicesDep, caller: Reader, body: JsonBody, limit: Limit = 100) -> Response:
    """The same as reading a feed of this filter behind `after`."""
    posted = await _filter(services, read_model(PreviewPosting, body).filter)
    after = await services.changes.place_at(services.clock() - dt.timedelta(days=PREVIEW_DAYS))
    stretch = await services.changes.read(caller.scope, filter_of(posted), after=after, limit=limit)
    return _answer(stretch, exact=caller.operator, more=await _more(services, stretch), after=after)


@router.get("/{id}", summary="A feed", responses={200: {"model": SavedFeed}, **refusals(*READING, 404)})
async def one(feed: OwnFeed) -> Response:
    """As it is kept."""
    return JSONResponse(feed.shown())


@router.patch(
    "/{id}",
    summary="Rename a feed, or change how it reports",
    responses={200: {"model": SavedFeed}, **refusals(*WRITING, 404)},
    openapi_extra=body_of(FeedPatch),
)
async def change(services: ServicesDep, feed: OwnFeed, body: JsonBody) -> Response:
    """Its filter stays: a reader's place in it would mean nothing in another."""
    patch = read_model(FeedPatch, body)
    if patch.stream is not None or patch.schedule is not None:
        schedule = _schedule(patch.stream, patch.schedule)
        if schedule != feed.schedule:
            _, head = await services.changes.bounds()
            due = None if schedule is None else schedule.next_due(services.clock())
            begun = head if feed.schedule is None else feed.digested
            feed = replace(feed, schedule=schedule, due=due, digested=begun)
    if patch.name is not None:
        feed = replace(feed, name=patch.name)
    if patch.report_if_empty is not None:
        feed = replace(feed, report_if_empty=patch.report_if_empty)
    await services.feeds.replace(feed)
    return JSONResponse(feed.shown())


@router.delete("/{id}", status_code=204, summary="Forget a feed", responses=refusals(*READING, 404))
async def delete(services: ServicesDep, caller: Reader, id_: ObjectId) -> Response:
    """Streams of it end, webhooks that name it tell nothing more."""
    if not await services.feeds.delete(caller.scope, id_):
        raise not_found()
    services.hub.end_feed(id_)
    return Response(status_code=204)


@router.get(
    "/{id}/items",
    summary="What a feed tells, by poll",
    responses={200: {"model": ItemPage}, **refusals(*READING, 404, 410)},
)
async def items(
    services: ServicesDep,
    feed: OwnFeed,
    after: Annotated[
        int | None,
        Query(ge=0, le=MAX_SEQUENCE, description="`next` of the answer before; 0 for all that stands"),
    ] = None,
    limit: Limit = 100,
) -> Response:
    """Behind `after`, else behind the feed's start. A place that is no longer kept is 410: forget what you hold and
    begin with `after=0`.
    """
    place = feed.start if after is None else after
    stretch = await services.changes.read(feed.scope, feed.wanted, after=place, limit=limit)
    # Asked after reading: what was pruned meanwhile shows here.
    oldest, head = await services.changes.bounds()
    if not _good(place, oldest, head):
        zh, en = "该位置已不保留; 请清空后从 after=0 读起", "That place is not kept; start again with after=0"
        raise Refusal(410, "place-gone", zh, en)
    return _answer(stretch, exact=feed.exact, more=stretch.reached < head)


@router.get(
    "/{id}/stream",
    summary="What a feed tells, as it happens (server-sent events)",
    responses={
        200: {
            "description": (
                "One event per change: `id` is its sequence, `data` the item as by poll. An event with an id and no "
                "data moves the place alone. `event: reset`: forget what you hold; all that stands follows. "
                "`event: end` says why the stream closes (time, revoked, slow, deleted)."
            ),
            "content": {"text/event-stream": {"schema": {"type": "string"}}},
        },
        **refusals(*READING, 404),
    },
)
async def stream(
    request: Request,
    services: ServicesDep,
    caller: Reader,
    feed: OwnFeed,
    after: Annotated[
        int | None,
        Query(ge=0, le=MAX_SEQUENCE, description="Begin behind this sequence; 0 is all that stands"),
    ] = None,
    last_event_id: Annotated[
        str | None, Header(description="Where the reader stopped; counts before `after`")
    ] = None,
) -> Response:
    """Behind the given place, else behind the feed's start. A place that this feed never gave gets a reset."""
    place: int | None = feed.start if after is None else after
    if last_event_id is not None:
        known = last_event_id.isascii() and last_event_id.isdigit() and len(last_event_id) <= 18
        place = int(last_event_id) if known else None
    if services.hub.streams >= services.settings.max_streams:
        raise unavailable(10)
    subscription = services.hub.subscribe_feed(feed, caller)
    if subscription is None:
        raise unavailable(2)
    return EventStream(
        feed_news(services, subscription, place=place),
        settings=services.settings,
        transport=cast("asyncio.Transport | None", request.state.transport),
        on_close=lambda: services.hub.leave(subscription),
    )


def _good(place: int, oldest: int, head: int) -> bool:
    return place == 0 or oldest - 1 <= place <= head


async def _more(services: Services, stretch: Stretch) -> bool:
    _, head = await services.changes.bounds()
    return stretch.reached < head


def _answer(stretch: Stretch, *, exact: bool, more: bool, **rest: int) -> Response:
    told = ",".join(change_text(change, verdict, exact=exact) for change, verdict in stretch.told)
    tail = "".join(f',"{name}":{value}' for name, value in rest.items())
    body = f'{{"items":[{told}],"next":{stretch.reached},"more":{"true" if more else "false"}{tail}}}'
    return Response(body, media_type="application/json")


def _schedule(stream: object, posted: SchedulePosting | None) -> Schedule | None:
    if (stream is None) == (posted is None):
        zh, en = "stream 与 schedule 须且只须给出一个", "give exactly one of stream and schedule"
        raise unprocessable([FieldError("schedule", "exactly-one", zh, en)])
    if posted is None:
        return None
    if (posted.via == "email") != (posted.email is not None):
        zh, en = "email 用于 via=email, 且必填", "is needed for via=email, and taken for it alone"
        raise unprocessable([FieldError("schedule.email", "required", zh, en)])
    return Schedule(**posted.model_dump())


async def _filter(services: Services, posting: FilterPosting) -> dict[str, Any]:
    """The filter's words, checked; what was not given is left out."""
    posted = posting.model_dump(mode="json", by_alias=True, exclude_none=True, exclude_defaults=True)
    posted["subjects"] = sorted(set(posting.subjects))
    errors = filter_errors(posted)
    named: list[FieldError] = []
    county = area_named(posted.get("county"), named)
    errors += [replace(error, field="filter.county") for error in named]
    if county is not None:
        posted["county"] = county.ljust(6, "0")
    try:
        await designation_named(services, posted.get("designation"))
    except Refusal as refusal:
        if not refusal.errors:
            raise
        errors += [replace(error, field="filter.designation") for error in refusal.errors]
    if errors:
        raise unprocessable(errors)
    return posted
