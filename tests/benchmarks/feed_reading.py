"""Saved feeds: a poll of 1,000 items beside the query alone, and 500 streams that get 20 events a second each.

    python tests/benchmarks/feed_reading.py --clients 500 --seconds 10

Starts a database and the gateway's API as a process of its own; changes are written as the projector writes them.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import datetime as dt
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from uuid import NAMESPACE_URL, uuid4, uuid5

import httpx
import psycopg
from duijie_gateway.decoding import Event
from duijie_gateway.domain.keys import digest, new_key
from duijie_gateway.migrate import migrate
from duijie_gateway.projection import Projection
from duijie_local.embedded.ports import LOOPBACK, free_ports
from duijie_local.embedded.postgres import (
    ensure_database,
    postgres_program,
    remove_socket_folder,
    server_url,
    socket_folder,
)
from duijie_local.processes.child import Child
from duijie_shared.events.orders import OrderSnapshot
from sqlalchemy import Engine, create_engine

ITEMS = 1_000
TURNS = 15
EVENTS_PER_S = 20
COMING = 10
"""Streams that are opened at a time: a crowd at once is told to come back, since requests wait two seconds at most."""


def run(clients: int = 500, seconds: int = 10) -> dict[str, float]:
    """Milliseconds of a poll and of the query alone; events that clients got a second, and how late."""
    with gateway_api() as (url, engine, key):
        projection = Projection(engine)
        for start in range(0, ITEMS, 200):
            projection.apply([an_offer(number) for number in range(start, start + 200)], {}, now=now())
        poll = _polls(url, engine, key)
        return poll | asyncio.run(_streams(url, projection, key, clients, seconds))


def _polls(url: str, engine: Engine, key: str) -> dict[str, float]:
    headers = {"Authorization": f"Bearer {key}"}
    query = (
        "SELECT sequence, subject, subject_id, recorded_at, before, after, parties, counties, body FROM changes "
        "WHERE sequence > 0 AND sequence <= %s AND subject IN ('offer') ORDER BY sequence LIMIT 1000"
    )
    with httpx.Client(base_url=url, headers=headers, timeout=60, trust_env=False) as client:
        path = f"/v1/feeds/{_keep(client)}/items?after=0&limit={ITEMS}"
        conninfo = engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(conninfo, autocommit=True) as connection:
            polls, queries = [], []
            for _ in range(TURNS):
                begun = time.perf_counter()
                assert client.get(path).content.count(b'"state":') == ITEMS
                polls.append(time.perf_counter() - begun)
                begun = time.perf_counter()
                assert len(connection.execute(query, (ITEMS,)).fetchall()) == ITEMS
                queries.append(time.perf_counter() - begun)
    poll, alone = statistics.median(polls) * 1000, statistics.median(queries) * 1000
    return {"poll_ms": poll, "query_ms": alone, "ratio": poll / alone}


async def _streams(
    url: str, projection: Projection, key: str, clients: int, seconds: int
) -> dict[str, float]:
    async with httpx.AsyncClient(base_url=url, headers={"Authorization": f"Bearer {key}"}) as client:
        answer = await client.post("/v1/feeds", json=FEED | {"start": "now"})
        feed = answer.json()["id"]
    heard: list[list[float]] = [[] for _ in range(clients)]
    ready, opened = asyncio.Semaphore(0), 0
    host, port = url.removeprefix("http://").split(":")
    readers: list[asyncio.Task[None]] = []
    for each in heard:
        path = f"/v1/feeds/{feed}/stream"
        readers.append(asyncio.create_task(_listen(host, int(port), path, key, each, ready)))
        if len(readers) % COMING == 0 or len(readers) == clients:
            for _ in range(len(readers) - opened):
                await asyncio.wait_for(ready.acquire(), 60)
            opened = len(readers)
    wanted = seconds * EVENTS_PER_S
    written: list[float] = []
    begun = time.monotonic()
    for number in range(wanted):
        await asyncio.sleep(max(0.0, begun + number / EVENTS_PER_S - time.monotonic()))
        written.append(time.monotonic())
        await asyncio.to_thread(projection.apply, [an_offer(ITEMS + number)], {}, now=now())
    for _ in range(200):
        if all(len(each) >= wanted for each in heard):
            break
        await asyncio.sleep(0.1)
    for reader in readers:
        reader.cancel()
    await asyncio.gather(*readers, return_exceptions=True)
    late = sorted((at - put) * 1000 for each in heard for at, put in zip(each, written, strict=False))
    cuts = statistics.quantiles(late, n=100, method="inclusive")
    return {
        "clients": float(clients),
        "events_each": min(map(len, heard)) / seconds,
        "late_p50_ms": cuts[49],
        "late_p99_ms": cuts[98],
    }


async def _listen(
    host: str, port: int, path: str, key: str, heard: list[float], ready: asyncio.Semaphore
) -> None:
    reader, writer = await asyncio.open_connection(host, port)
    request = f"GET {path} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {key}\r\n\r\n"
    writer.write(request.encode())
    try:
        while line := await reader.readline():
            if line.startswith(b"retry:"):
                ready.release()
            elif line.startswith(b"data:"):
                heard.append(time.monotonic())
    finally:
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()


FEED = {"name": "bench", "filter": {"subjects": ["offer"]}, "stream": True}


def _keep(client: httpx.Client) -> str:
    answer = client.post("/v1/feeds", json=FEED)
    answer.raise_for_status()
    return str(answer.json()["id"])


def an_offer(number: int) -> Event:
    """The first record of an offer."""
    order = OrderSnapshot(
        order_id=uuid5(NAMESPACE_URL, f"bench/{number}"), version=1, side="offer", status="open", sequence=number,
        party_id=uuid5(NAMESPACE_URL, "bench"), market="potato", product="potato", grade=4, quantity=30_000_000,
        remaining=30_000_000, min_lot=0, price=1_600_000, shows_price=True, county="532523",
        designations=("cn-832",), latitude_e7=230_000_000, longitude_e7=1_030_000_000,
        window_from=dt.date(2090, 1, 10), window_to=dt.date(2090, 3, 31),
    )  # fmt: skip
    return Event("orders-v1", 0, number, order.order_id, order, now())


def now() -> dt.datetime:
    """The system's clock."""
    return dt.datetime.now(dt.UTC)


