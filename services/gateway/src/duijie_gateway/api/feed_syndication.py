"""A saved feed's listings as Atom and as JSON Feed."""

from __future__ import annotations

from typing import Annotated, Literal

from duijie_shared.service.errors import Refusal
from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import JSONResponse

from duijie_gateway.api.deps import Services, ServicesDep
from duijie_gateway.api.described import READING, refusals
from duijie_gateway.api.feeds import OwnFeed
from duijie_gateway.api.schemas.feeds import JsonFeed
from duijie_gateway.domain.changes import LISTINGS
from duijie_gateway.domain.feeds import Feed
from duijie_gateway.syndication import Publication, atom, json_feed

router = APIRouter(prefix="/v1/feeds/{id}", tags=["feeds"])

ENTRIES = 100
"""The newest of what stands."""

Lang = Annotated[Literal["zh", "en"], Query(description="Language of the titles")]


@router.get(
    "/atom",
    summary="The listings of a feed as Atom",
    responses={
        200: {
            "description": "Atom 1.0 (RFC 4287): the newest listings that stand; the content is the item as JSON",
            "content": {"application/atom+xml": {"schema": {"type": "string"}}},
        },
        **refusals(*READING, 404, 409),
    },
    response_class=Response,
)
async def as_atom(request: Request, services: ServicesDep, feed: OwnFeed, lang: Lang = "zh") -> Response:
    """For readers of news. A feed without listings is 409: matches and deals are no news for others."""
    body = atom(await _publication(request, services, feed, lang))
    return Response(body, media_type="application/atom+xml")


@router.get(
    "/feed.json",
    summary="The listings of a feed as JSON Feed",
    responses={200: {"model": JsonFeed}, **refusals(*READING, 404, 409)},
)
async def as_json(request: Request, services: ServicesDep, feed: OwnFeed, lang: Lang = "zh") -> Response:
    """JSON Feed 1.1."""
    found = json_feed(await _publication(request, services, feed, lang))
    return JSONResponse(found, media_type="application/feed+json")


async def _publication(request: Request, services: Services, feed: Feed, lang: str) -> Publication:
    if not feed.wanted.subjects & LISTINGS:
        zh, en = "该订阅没有供求与能力信息", "This feed has no listings"
        raise Refusal(409, "no-listings", zh, en)
    entries = await services.changes.standing(feed.wanted, limit=ENTRIES)
    return Publication(f"urn:uuid:{feed.id}", feed.name, str(request.url), lang, feed.created_at, entries)
