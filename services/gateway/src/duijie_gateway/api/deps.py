"""What routes are given: the services, and who asks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, cast
from uuid import UUID

from duijie_shared.service.errors import Refusal, not_found, unprocessable
from fastapi import Depends, Path, Request, Security
from fastapi.security import APIKeyCookie, HTTPBearer

from duijie_gateway.domain.access import Action, Caller
from duijie_gateway.domain.keys import digest, is_key
from duijie_gateway.domain.strict_json import StrictJsonError, parse_object
from duijie_gateway.limiting import too_many

if TYPE_CHECKING:
    from duijie_gateway.catalog_client import CatalogClient
    from duijie_gateway.county_lists import CountyLists
    from duijie_gateway.domain.signing import Signer
    from duijie_gateway.feed import FeedHub
    from duijie_gateway.limiting import Limiter
    from duijie_gateway.notices.parts import Notices
    from duijie_gateway.passwords import Passwords
    from duijie_gateway.repository.audit import AuditLog
    from duijie_gateway.repository.changes import ChangeReader
    from duijie_gateway.repository.feeds import FeedStore
    from duijie_gateway.repository.keys import KeyStore
    from duijie_gateway.repository.listings import ListingReader
    from duijie_gateway.repository.matches import MatchReader
    from duijie_gateway.repository.plans import PlanReader
    from duijie_gateway.repository.users import UserStore
    from duijie_gateway.settings import ApiSettings
    from duijie_gateway.webhooks.parts import Webhooks

SESSION_COOKIE = "duijie_session"

# For the description only: the tokens are judged below, so that every refusal is a problem document.
_BEARER = HTTPBearer(auto_error=False, description="`Authorization: Bearer dj_...`")
_COOKIE = APIKeyCookie(
    name=SESSION_COOKIE, auto_error=False, description="A browser session; for reading only"
)


@dataclass(frozen=True)
class Services:
    """Everything the routes use, built in `bootstrap`."""

    settings: ApiSettings
    keys: KeyStore
    users: UserStore
    passwords: Passwords
    matches: MatchReader
    plans: PlanReader
    listings: ListingReader
    changes: ChangeReader
    feeds: FeedStore
    catalog: CatalogClient
    county_lists: CountyLists
    webhooks: Webhooks
    notices: Notices
    audit: AuditLog
    hub: FeedHub
    limiter: Limiter
    cursors: Signer
    forms: Signer
    clock: Callable[[], dt.datetime]


def services_of(request: Request) -> Services:
    """The application's services."""
    return cast("Services", request.app.state.services)


ServicesDep = Annotated[Services, Depends(services_of)]


def correlation_id_of(request: Request) -> str:
    """The id that follows this request through logs and Kafka."""
    return cast("str", request.state.correlation_id)


async def find_caller(request: Request) -> Caller | None:
    """Who asks: by key in the Authorization header, else, for reading only, by session cookie.

    A cookie is sent by the browser unasked, so it never changes anything under /v1.
    """
    caller = await _shown(request)
    request.state.caller = caller  # for the audit, which sees answers only
    return caller


async def _shown(request: Request) -> Caller | None:
    services = services_of(request)
    authorization = request.headers.get("authorization")
    if authorization is not None:
        scheme, _, key = authorization.partition(" ")
        key = key.strip()
        if scheme.lower() != "bearer" or not is_key(key):
            return None
        return await services.keys.caller_of_key(digest(key), services.clock())
    token = request.cookies.get(SESSION_COOKIE)
    if token is None or request.method not in {"GET", "HEAD"}:
        return None
    return await services.keys.caller_of_session(digest(token), services.clock())


async def authenticated(
    request: Request,
    _bearer: Annotated[object, Security(_BEARER)],
    _cookie: Annotated[object, Security(_COOKIE)],
) -> Caller:
    """Who asks. Raises 401 without a live key and 429 for a key that asks too often."""
    caller = await find_caller(request)
    if caller is None:
        raise unauthenticated(given="authorization" in request.headers)
    if not await services_of(request).limiter.admits_key(str(caller.key_id)):
        raise too_many()
    return caller


def unauthenticated(*, given: bool) -> Refusal:
    """401; says nothing of whether the key ever existed."""
    challenge = 'Bearer realm="duijie"'
    return Refusal(
        401,
        "unauthenticated",
        "需要有效的密钥",
        "A valid key is needed",
        headers={"WWW-Authenticate": challenge + ', error="invalid_token"' if given else challenge},
    )


def allowed(action: Action) -> Callable[..., Awaitable[Caller]]:
    """A dependency: the caller, if the role may do `action`; else 403."""

    async def check(caller: Annotated[Caller, Depends(authenticated)]) -> Caller:
        if not caller.may(action):
            raise Refusal(403, "forbidden", "该角色无权进行此操作", "This role may not do that")
        return caller

    return check


Reader = Annotated[Caller, Depends(allowed("read"))]


def object_id(
    text: Annotated[
        str, Path(alias="id", description="The object's id", json_schema_extra={"format": "uuid"})
    ],
) -> UUID:
    """The id in the path. What is no id names nothing: 404."""
    try:
        return UUID(text)
    except ValueError:
        raise not_found() from None


ObjectId = Annotated[UUID, Depends(object_id)]


async def json_body(request: Request) -> bytes:
    """The body, after the one strict reading (`domain.strict_json`); what is forwarded are these very bytes."""
    body = await request.body()
    content_type = request.headers.get("content-type", "application/json").partition(";")[0].strip().lower()
    if content_type != "application/json":
        raise Refusal(415, "not-json", "请求内容须为 JSON", "The body must be application/json")
    try:
        parse_object(body)
    except StrictJsonError as error:
        raise unprocessable(error.errors) from None
    return body


JsonBody = Annotated[bytes, Depends(json_body)]
