"""Latency of posting an offer at catalog's own door, beside a bare FastAPI application with one INSERT.

    python tests/benchmarks/post_latency.py --seconds 20 --rate 50

Both are processes on the same database, called at a steady rate (open loop: a slow answer does not slow the next
post) in turns of a second, so that whatever else the machine does meets both. Catalog's post authenticates, judges
every field, takes its place in the posting order, stores the order and its record in the outbox, and commits.
"""

from __future__ import annotations

import argparse
import datetime as dt
import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
from catalog_stack import catalog_stack
from sqlalchemy import text

BARE = Path(__file__).with_name("bare_posts.py")
WARM_UP = 200


def run(seconds: int = 20, rate: int = 50) -> dict[str, float]:
    """Milliseconds of both at `rate` posts a second, for `seconds` each."""
    with catalog_stack() as stack:
        with stack.engine.begin() as connection:
            connection.execute(
                text("CREATE TABLE bare_posts (id bigserial PRIMARY KEY, body jsonb NOT NULL)")
            )
        urls = {"catalog": stack.start("api"), "bare": stack.start("bare", str(BARE))}
        party = {"row_key": "p1", "name": "合作社", "kind": "producer"}
        with httpx.Client(base_url=urls["catalog"], headers=stack.headers) as client:
            made = client.post("/parties", json=party).raise_for_status().json()
        headers = stack.headers | {"X-Party-Id": made["id"], "X-Role": "producer"}
        found: dict[str, list[float]] = {"catalog": [], "bare": []}
        with ThreadPoolExecutor(16) as pool:
            clients = {
                name: httpx.Client(base_url=url, headers=headers, timeout=30, trust_env=False)
                for name, url in urls.items()
            }
            for client in clients.values():
                list(pool.map(lambda _, client=client: _post(client), range(WARM_UP)))
            for second in range(2 * seconds):
                name = ("catalog", "bare")[second % 2]
                found[name] += _second(pool, clients[name], rate)
            for client in clients.values():
                client.close()
    figures: dict[str, float] = {"rate_per_s": float(rate)}
    for name, latencies in found.items():
        cuts = statistics.quantiles(latencies, n=100, method="inclusive")
        figures |= {f"{name}_p50_ms": cuts[49], f"{name}_p99_ms": cuts[98]}
    return figures | {
        f"ratio_{cut}": figures[f"catalog_{cut}_ms"] / figures[f"bare_{cut}_ms"] for cut in ("p50", "p99")
    }


def _second(pool: ThreadPoolExecutor, client: httpx.Client, rate: int) -> list[float]:
    """The latencies of a second of posts, in milliseconds, each from when it was due."""
    begun = time.monotonic()
    waiting = []
    for number in range(rate):
        due = begun + number / rate
        time.sleep(max(0.0, due - time.monotonic()))
        waiting.append(pool.submit(_timed, client, due))
    return [each.result() for each in waiting]


def _timed(client: httpx.Client, due: float) -> float:
    _post(client)
    return (time.monotonic() - due) * 1000


def _post(client: httpx.Client) -> None:
    today = dt.date.today()  # noqa: DTZ011 - a window that lies ahead, wherever it runs
    body = {
        "product": "potato", "grade": 4, "quantity": 30, "unit": "t", "min_lot": 2, "ask_price": 1800,
        "county": "520526", "available_from": str(today), "available_to": str(today + dt.timedelta(days=60)),
    }  # fmt: skip
    client.post("/orders/offers", json=body).raise_for_status()


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
