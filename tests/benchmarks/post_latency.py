"""Latency of posting an offer at catalog's own door, beside a bare FastAPI application with one INSERT.

    python tests/benchmarks/post_latency.py --seconds 20 --rate 50

Both are processes on the same database, called at a steady rate (open loop: a slow answer does not slow the next
post) in turns of a second, so that whatever else the machine does meets both. Catalog's post authenticates, judges
every field, takes its place in the posting order, stores the order and its record in the outbox, and commits.
"""

from __future__ import annotations

import argparse
import datetime as dt
import random
import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import httpx
from catalog_stack import catalog_stack
from sqlalchemy import text

BARE = Path(__file__).with_name("bare_posts.py")
PARTIES = 200
"""One party's posts wait for each other, for its quota; so many parties post."""


def run(seconds: int = 20, rate: int = 50) -> dict[str, float]:
    """Milliseconds of both at `rate` posts a second, for `seconds` each."""
    with catalog_stack() as stack:
        with stack.engine.begin() as connection:
            connection.execute(
                text("CREATE TABLE bare_posts (id bigserial PRIMARY KEY, body jsonb NOT NULL)")
            )
        urls = {"catalog": stack.start("api"), "bare": stack.start("bare", str(BARE))}
        found: dict[str, list[float]] = {"catalog": [], "bare": []}
        with ThreadPoolExecutor(16) as pool:
            clients = {
                name: httpx.Client(base_url=url, headers=stack.headers, timeout=30, trust_env=False)
                for name, url in urls.items()
            }
            parties = list(pool.map(partial(_party, clients["catalog"]), range(PARTIES)))
            for client in clients.values():
                list(pool.map(partial(_post, client), parties))
            before = stack.processor_seconds()
            for second in range(2 * seconds):
                name = ("catalog", "bare")[second % 2]
                found[name] += _second(pool, clients[name], parties, rate)
            used = {name: spent - before[name] for name, spent in stack.processor_seconds().items()}
            for client in clients.values():
                client.close()
    figures: dict[str, float] = {"rate_per_s": float(rate)}
    for name, latencies in found.items():
        cuts = statistics.quantiles(latencies, n=100, method="inclusive")
        figures |= {f"{name}_p50_ms": cuts[49], f"{name}_p99_ms": cuts[98]}
        figures[f"{name}_processor_ms"] = used["api" if name == "catalog" else name] / len(latencies) * 1000
    return figures | {
        f"ratio_{cut}": figures[f"catalog_{cut}_ms"] / figures[f"bare_{cut}_ms"] for cut in ("p50", "p99")
    }


def _party(client: httpx.Client, number: int) -> str:
    body = {"row_key": f"p{number}", "name": "合作社", "kind": "producer"}
    return str(client.post("/parties", json=body).raise_for_status().json()["id"])


def _second(pool: ThreadPoolExecutor, client: httpx.Client, parties: list[str], rate: int) -> list[float]:
    """The latencies of a second of posts, in milliseconds, each from when it was due."""
    begun = time.monotonic()
    waiting = []
    for number in range(rate):
        due = begun + number / rate
        time.sleep(max(0.0, due - time.monotonic()))
        waiting.append(pool.submit(_timed, client, random.choice(parties), due))
    return [each.result() for each in waiting]


def _timed(client: httpx.Client, party: str, due: float) -> float:
    _post(client, party)
    return (time.monotonic() - due) * 1000


def _post(client: httpx.Client, party: str) -> None:
    today = dt.date.today()  # noqa: DTZ011 - a window that lies ahead, wherever it runs
    body = {
        "product": "potato", "grade": 4, "quantity": 30, "unit": "t", "min_lot": 2, "ask_price": 1800,
        "county": "520526", "available_from": str(today), "available_to": str(today + dt.timedelta(days=60)),
    }  # fmt: skip
    headers = {"X-Party-Id": party, "X-Role": "producer"}
    client.post("/orders/offers", json=body, headers=headers).raise_for_status()


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=20)
    parser.add_argument("--rate", type=int, default=50)
    arguments = parser.parse_args()
    figures = run(arguments.seconds, arguments.rate)
    print("  ".join(f"{name} {value:.2f}" for name, value in figures.items()))


if __name__ == "__main__":
    main()
