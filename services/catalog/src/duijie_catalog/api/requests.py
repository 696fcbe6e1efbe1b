"""Reading a request: who asks, under which key, with which body."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any
from urllib.parse import unquote
from uuid import UUID, uuid4

from duijie_shared.service.errors import FieldError, Refusal, not_found, unprocessable
from fastapi import Depends, Query, Request
from starlette.datastructures import Headers
from starlette.types import Scope

from duijie_catalog.handlers import Caller

LARGEST_BODY = 64 * 1024
LARGEST_FILE = 64 * 1024 * 1024
CORRELATION = re.compile(r"[A-Za-z0-9_.:-]{1,100}")
VERSION = re.compile(r'"([1-9][0-9]{0,8})"')


@dataclass(frozen=True)
class Command:
    """One request that may change something."""

    caller: Caller
    correlation_id: str
    method: str
    path: str
    if_match: str | None
    idempotency_key: str | None
    body: bytes

    def expected_version(self) -> int:
        """The version in `If-Match`.

        Raises
        ------
        Refusal
            428 where the header is missing, 422 where it is no version.
        """
        if self.if_match is None:
            raise Refusal(
                428,
                "if-match-required",
                "须用 If-Match 给出所见版本",
                "If-Match must give the version that was seen",
            )
        found = VERSION.fullmatch(self.if_match.strip())
        if found is None:
            field = FieldError("If-Match", "malformed", '应为 "<版本号>"', 'must be "<version>"')
            raise unprocessable([field])
        return int(found[1])

    def fields(self) -> dict[str, Any]:
        """The body's JSON object, numbers exact.

        Raises
        ------
        Refusal
            400 for anything but one object without repeated names.
        """
        try:
            found = json.loads(
                self.body.decode(),
                parse_float=Decimal,
                parse_constant=_no_constant,
                object_pairs_hook=_object,
            )
        except (ValueError, RecursionError) as error:
            raise _malformed() from error
        if not isinstance(found, dict):
            raise _malformed()
        return found


def caller_of(request: Request) -> Caller:
    """The caller that the gateway names. Raises 400 for an id that is none."""
    party, key = request.headers.get("x-party-id"), request.headers.get("x-key-id")
    try:
        return Caller(
            UUID(party) if party else None,
            request.headers.get("x-role", ""),
            UUID(key) if key else None,
            request.headers.get("x-county"),
            unquote(request.headers.get("x-label", "")),
        )
    except ValueError as error:
        raise Refusal(
            400, "malformed-caller", "X-Party-Id 或 X-Key-Id 不是 UUID", "X-Party-Id or X-Key-Id is no UUID"
        ) from error


def object_id(id: str) -> UUID:  # noqa: A002 - the path's name
    """The id in the path. What is no UUID is no object of ours, so it answers 404 like any other."""
    try:
        return UUID(id)
    except ValueError as error:
        raise not_found() from error


def correlation_of(scope: Scope) -> str:
    """The id that follows the request; one is made where none was sent."""
    given = Headers(scope=scope).get("x-correlation-id", "")
    return given if CORRELATION.fullmatch(given) else str(uuid4())


async def command(request: Request) -> Command:
    """A request with a small JSON body."""
    return await _command(request, LARGEST_BODY)


async def upload(request: Request) -> Command:
    """A request with a file."""
    return await _command(request, LARGEST_FILE)


async def _command(request: Request, largest: int) -> Command:
    return Command(
        caller=caller_of(request),
        correlation_id=request.state.correlation_id,
        method=request.method,
        path=request.url.path + "?" + request.url.query,
        if_match=request.headers.get("if-match"),
        idempotency_key=request.headers.get("idempotency-key"),
        body=await _body(request, largest),
    )


async def _body(request: Request, largest: int) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > largest:
            raise Refusal(
                413,
                "too-large",
                f"请求体不能超过 {largest} 字节",
                f"The body must be {largest} bytes at most",
            )
    return bytes(body)


def _malformed() -> Refusal:
    return Refusal(400, "malformed-json", "请求体不是 JSON 对象", "The body is no JSON object")


def _no_constant(name: str) -> None:
    raise ValueError(name)  # NaN and Infinity are no JSON


def _object(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name is repeated")
    for name in found:
        name.encode()  # a lone surrogate in a name could not even be named in the answer
    return found


Limit = Annotated[int, Query(ge=1, le=200)]
Cursor = Annotated[str | None, Query(max_length=40)]
DEFAULT_LIMIT = 50
CallerOf = Annotated[Caller, Depends(caller_of)]
ObjectId = Annotated[UUID, Depends(object_id)]
Small = Annotated[Command, Depends(command)]
File = Annotated[Command, Depends(upload)]
