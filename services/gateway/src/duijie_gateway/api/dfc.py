"""Listings as linked data in the words of the Data Food Consortium; for reading only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from duijie_shared.service.errors import not_found
from fastapi import APIRouter, Request, Response

from duijie_gateway.api.addresses import Base
from duijie_gateway.api.cursors import DEFAULT_LIMIT, Cursor, Limit, bound, open_cursor
from duijie_gateway.api.deps import ObjectId, Reader, ServicesDep
from duijie_gateway.api.described import READING, refusals
from duijie_gateway.api.listings import place_from
from duijie_gateway.api.reference.caching import LIVE, NOT_MODIFIED, IfNoneMatch, cacheable, written
from duijie_gateway.domain import dfc
from duijie_gateway.domain.listings import ListingFilter

if TYPE_CHECKING:
    from collections.abc import Callable

    from duijie_gateway.domain.listings import Listing

JSON_LD = "application/ld+json"
PUBLIC = "public, max-age=300"

router = APIRouter(prefix="/v1/dfc", tags=["dfc"])
namespace_router = APIRouter(prefix="/ns/v1", include_in_schema=False)

_SCHEMA = {
    "type": "object",
    "required": ["@context"],
    "properties": {"@context": {"type": "string", "format": "uri"}},
}
_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {"description": "JSON-LD", "content": {JSON_LD: {"schema": _SCHEMA}}},
    **NOT_MODIFIED,
}


def _answer(value: Any, if_none_match: str | None, cache_control: str = LIVE) -> Response:
    response = cacheable(written(value), if_none_match, cache_control)
    if response.status_code == 200:
        response.headers["Content-Type"] = JSON_LD
    return response


@namespace_router.get("")
async def vocabulary(base: Base, if_none_match: IfNoneMatch = None) -> Response:
    """The terms that DFC lacks."""
    return _answer(dfc.vocabulary(base), if_none_match, PUBLIC)


@namespace_router.get("/context.json")
async def context(base: Base, if_none_match: IfNoneMatch = None) -> Response:
    """The context that all documents name."""
    return _answer(dfc.context(base), if_none_match, PUBLIC)


@router.get(
    "/enterprises",
    summary="DFC enterprises: the platform, which stands for those who post",
    responses={**_ANSWERS, **refusals(*READING)},
)
async def enterprises(_caller: Reader, base: Base, if_none_match: IfNoneMatch = None) -> Response:
    """Who posts is not public before a deal, and no two listings can be told to be of one party."""
    return _answer(dfc.document(base, [dfc.enterprise(base)]), if_none_match)


@router.get(
    "/enterprises/platform",
    summary="The platform as a DFC enterprise",
    responses={**_ANSWERS, **refusals(*READING)},
)
async def platform(_caller: Reader, base: Base, if_none_match: IfNoneMatch = None) -> Response:
    """The one enterprise that is public."""
    return _answer(dfc.single(base, dfc.enterprise(base)), if_none_match)


def _add(kind: str, side: str, summary: str, made: Callable[[str, Listing], dfc.JsonLd]) -> None:
    wanted = ListingFilter(side=side)

    async def page(
        request: Request,
        services: ServicesDep,
        caller: Reader,
        base: Base,
        limit: Limit = DEFAULT_LIMIT,
        cursor: Cursor = None,
        if_none_match: IfNoneMatch = None,
    ) -> Response:
        """The newest posting first; the header `Link` leads to the next page (`rel="next"`)."""
        bound_to = bound(caller, "dfc", wanted.key())
        after = place_from(open_cursor(services.cursors, cursor, bound_to))
        found = await services.listings.page(wanted, limit=limit + 1, after=after)
        shown = found[:limit]
        answer = _answer(dfc.document(base, [made(base, each) for each in shown]), if_none_match)
        if len(found) > limit:
            token = services.cursors.sign([shown[-1].sequence, str(shown[-1].id)], bound_to=bound_to)
            following = urlencode({"limit": limit, "cursor": token})
            answer.headers["Link"] = f'<{base}{request.url.path}?{following}>; rel="next"'
        return answer

    async def one(
        services: ServicesDep, _caller: Reader, base: Base, id_: ObjectId, if_none_match: IfNoneMatch = None
    ) -> Response:
        """404 when its order is over, as if it had never been."""
        found = await services.listings.one(id_)
        if found is None or found.side != side:
            raise not_found()
        return _answer(dfc.single(base, made(base, found)), if_none_match)

    common: dict[str, Any] = {"methods": ["GET"]}
    router.add_api_route(
        f"/{kind}", page, name=kind, summary=f"DFC {summary}",
        responses={**_ANSWERS, **refusals(*READING)}, **common,
    )  # fmt: skip
    router.add_api_route(
        f"/{kind}/{{id}}", one, name=f"one_of_{kind}", summary=f"One of the DFC {summary}",
        responses={**_ANSWERS, **refusals(*READING, 404)}, **common,
    )  # fmt: skip


_add("catalog_items", "offer", "catalogue items: live offers as entries of a catalogue", dfc.catalog_item)
_add("supplied_products", "offer", "supplied products: what live offers supply", dfc.supplied_product)
_add("offers", "offer", "offers: the terms of live offers", dfc.offer)
_add("requests", "demand", "requests: live demands as functional products that are requested", dfc.request)
