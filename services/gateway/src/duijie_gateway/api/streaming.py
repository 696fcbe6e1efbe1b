"""One open stream: what was missed first, then what comes, until its time is over."""

from __future__ import annotations

import asyncio
import json
import socket
import struct
from typing import TYPE_CHECKING

import structlog
from sse_starlette import EventSourceResponse, ServerSentEvent
from sse_starlette.sse import SendTimeoutError

from duijie_gateway.feed import PAGE, FeedItem

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator, Sequence

    from starlette.types import Receive, Scope, Send

    from duijie_gateway.api.deps import Services
    from duijie_gateway.feed import Subscription
    from duijie_gateway.settings import ApiSettings

CHUNK_BYTES = 64 * 1024
RECONNECT_MS = 2_000

log = structlog.get_logger()


async def news(
    services: Services,
    subscription: Subscription,
    *,
    resumed: int | None,
    oldest: int,
    head: int,
    exact: bool,
) -> AsyncIterator[bytes]:
    """The stream's bytes. No database connection is held while a chunk is sent or waited for.

    `resumed` is where the reader stopped (None: it starts now). A place in the future, or one whose
    successors are no longer kept, gets a reset: the list is to be read again.
    """
    lasts = services.settings.stream_seconds
    deadline = asyncio.get_running_loop().time() + lasts
    yield f": at most {lasts:.0f} s, then resume with Last-Event-ID\nretry: {RECONNECT_MS}\n\n".encode()
    # This process may not have spread yet what was told already when the reader came.
    now = max(head, subscription.start)
    after = now if resumed is None else resumed
    if not oldest - 1 <= after <= now:
        after = now
        yield named("reset", {"after": after})
    while after < subscription.start:
        rows = await services.matches.feed(
            subscription.scope, subscription.wanted, after=after, upto=subscription.start, limit=PAGE
        )
        for chunk in _chunks([FeedItem(row) for row in rows], exact=exact):
            yield chunk
        after = rows[-1].sequence if len(rows) == PAGE else subscription.start
    while True:
        left = deadline - asyncio.get_running_loop().time()
        if left <= 0:
            yield named("end", {"reason": "time"})
            return
        taken = await subscription.take(left)
        # A reader may know more than this process has spread yet: it is told nothing twice.
        items = [item for item in taken if item.told.sequence > after]
        for chunk in _chunks(items, exact=exact):
            yield chunk
        if subscription.closed is not None and not taken:
            yield named("end", {"reason": subscription.closed})
            return


def _chunks(items: Sequence[FeedItem], *, exact: bool) -> Iterator[bytes]:
    # Several events in one write, but not so many that a slow reader's socket holds a megabyte.
    chunk = bytearray()
    for item in items:
        chunk += item.event(exact=exact)
        if len(chunk) >= CHUNK_BYTES:
            yield bytes(chunk)
            chunk.clear()
    if chunk:
        yield bytes(chunk)


def named(event: str, data: dict[str, object]) -> bytes:
    """A server-sent event of this name, without a place of its own."""
    return f"event: {event}\ndata: {json.dumps(data)}\n\n".encode()


class EventStream(EventSourceResponse):
    """The response: heartbeats while there is no news, and no patience with a reader that takes nothing."""

    def __init__(
        self,
        content: AsyncIterator[bytes],
        *,
        settings: ApiSettings,
        transport: asyncio.Transport | None,
        on_close: Callable[[], None],
    ) -> None:
        super().__init__(
            content,
            ping=settings.stream_heartbeat_seconds,
            ping_message_factory=lambda: ServerSentEvent(comment="still here", sep="\n"),
            send_timeout=settings.stream_send_timeout_seconds,
            sep="\n",
        )
        self._transport = transport
        self._on_close = on_close

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send until the stream ends, the reader leaves, or it has taken nothing for too long."""
        try:
            await super().__call__(scope, receive, send)
        except SendTimeoutError:
            log.warning("a stream's reader took nothing and was dropped")
            if self._transport is not None:
                _cut(self._transport)
                # One turn of the loop, so that the server knows that there is nobody left to answer.
                await asyncio.sleep(0)
        finally:
            self._on_close()


def _cut(transport: asyncio.Transport) -> None:
    # A close waits for the reader to take what is buffered, here and in the kernel: what it does not do. With no
    # time to linger the buffers are given back and the connection is reset.
    connection = transport.get_extra_info("socket")
    if connection is not None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()
