"""A webhook receiver on loopback that answers as a test says and keeps what it was sent."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

SEPARATOR = b"\r\n\r\n"


@dataclass(frozen=True)
class Received:
    """One request: its path, headers in lower case, body."""

    path: str
    headers: dict[str, str]
    body: str


Reply = Callable[[Received], "bytes | None"]
"""The raw answer to a request; None holds the connection open and says nothing, for ever."""


def status(code: int, *headers: str, body: bytes = b"") -> bytes:
    """A raw HTTP answer."""
    lines = [f"HTTP/1.1 {code} X", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join(lines).encode() + SEPARATOR + body


@dataclass
class Receiver:
    """Where it listens, what it got, and how it answers now."""

    port: int = 0
    connections: int = 0
    received: list[Received] = field(default_factory=list)
    reply: Reply = lambda _: status(204)

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}/hook"

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while True:
                head = (await reader.readuntil(SEPARATOR)).decode("latin-1")
                first, *lines = head.strip().split("\r\n")
                headers = {
                    name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)
                }
                body = await reader.readexactly(int(headers.get("content-length", 0)))
                request = Received(first.split(" ")[1], headers, body.decode())
                self.received.append(request)
                answer = self.reply(request)
                if answer is None:
                    await reader.read()
                    return
                writer.write(answer)
                await writer.drain()
                if b"Content-Length" not in answer.split(SEPARATOR)[0]:
                    return
        except (asyncio.IncompleteReadError, ConnectionError):
            return
        finally:
            writer.close()


@contextmanager
def receiver(reply: Reply | None = None, *, host: str = "127.0.0.1", port: int = 0) -> Iterator[Receiver]:
    """Serve on a port of loopback (0: a free one), in a thread."""
    found = Receiver(reply=reply or (lambda _: status(204)))
    started = threading.Event()
    loop = asyncio.new_event_loop()

    async def serve(stop: asyncio.Event) -> None:
        server = await asyncio.start_server(found._serve, host, port, limit=1 << 20)
        found.port = server.sockets[0].getsockname()[1]
        started.set()
        await stop.wait()
        server.close()

    stop = asyncio.Event()
    thread = threading.Thread(target=lambda: loop.run_until_complete(serve(stop)), daemon=True)
    thread.start()
    assert started.wait(10)
    try:
        yield found
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(10)
