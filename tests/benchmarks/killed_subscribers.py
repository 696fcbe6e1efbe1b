"""Subscribers of a feed that are killed (SIGKILL) at random points, by poll and by stream, while orders change under them.

    python tests/benchmarks/killed_subscribers.py --minutes 10

Each keeps its place and its items in one file, written whole. In the end each file must be exactly what the server lists.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import httpx
from duijie_gateway.decoding import Event
from duijie_gateway.projection import Projection
from duijie_shared.events.orders import OrderSnapshot
from feed_reading import FEED, an_offer, gateway_api, now

ORDERS = 200
WAYS = ("poll", "stream")
FILTER = {"subjects": ["offer"], "county": "530000", "min_quantity": 5000}


def run(minutes: float = 1.0, seed: int = 1) -> dict[str, float]:
    """Kills, changes, and whether each way ended with the server's state (1 or 0)."""
    chance = random.Random(seed)
    with gateway_api() as (url, engine, key), tempfile.TemporaryDirectory() as directory:
        headers = {"Authorization": f"Bearer {key}"}
        with httpx.Client(base_url=url, headers=headers, timeout=60, trust_env=False) as client:
            feed = client.post("/v1/feeds", json=FEED | {"filter": FILTER, "start": "all"}).json()["id"]
            stop, written = threading.Event(), [0]
            writer = threading.Thread(target=_write, args=(Projection(engine), stop, written, seed))
            writer.start()
            files = {way: Path(directory) / way for way in WAYS}
            kills = _kill(url, key, feed, files, chance, minutes * 60)
            stop.set()
            writer.join()
            found = {way: _caught_up(url, key, feed, way, file, client) for way, file in files.items()}
            listed = _listed(client)
        same = {f"{way}_same": float(items == listed) for way, items in found.items()}
        return {"kills": float(kills), "changes": float(written[0]), "held": float(len(listed)), **same}


def _write(projection: Projection, stop: threading.Event, written: list[int], seed: int) -> None:
    chance = random.Random(seed)
    versions = dict.fromkeys(range(ORDERS), 0)
    offset = 0
    while not stop.wait(0.02):
        name = chance.randrange(ORDERS)
        versions[name] += 1
        order = an_offer(name).body
        assert isinstance(order, OrderSnapshot)
        changed = order.model_copy(
            update={
                "version": versions[name],
                "county": chance.choice(["532523", "532522", "310115"]),
                "status": chance.choice(["open", "open", "open", "withdrawn"]),
                "remaining": chance.choice([4_999_999, 5_000_000, 9_000_000]),
            }
        )
        event = Event("orders-v1", 0, offset, uuid5(NAMESPACE_URL, f"bench/{name}"), changed, now())
        written[0] += projection.apply([event], {}, now=now())
        offset += 1


def _kill(
    url: str, key: str, feed: str, files: dict[str, Path], chance: random.Random, seconds: float
) -> int:
    running = {way: _start(url, key, feed, way, file) for way, file in files.items()}
    kills, end = 0, time.monotonic() + seconds
    while time.monotonic() < end:
        time.sleep(chance.uniform(0.3, 3.0))
        way = chance.choice(WAYS)
        running[way].kill()
        running[way].wait()
        kills += 1
        running[way] = _start(url, key, feed, way, files[way])
    for process in running.values():
        process.kill()
        process.wait()
    return kills


def _start(url: str, key: str, feed: str, way: str, file: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, __file__, "--subscribe", way, url, key, feed, str(file)])


def _caught_up(url: str, key: str, feed: str, way: str, file: Path, client: httpx.Client) -> dict[str, Any]:
    """What a way holds once there is nothing more behind its place."""
    process = _start(url, key, feed, way, file)
    try:
        for _ in range(600):
            place, held = _load(file)
            page = client.get(f"/v1/feeds/{feed}/items", params={"after": place}).json()
            if not page["items"] and not page["more"]:
                return held
            time.sleep(0.1)
        raise RuntimeError(f"{way} did not catch up")
    finally:
        process.kill()
        process.wait()


def _listed(client: httpx.Client) -> dict[str, Any]:
    found: dict[str, Any] = {}
    query: dict[str, Any] = {"side": "offer", "county": "530000", "min_quantity": 5000, "limit": 200}
    while True:
        page = client.get("/v1/listings", params=query).json()
        found |= {item["id"]: item for item in page["items"]}
        if page["next"] is None:
            return found
        query["cursor"] = page["next"]


def subscribe(way: str, url: str, key: str, feed: str, file: Path) -> None:
    """Read for ever, keeping what is heard."""
    headers = {"Authorization": f"Bearer {key}"}
    with httpx.Client(base_url=url, headers=headers, timeout=60, trust_env=False) as client:
        while True:
            place, held = _load(file)
            if way == "poll":
                answer = client.get(f"/v1/feeds/{feed}/items", params={"after": place, "limit": 7})
                if answer.status_code == 200:
                    page = answer.json()
                    _store(file, page["next"], _folded(held, page["items"]))
                    time.sleep(0 if page["more"] else 0.05)
                continue
            with client.stream(
                "GET", f"/v1/feeds/{feed}/stream", headers={"Last-Event-ID": str(place)}
            ) as stream:
                for line in stream.iter_lines():
                    if line.startswith('data: {"sequence"'):
                        told = json.loads(line[6:])
                        assert told["sequence"] > place, "told twice"
                        place = told["sequence"]
                        _store(file, place, _folded(held, [told]))


def _folded(held: dict[str, Any], told: list[dict[str, Any]]) -> dict[str, Any]:
    for change in told:
        if change["state"] == "present":
            held[change["id"]] = change["item"]
        else:
            held.pop(change["id"], None)
    return held


def _load(file: Path) -> tuple[int, dict[str, Any]]:
    if not file.exists():
        return 0, {}
    kept = json.loads(file.read_text("utf-8"))
    return kept["place"], kept["held"]


def _store(file: Path, place: int, held: dict[str, Any]) -> None:
    new = file.with_suffix(".new")
    new.write_text(json.dumps({"place": place, "held": held}), "utf-8")
    new.replace(file)


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=1.0)
    parser.add_argument("--subscribe", nargs=5, metavar=("WAY", "URL", "KEY", "FEED", "FILE"))
    arguments = parser.parse_args()
    if arguments.subscribe:
        way, url, key, feed, file = arguments.subscribe
        subscribe(way, url, key, feed, Path(file))
    for name, value in run(arguments.minutes).items():
        print(f"{name:>14} {value:.0f}")


if __name__ == "__main__":
    main()
