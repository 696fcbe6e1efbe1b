"""Browser sessions: a key shown once becomes a cookie that only reads."""

from __future__ import annotations

import datetime as dt
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

if TYPE_CHECKING:
    from starlette.datastructures import Headers

router = APIRouter(prefix="/v1/session", tags=["session"])


async def log_in(request: Request, services: Services, key: str, response: Response) -> Caller | None:
    """Start a session for a live key and put its cookie on the response; None for any other key."""
    caller = await services.keys.caller_of_key(digest(key), services.clock()) if is_key(key) else None
    request.state.caller = caller
    if caller is None:
        return None
    token = new_token()
    lasts = dt.timedelta(hours=services.settings.session_hours)
    await services.keys.start_session(digest(token), caller.key_id, services.clock(), lasts)
    response.set_cookie(
        SESSION_COOKIE,
        token,
        max_age=int(lasts.total_seconds()),
        httponly=True,
        samesite="strict",
        secure=services.settings.secure_cookies,
    )
    return caller


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
    summary="Log in by key",
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
    caller = await log_in(request, services, posted.key, response)
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


def _shown(caller: Caller) -> dict[str, object]:
    return {
        "key_id": str(caller.key_id),
        "role": caller.role,
        "party_id": str(caller.party_id) if caller.party_id else None,
        "county": caller.county,
    }
