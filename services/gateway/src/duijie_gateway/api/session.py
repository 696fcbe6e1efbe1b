"""Browser sessions: a key, or a name and password, shown once become a cookie that only reads."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from duijie_shared.service.errors import FieldError, Refusal, unprocessable
from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import JSONResponse
from pydantic import ValidationError

from duijie_gateway.api.deps import (
    SESSION_COOKIE,
    JsonBody,
    Services,
    ServicesDep,
    authenticated,
    unauthenticated,
)
from duijie_gateway.api.described import READING, WRITING, body_of, refusals
from duijie_gateway.api.schemas.access import SessionPosting, SessionShown
from duijie_gateway.domain.access import Caller
from duijie_gateway.domain.keys import digest, is_key, new_token
from duijie_gateway.domain.passwords import folded
from duijie_gateway.limiting import too_many

if TYPE_CHECKING:
    from starlette.datastructures import Headers

router = APIRouter(prefix="/v1/session", tags=["session"])


@dataclass(frozen=True, slots=True)
class Shown:
    """What somebody logs in with: a key, or name and password."""

    key: str = ""
    name: str = ""
    password: str = ""


async def log_in(request: Request, services: Services, shown: Shown, response: Response) -> Caller | None:
    """Start a session and put its cookie on the response; None for what is no live key, and for a wrong name or
    password. Raises 429 after too many passwords.
    """
    request.state.caller = None
    now = services.clock()
    proof: str | None = None
    caller: Caller | None = None
    if shown.name:
        address = request.client.host if request.client else "local"
        found = await _user_of(services, shown, address)
        if found is not None:
            sha256, proof = found
            caller = await services.keys.caller_of_key(sha256, now)
    elif is_key(shown.key):
        caller = await services.keys.caller_of_key(digest(shown.key), now)
    if caller is None:
        return None
    token = new_token()
    lasts = dt.timedelta(hours=services.settings.session_hours)
    if not await services.keys.start_session(digest(token), caller.key_id, now, lasts, password_hash=proof):
        return None
    request.state.caller = caller
    response.set_cookie(
        SESSION_COOKIE,
        token,
        max_age=int(lasts.total_seconds()),
        httponly=True,
        samesite="strict",
        secure=services.settings.secure_cookies,
    )
    return caller


async def _user_of(services: Services, shown: Shown, address: str) -> tuple[str, str] | None:
    """The digest of the key behind the user, and the hash that was verified."""
    name = folded(shown.name)
    wait = await services.limiter.password_wait(name, address)
    if wait is not None:
        raise too_many(wait)
    found = await services.users.found(name, services.clock())
    verdict = await services.passwords.verify(found.hash if found else None, shown.password)
    if found is None or not verdict.right:
        return None
    await services.limiter.password_was_right(name)
    if verdict.renewed is None:
        return found.key_sha256, found.hash
    await services.users.renew(found.key_id, found.hash, verdict.renewed)
    return found.key_sha256, verdict.renewed


async def log_out(services: Services, request: Request, response: Response) -> None:
    """End the request's session, if it has one, and take its cookie back."""
    token = request.cookies.get(SESSION_COOKIE)
    if token is not None:
        await services.keys.end_session(digest(token))
    response.delete_cookie(
        SESSION_COOKIE, httponly=True, samesite="strict", secure=services.settings.secure_cookies
    )


def own_page_only(headers: Headers) -> None:
    """Refuse a form or script of another site: browsers say where a request comes from."""
    if headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
        raise Refusal(
            403, "cross-site", "不接受其他网站发来的请求", "Requests from other sites are not taken"
        )


@router.post(
    "",
    status_code=201,
    summary="Log in by key, or by name and password",
    responses={201: {"model": SessionShown}, **refusals(*WRITING)},
    openapi_extra=body_of(SessionPosting),
)
async def create(request: Request, services: ServicesDep, body: JsonBody) -> Response:
    """Sets an HttpOnly, SameSite=Strict cookie; it is taken for reading only."""
    own_page_only(request.headers)
    try:
        posted = SessionPosting.model_validate_json(body)
    except ValidationError as error:
        # The message must not repeat the value: a mistyped field may well hold the key.
        raise unprocessable(
            [
                FieldError(
                    ".".join(map(str, e["loc"])) or "body", "malformed", "无法接受", "is not acceptable"
                )
                for e in error.errors(include_input=False)
            ]
        ) from None
    response = Response()
    shown = Shown(posted.key, posted.name, posted.password)
    caller = await log_in(request, services, shown, response)
    if caller is None and posted.name:
        raise _wrong_password()
    if caller is None:
        raise unauthenticated(given=True)
    answer = JSONResponse(_shown(caller), status_code=201)
    answer.headers["set-cookie"] = response.headers["set-cookie"]
    return answer


@router.get("", summary="Who is logged in", responses={200: {"model": SessionShown}, **refusals(*READING)})
async def show(caller: Annotated[Caller, Depends(authenticated)]) -> Response:
    """By cookie or by key."""
    return JSONResponse(_shown(caller))


@router.delete("", status_code=204, summary="Log out", responses=refusals(403, 429))
async def delete(request: Request, services: ServicesDep) -> Response:
    """Ends the session of the cookie; without one there is nothing to end."""
    own_page_only(request.headers)
    response = Response(status_code=204)
    await log_out(services, request, response)
    return response


def _wrong_password() -> Refusal:
    """401; the same words whether anybody has the name or not."""
    return Refusal(
        401,
        "wrong-password",
        "名称或口令不正确",
        "The name or the password is wrong",
        headers={"WWW-Authenticate": 'Bearer realm="duijie"'},
    )


def _shown(caller: Caller) -> dict[str, object]:
    return {
        "key_id": str(caller.key_id),
        "role": caller.role,
        "party_id": str(caller.party_id) if caller.party_id else None,
        "county": caller.county,
    }
