"""Matches: lists, one, and the stream, each as far as the caller may see."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated, Any, cast
from uuid import UUID

from duijie_shared.rendering import match_item
from duijie_shared.service.errors import FieldError, not_found, unavailable, unprocessable
from fastapi import APIRouter, Header, Query, Request, Response
from fastapi.responses import JSONResponse

from duijie_gateway.api.cursors import DEFAULT_LIMIT, Cursor, Limit, bad_cursor, bound, open_cursor
from duijie_gateway.api.deps import ObjectId, Reader, ServicesDep
from duijie_gateway.api.described import READING, refusals
from duijie_gateway.api.match_filters import Wanted, listed
from duijie_gateway.api.schemas.matches import MatchItem, MatchPage
from duijie_gateway.api.streaming import EventStream, news

if TYPE_CHECKING:
    from duijie_gateway.domain.access import Caller
    from duijie_gateway.repository.matches import Match, Place

router = APIRouter(prefix="/v1/matches", tags=["matches"])

MAX_SEQUENCE = 2**63 - 1


def item_of(match: Match, caller: Caller) -> dict[str, Any]:
    """The item that this caller sees: exact for staff, coarse for the sides."""
    return match_item(match.record, exact=caller.operator, status=match.status)


def place_of(match: Match) -> list[object]:
    """Where a page ends that ends with this match."""
    return [match.record.kind, match.record.score, str(match.record.match_id)]


def place_from(value: object) -> Place | None:
    """The place that a cursor holds."""
    if value is None:
        return None
    if not isinstance(value, list) or len(value) != 3:
        raise bad_cursor()
    kind, score, match_id = value
    return kind, score, UUID(match_id)


@router.get(
    "",
    summary="Matches: plan lines before alternatives, the best score first",
    responses={200: {"model": MatchPage}, **refusals(*READING)},
)
async def page(
    services: ServicesDep, caller: Reader, wanted: Wanted, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None
) -> Response:
    """What is not withdrawn, unless `status` asks for it. A party sees the matches of its own orders."""
    wanted = listed(wanted)
    bound_to = bound(caller, "matches", wanted.key())
    after = place_from(open_cursor(services.cursors, cursor, bound_to))
    found = await services.matches.page(caller.scope, wanted, limit=limit + 1, after=after)
    shown = found[:limit]
    more = len(found) > limit
    return JSONResponse(
        {
            "items": [item_of(match, caller) for match in shown],
            "next": services.cursors.sign(place_of(shown[-1]), bound_to=bound_to) if more else None,
        }
    )


@router.get(
    "/stream",
    summary="News of matches as they happen (server-sent events)",
    responses={
        200: {
            "description": (
                "One event per change: `id` is the feed's sequence, `data` one item, withdrawn ones too. "
                "Comments keep the connection alive. `event: reset` says that the reader must read the list again "
                "and go on from `after`; `event: end` says why the stream closes (time, revoked, slow)."
            ),
            "content": {"text/event-stream": {"schema": {"type": "string"}}},
        },
        **refusals(*READING),
    },
)
async def stream(
    request: Request,
    services: ServicesDep,
    caller: Reader,
    wanted: Wanted,
    after: Annotated[
        int | None,
        Query(ge=0, le=MAX_SEQUENCE, description="Start behind this sequence; 0 is the oldest kept"),
    ] = None,
    last_event_id: Annotated[
        str | None, Header(description="Where the reader stopped; counts before `after`")
    ] = None,
) -> Response:
    """Without a place to start from, the stream starts with the next change.

    A match that a filter showed and that no longer meets it is told once more as it is now.
    """
    resumed = after if last_event_id is None else _sequence(last_event_id)
    if services.hub.streams >= services.settings.max_streams:
        raise unavailable(10)
    # The bounds come first: whatever is told after them is in the subscription or in the rows before it.
    oldest, head = await services.matches.feed_bounds()
    subscription = services.hub.subscribe(caller.scope, wanted, caller)
    if subscription is None:
        raise unavailable(2)
    events = news(services, subscription, resumed=resumed, oldest=oldest, head=head, exact=caller.operator)
    return EventStream(
        events,
        settings=services.settings,
        transport=cast("asyncio.Transport | None", request.state.transport),
        on_close=lambda: services.hub.leave(subscription),
    )


@router.get(
    "/{id}",
    summary="One match, withdrawn or not",
    responses={200: {"model": MatchItem}, **refusals(*READING, 404)},
)
async def one(services: ServicesDep, caller: Reader, id_: ObjectId) -> Response:
    """Another party's match is 404."""
    match = await services.matches.one(caller.scope, id_)
    if match is None:
        raise not_found()
    return JSONResponse(item_of(match, caller))


def _sequence(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 18):
        raise unprocessable(
            [
                FieldError(
                    "Last-Event-ID",
                    "malformed",
                    "应为本数据流给出的序号",
                    "must be an id that this stream gave",
                )
            ]
        )
    return int(text)
