"""One signed POST to a judged address: no redirect, no proxy, a bounded answer, a bounded time.

httpcore and not httpx: its network backend is where a connection is made, so the very address that was judged is the one
that is connected to, while Host and SNI stay the URL's.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import socket
import ssl
import time
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

import httpcore

from duijie_gateway.domain.envelopes import CONTENT_TYPE
from duijie_gateway.domain.retries import Outcome, judge_status
from duijie_gateway.domain.targets import Target, TargetError, TargetPolicy, judge, read_target

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Mapping

TOTAL_SECONDS = 15.0
MAX_ANSWER = 64 * 1024
KEPT_ANSWER = 500
"""Characters of an answer that the log shows."""
OBEYED = frozenset({429, 503})
RESOLVERS = 64
"""Threads that resolve names: a name server that hangs keeps its own askers only."""


Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""Every address of a host, asked with the port."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of one attempt; `text` is how the receiver's answer begins."""

    outcome: Outcome
    duration_ms: int
    text: str = ""


class Resolver:
    """The system's resolver, on threads of its own."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(RESOLVERS, thread_name_prefix="resolver")

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        loop = asyncio.get_running_loop()
        found = await loop.run_in_executor(
            self._threads, lambda: socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        )
        return [str(address[0]) for *_, address in found]

    def close(self) -> None:
        """Let the threads go."""
        self._threads.shutdown(wait=False, cancel_futures=True)


class Transport:
    """Opens lines to targets."""

    def __init__(
        self, policy: TargetPolicy, resolve: Resolve, *, total_seconds: float = TOTAL_SECONDS
    ) -> None:
        self._policy = policy
        self._resolve = resolve
        self._total_seconds = total_seconds
        self._tls = httpcore.default_ssl_context()

    async def check(self, url: str) -> Target:
        """The target of a URL that may be registered now. Raises `TargetError`."""
        target = read_target(url)
        try:
            async with asyncio.timeout(self._total_seconds):
                await self.judged(target)
        except TimeoutError:
            judge(target, (), self._policy)
        return target

    async def judged(self, target: Target) -> tuple[str, ...]:
        """The addresses to connect to now. Raises `TargetError`."""
        try:
            found = await self._resolve(target.host, target.port)
        except (OSError, UnicodeError):
            found = ()
        return judge(target, found, self._policy)

    @asynccontextmanager
    async def line(self) -> AsyncIterator[Line]:
        """A line for some posts to one endpoint in a row; its connection ends with it."""
        backend = PinnedBackend()
        async with httpcore.AsyncConnectionPool(
            self._tls, max_connections=1, retries=0, network_backend=backend
        ) as pool:
            yield Line(pool, backend, self, self._total_seconds)


class PinnedBackend(httpcore.AsyncNetworkBackend):
    """Connects to the addresses that it is set to, whatever the host's name leads to by now."""

    def __init__(self) -> None:
        self._plain = httpcore.AnyIOBackend()
        self.addresses: tuple[str, ...] = ()

    async def connect_tcp(
        self,
        host: str,  # noqa: ARG002 - the point of it
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's signature
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """A connection to the first of the addresses that takes one."""
        refused: Exception = httpcore.ConnectError("no address")
        for address in self.addresses:
            try:
                return await self._plain.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                refused = error
        raise refused

    async def sleep(self, seconds: float) -> None:
        """Wait, for httpcore."""
        await asyncio.sleep(seconds)


class Line:
    """Posts to one endpoint, one after the other. Its address is judged again before each."""

    def __init__(
        self,
        pool: httpcore.AsyncConnectionPool,
        backend: PinnedBackend,
        transport: Transport,
        total_seconds: float,
    ) -> None:
        self._pool = pool
        self._backend = backend
        self._transport = transport
        self._total_seconds = total_seconds

    async def post(self, url: str, body: str, headers: Mapping[str, str], now: dt.datetime) -> Answer:
        """One attempt; whatever goes wrong on the way is its outcome. `now` is what Retry-After dates count from."""
        began = time.monotonic()
        try:
            async with asyncio.timeout(self._total_seconds):
                outcome, text = await self._post(read_target(url), body, headers, now)
        except TargetError as error:
            outcome, text = Outcome(None, error.code), ""
        except (TimeoutError, httpcore.TimeoutException):
            outcome, text = Outcome(None, "timeout"), ""
        except (httpcore.NetworkError, httpcore.ProtocolError, OSError) as error:
            outcome, text = Outcome(None, _fault(error)), ""
        return Answer(outcome, round((time.monotonic() - began) * 1000), text)

    async def _post(
        self, target: Target, body: str, headers: Mapping[str, str], now: dt.datetime
    ) -> tuple[Outcome, str]:
        self._backend.addresses = await self._transport.judged(target)
        sent: dict[bytes | str, bytes | str] = {
            "Host": target.authority,
            "User-Agent": "Duijie-Webhooks/1",
            "Accept": "*/*",
            "Accept-Encoding": "identity",
            "Content-Type": CONTENT_TYPE,
        }
        sent.update(headers.items())
        limit = dict.fromkeys(("connect", "read", "write", "pool"), self._total_seconds)
        url = httpcore.URL(scheme=target.scheme, host=target.host, port=target.port, target=target.path)
        async with self._pool.stream(
            "POST", url, headers=sent, content=body.encode(), extensions={"timeout": limit}
        ) as response:
            text = await _beginning(response)
            status = response.status
            retry_after = _retry_after(response.headers, now) if status in OBEYED else None
            return Outcome(status, judge_status(status), retry_after), text


async def _beginning(response: httpcore.Response) -> str:
    """How the body begins; past `MAX_ANSWER` nothing is read and the connection is dropped."""
    read = bytearray()
    async for chunk in response.aiter_stream():
        read += chunk
        if len(read) >= MAX_ANSWER:
            break
    text = bytes(read[: 4 * KEPT_ANSWER]).decode("utf-8", "replace")
    return "".join(each if each.isprintable() else " " for each in text)[:KEPT_ANSWER]


def _retry_after(headers: Sequence[tuple[bytes, bytes]], now: dt.datetime) -> dt.timedelta | None:
    given = next((value for name, value in headers if name.lower() == b"retry-after"), b"")
    text = given.decode("ascii", "replace").strip()
    if text.isdigit() and len(text) <= 9:
        return dt.timedelta(seconds=int(text))
    try:
        wanted = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    return None if wanted.tzinfo is None else max(wanted - now, dt.timedelta())


def _fault(error: BaseException) -> str:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLError):
            return "tls"
        cause = cause.__cause__ or cause.__context__
    return "protocol" if isinstance(error, httpcore.ProtocolError) else "connection"
