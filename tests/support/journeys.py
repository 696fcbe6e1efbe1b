"""What the journeys share: today's dates, a small seeded market on files, and the live set as a reader sees it."""

from __future__ import annotations

import csv
import datetime as dt
import json
import random
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx

COUNTIES = (
    "520526",
    "370783",
    "371728",
    "622927",
    "411523",
    "320981",
    "533103",
    "430822",
    "513433",
    "610822",
)
CITIES = ("310115", "110105", "440106", "330106", "420111")
PRODUCTS = {"potato": 1.8, "garlic": 4.0, "walnut": 17.0, "tomato": 3.0, "onion": 1.6, "apple": 5.0}
"""Products with a farm-gate price of about the right size, CNY per kg."""


def day(offset: int) -> str:
    """The date `offset` days from today in China."""
    today = dt.datetime.now(ZoneInfo("Asia/Shanghai")).date()
    return (today + dt.timedelta(days=offset)).isoformat()


@dataclass
class Market:
    """Files of a small seeded market; row keys sort in file order, so that age means the same in both worlds."""

    parties: Path
    offers: Path
    demands: Path


def write_market(folder: Path, prefix: str, *, offers: int, demands: int, seed: int) -> Market:
    """Write the parties, offers and demands of a market whose row keys start with `prefix`."""
    draw = random.Random(seed)
    sellers = [f"{prefix}-s{number:02d}" for number in range(20)]
    buyers = [f"{prefix}-b{number:02d}" for number in range(8)]
    people: list[dict[str, object]] = [
        {"row_key": key, "name": f"合作社 {key}", "kind": "producer"} for key in sellers
    ]
    people += [{"row_key": key, "name": f"电商 {key}", "kind": "buyer"} for key in buyers]
    supply = [_offer(f"{prefix}-o{number:05d}", draw, sellers) for number in range(offers)]
    wanted = [_demand(f"{prefix}-d{number:05d}", draw, buyers) for number in range(demands)]
    return Market(
        _write(folder / f"{prefix}-parties.csv", people),
        _write(folder / f"{prefix}-offers.csv", supply),
        _write(folder / f"{prefix}-demands.csv", wanted),
    )


def _offer(row_key: str, draw: random.Random, sellers: list[str]) -> dict[str, object]:
    product = draw.choice(sorted(PRODUCTS))
    return {
        "row_key": row_key,
        "party": draw.choice(sellers),
        "product": product,
        "grade": draw.randint(1, 5),
        "quantity": draw.randint(1, 60) * 500,
        "unit": "kg",
        "min_lot": draw.choice(["", "", 500, 1000]),
        "ask_price": round(PRODUCTS[product] * draw.uniform(0.7, 1.2), 2),
        "county": draw.choice(COUNTIES),
        "available_from": day(draw.randint(0, 10)),
        "available_to": day(draw.randint(20, 60)),
    }


def _demand(row_key: str, draw: random.Random, buyers: list[str]) -> dict[str, object]:
    product = draw.choice(sorted(PRODUCTS))
    return {
        "row_key": row_key,
        "party": draw.choice(buyers),
        "product": product,
        "min_grade": draw.randint(1, 4),
        "quantity": draw.randint(5, 200) * 500,
        "unit": "kg",
        "bid_price": round(PRODUCTS[product] * draw.uniform(1.0, 1.7) + 1, 2),
        "county": draw.choice(CITIES),
        "needed_from": day(draw.randint(5, 15)),
        "needed_to": day(draw.randint(30, 70)),
    }


def _write(path: Path, rows: list[dict[str, object]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


@dataclass
class Stream:
    """What a reader of `GET /v1/matches/stream` has received so far."""

    items: list[dict[str, Any]] = field(default_factory=list)
    ids: list[int] = field(default_factory=list)
    arrived: threading.Condition = field(default_factory=threading.Condition)

    def wait_for(self, wanted: Callable[[dict[str, Any]], bool], seconds: float = 30.0) -> dict[str, Any]:
        """The first item that is wanted, or a failure when none comes in time."""
        with self.arrived:
            found = self.arrived.wait_for(lambda: any(wanted(item) for item in self.items), seconds)
            assert found, f"no such item among {len(self.items)} on the stream"
            return next(item for item in self.items if wanted(item))


@contextmanager
def listening(gateway: str, key: str) -> Iterator[Stream]:
    """Read the match stream in the background; entered once the stream is open."""
    stream, opened = Stream(), threading.Event()
    headers = {"Authorization": f"Bearer {key}", "Accept": "text/event-stream"}
    client = httpx.Client(timeout=httpx.Timeout(10, read=120))

    def read() -> None:
        try:
            with client.stream("GET", f"{gateway}/v1/matches/stream", headers=headers) as response:
                assert response.status_code == 200, response.read()
                opened.set()
                for line in response.iter_lines():
                    with stream.arrived:
                        if line.startswith("id:"):
                            stream.ids.append(int(line[3:]))
                        elif line.startswith("data:"):
                            stream.items.append(json.loads(line[5:]))
                            stream.arrived.notify_all()
        except (httpx.TransportError, RuntimeError):
            if not closing.is_set():
                raise

    closing = threading.Event()
    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    assert opened.wait(15), "the stream did not open"
    try:
        yield stream
    finally:
        closing.set()
        client.close()
        reader.join(5)
