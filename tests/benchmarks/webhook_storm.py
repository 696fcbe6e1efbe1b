"""Webhooks while most targets are sick: how late the healthy ones get what changed.

    python tests/benchmarks/webhook_storm.py --webhooks 100 --seconds 10

Half of the webhooks are healthy, a quarter answer 500, a quarter take the request and never answer. Starts a database and
the sender as a process of its own; changes are written as the projector writes them.
"""

from __future__ import annotations

import argparse
import asyncio
import datetime as dt
import os
import statistics
import subprocess
import sys
import time
from contextlib import suppress
from uuid import uuid4

from duijie_gateway.projection import Projection
from duijie_gateway.tables import KeyRow
from duijie_gateway.webhook_tables import EndpointRow
from duijie_gateway.webhooks.secrets import Seal, new_secret
from feed_reading import an_offer, gateway_api
from sqlalchemy import Engine, insert

KINDS = ("ok", "ok", "fail", "hang")
KEY = "a webhook key of some length"
DEADLINE_S = 120.0


class Receivers:
    """One server for all targets; the path says how it answers."""

    def __init__(self) -> None:
        self.came: list[float] = []
        self.sick = 0
        self._more = asyncio.Event()

    async def wait_for(self, count: int) -> None:
        """Wait until so many messages came to healthy targets, or for the deadline."""
        with suppress(TimeoutError):
            async with asyncio.timeout(DEADLINE_S):
                while len(self.came) < count:
                    self._more.clear()
                    await self._more.wait()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer what comes over one connection."""
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
                await reader.readexactly(length)
                if b"/ok/" in head:
                    self.came.append(time.monotonic())
                    self._more.set()
                    writer.write(b"HTTP/1.1 204 OK\r\n\r\n")
                else:
                    self.sick += 1
                    if b"/hang/" in head:
                        await reader.read()
                        return
                    writer.write(b"HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n")
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            return
        finally:
            writer.close()


def run(webhooks: int = 100, seconds: int = 10) -> dict[str, float]:
    """Seconds from the commit of a change to its arrival at healthy targets, one change a second."""
    with gateway_api() as (_, engine, _key):
        return asyncio.run(_storm(engine, webhooks, seconds))


async def _storm(engine: Engine, webhooks: int, seconds: int) -> dict[str, float]:
    receivers = Receivers()
    server = await asyncio.start_server(receivers.serve, "127.0.0.1", 0, backlog=1024)
    port = server.sockets[0].getsockname()[1]
    _register(engine, webhooks, port)
    settings = {
        "DUIJIE_DATABASE_URL": engine.url.render_as_string(hide_password=False),
        "DUIJIE_WEBHOOK_KEY": KEY,
        "DUIJIE_WEBHOOK_ALLOW": "127.0.0.1",
        "DUIJIE_LOG_LEVEL": "WARNING",
    }
    sender = subprocess.Popen(  # noqa: ASYNC220 - starting it takes a moment, once
        [sys.executable, "-m", "duijie_gateway", "sender"], env={**os.environ, **settings}
    )
    try:
        projection, healthy = Projection(engine), sum(kind == "ok" for kind in _kinds(webhooks))
        waits: list[float] = []
        for number in range(seconds + 1):
            before, begun = len(receivers.came), time.monotonic()
            await asyncio.to_thread(projection.apply, [an_offer(number)], {}, now=dt.datetime.now(dt.UTC))
            committed = time.monotonic()
            await receivers.wait_for(before + healthy)
            if number:  # before the first the process has to start
                waits += [came - committed for came in receivers.came[before:]]
            await asyncio.sleep(max(begun + 1 - time.monotonic(), 0))
    finally:
        sender.kill()
        sender.wait()
        server.close()
    cuts = statistics.quantiles(waits, n=100)
    return {
        "webhooks": webhooks,
        "of them sick": webhooks - healthy,
        "messages to healthy ones": len(waits),
        "of": healthy * seconds,
        "attempts at sick ones": receivers.sick,
        "s to a healthy one, p50": cuts[49],
        "s to a healthy one, p95": cuts[94],
        "s to a healthy one, max": max(waits),
    }


def _kinds(webhooks: int) -> list[str]:
    return [KINDS[number % len(KINDS)] for number in range(webhooks)]


def _register(engine: Engine, webhooks: int, port: int) -> None:
    key, seal, now = uuid4(), Seal(KEY), dt.datetime.now(dt.UTC)
    rows = [
        EndpointRow(
            id=uuid4(),
            owner="bench",
            key_id=key,
            exact=True,
            url=f"http://127.0.0.1:{port}/{kind}/{number}",
            events=["offer"],
            secret=seal.close(new_secret()),
            position=0,
            created_at=now,
        ).model_dump()
        for number, kind in enumerate(_kinds(webhooks))
    ]
    staff = KeyRow(id=key, sha256=key.hex, role="staff", created_at=now)
    with engine.begin() as connection:
        connection.execute(insert(KeyRow).values(**staff.model_dump()))
        connection.execute(insert(EndpointRow), rows)


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--webhooks", type=int, default=100)
    parser.add_argument("--seconds", type=int, default=10)
    chosen = parser.parse_args()
    for figure, value in run(chosen.webhooks, chosen.seconds).items():
        print(f"{figure:32} {value:10,.3f}")


if __name__ == "__main__":
    main()
