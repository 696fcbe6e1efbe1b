"""What every request passes before any route: ids, security headers, the address's limit, the body's limit."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING
from uuid import uuid4

import structlog
from duijie_shared.service.errors import Refusal
from duijie_shared.service.web import problem
from prometheus_client import Counter, Histogram
from starlette.datastructures import Headers, MutableHeaders

from duijie_gateway.limiting import too_many

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from duijie_gateway.limiting import Limiter

BODY_BYTES = 256 * 1024
IMPORT_BYTES = 64 * 1024 * 1024
IMPORT_PATH = "/v1/imports"
LIST_BYTES = 5_000_000
"""Of an uploaded list of counties, which is read whole."""
_LIST_PATH = re.compile(r"/v1/designations/[^/]+/editions")

_CORRELATION_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
_SECURITY_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}

REQUESTS = Counter("duijie_gateway_requests", "Requests answered", ["method", "route", "status"])
SECONDS = Histogram(
    "duijie_gateway_request_seconds",
    "Time to the first byte of the answer",
    ["route"],
    buckets=(0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5),
)


class Edge:
    """Gives each request a correlation id, its answer the security headers, and counts it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = Headers(scope=scope).get("x-correlation-id", "")
        correlation_id = given if _CORRELATION_ID.fullmatch(given) else str(uuid4())
        state = scope.setdefault("state", {})
        state["correlation_id"] = correlation_id
        # A stream that must drop a client who takes nothing needs the socket; uvicorn's send is bound to it.
        state["transport"] = getattr(getattr(send, "__self__", None), "transport", None)
        structlog.contextvars.bind_contextvars(correlation_id=correlation_id)
        started = time.perf_counter()

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _SECURITY_HEADERS.items():
                    headers.setdefault(name, value)
                headers["X-Correlation-Id"] = correlation_id
                # Styles and scripts are asked for again with their ETag; everything else is for this reader alone.
                kept = "no-cache" if scope["path"].startswith("/static/") else "no-store"
                headers.setdefault("Cache-Control", kept)
                route = _route_of(scope)
                REQUESTS.labels(scope["method"], route, message["status"]).inc()
                SECONDS.labels(route).observe(time.perf_counter() - started)
            await send(message)

        try:
            await self._app(scope, receive, answer)
        finally:
            structlog.contextvars.unbind_contextvars("correlation_id")


class AddressLimit:
    """Refuses an address that asks too often, before anything is looked up for it."""

    def __init__(self, app: ASGIApp, limiter: Limiter) -> None:
        self._app = app
        self._limiter = limiter

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            client = scope.get("client")
            if not await self._limiter.admits_address(client[0] if client else "local"):
                await problem(too_many())(scope, receive, send)
                return
        await self._app(scope, receive, send)


class BodyLimit:
    """Reads a body up to its limit before any route sees it; a larger one is refused unread (413).

    The import's body is streamed on, so there the route counts; here only an honest Content-Length is judged.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        streamed = scope["path"] == IMPORT_PATH and scope["method"] == "POST"
        headers = Headers(scope=scope)
        declared = headers.get("content-length", "0")
        if headers.get("content-encoding", "identity") != "identity":
            await problem(_encoded())(scope, receive, send)
        elif not declared.isdecimal() or int(declared) > (IMPORT_BYTES if streamed else _most(scope)):
            await problem(too_large())(scope, receive, send)
        elif streamed:
            await self._app(scope, receive, send)
        else:
            await self._buffered(scope, receive, send, _most(scope))

    async def _buffered(self, scope: Scope, receive: Receive, send: Send, most: int) -> None:
        body = bytearray()
        more = True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            body += message.get("body", b"")
            more = message.get("more_body", False)
            if len(body) > most:
                await problem(too_large())(scope, receive, send)
                return
        whole: Message | None = {"type": "http.request", "body": bytes(body), "more_body": False}

        async def replay() -> Message:
            nonlocal whole
            if whole is None:
                return await receive()
            message, whole = whole, None
            return message

        await self._app(scope, replay, send)


def _most(scope: Scope) -> int:
    return LIST_BYTES if _LIST_PATH.fullmatch(scope["path"]) else BODY_BYTES


def too_large() -> Refusal:
    """413; the rest of the body stays unread, so the connection cannot be used again."""
    return Refusal(413, "too-large", "请求内容过大", "The body is too large", headers={"Connection": "close"})


def _encoded() -> Refusal:
    return Refusal(415, "encoded-body", "不接受压缩的请求内容", "Compressed bodies are not accepted")


def _route_of(scope: Scope) -> str:
    # The template of the route, never the path: ids would make a new time series each.
    route = scope.get("route")
    return getattr(route, "path", "unknown")