@contextmanager
def gateway_api() -> Iterator[tuple[str, Engine, str]]:
    """The API's address, an engine on its database, and a staff key."""
    with tempfile.TemporaryDirectory(prefix="duijie-bench-") as directory, ExitStack() as ended:
        folder = Path(directory)
        sockets = socket_folder(folder / "run")
        ended.callback(remove_socket_folder, sockets)
        postgres = Child(
            postgres_program(folder / "postgres", sockets), stack=f"bench-{uuid4()}", log=folder / "db"
        )
        postgres.start()
        ended.callback(lambda: postgres.finish(time.monotonic() + 20))
        ended.callback(postgres.interrupt)
        _wait_until(postgres.is_ready)
        ensure_database(server_url(sockets), "gateway")
        database = (
            server_url(sockets)
            .replace("postgresql://", "postgresql+psycopg://")
            .replace("/postgres?", "/gateway?")
        )
        engine = create_engine(database)
        ended.callback(engine.dispose)
        key = new_key()
        migrate(engine, bootstrap_admin_key_sha256=digest(key), now=now())
        (port,) = free_ports(1)
        settings = {
            "DUIJIE_DATABASE_URL": database, "DUIJIE_CATALOG_URL": "http://127.0.0.1:9",
            "DUIJIE_INTERNAL_TOKEN": "an internal token of some length", "DUIJIE_PORT": str(port),
            "DUIJIE_SESSION_SECRET": "a session secret of some length", "DUIJIE_LOG_LEVEL": "WARNING",
            "DUIJIE_WEBHOOK_KEY": "a webhook key of some length", "DUIJIE_KEY_REQUESTS_PER_SECOND": "10000",
            "DUIJIE_ADDRESS_REQUESTS_PER_SECOND": "100000",
        }  # fmt: skip
        api = subprocess.Popen(
            [sys.executable, "-m", "duijie_gateway", "api"],
            env={**os.environ, **settings},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        ended.callback(api.wait, 20)
        ended.callback(api.terminate)
        url = f"http://{LOOPBACK}:{port}"
        _wait_until(lambda: _answers(url))
        yield url, engine, key


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/readyz", trust_env=False).status_code == 200
    except httpx.HTTPError:
        return False


def _wait_until(condition: object, seconds: float = 60.0) -> None:
    assert callable(condition)
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise RuntimeError("it did not become ready")
        time.sleep(0.05)


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clients", type=int, default=500)
    parser.add_argument("--seconds", type=int, default=10)
    arguments = parser.parse_args()
    for name, value in run(arguments.clients, arguments.seconds).items():
        print(f"{name:>14} {value:.1f}")


if __name__ == "__main__":
    main()
