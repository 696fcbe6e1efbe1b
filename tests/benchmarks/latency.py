"""Post-to-SSE latency: from the moment an offer is posted until its match is on a reader's stream.

    python tests/benchmarks/latency.py --seconds 20 --rate 10

Starts a stack of its own, posts demands, then offers at a steady rate (open loop: a slow answer does not slow
the next post), and reads `GET /v1/matches/stream` as staff. Prints p50, p99 and the share that arrived.
"""

from __future__ import annotations

import argparse
import contextlib
import datetime as dt
import json
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx

DUIJIE = Path(sys.executable).with_name("duijie")
PRODUCTS = ("potato", "garlic", "walnut", "tomato", "onion")
DEADLINE_S = 20.0


def duijie(*arguments: str) -> str:
    """What a `duijie` command prints."""
    return subprocess.run([DUIJIE, *arguments], check=True, stdout=subprocess.PIPE, text=True).stdout.strip()


def run(seconds: int = 20, rate: int = 10) -> dict[str, float]:
    """Latency in milliseconds at `rate` offers a second for `seconds`, on a stack of its own."""
    with tempfile.TemporaryDirectory(prefix="duijie-bench-") as directory:
        started = duijie("up", "--detach", "--json", "--data-dir", directory)
        gateway = json.loads(started.splitlines()[-1])["gateway"]
        try:
            return _measure(gateway, directory, seconds, rate)
        finally:
            duijie("down", "--data-dir", directory)


def _measure(gateway: str, directory: str, seconds: int, rate: int) -> dict[str, float]:
    parties = Path(directory) / "parties.csv"
    parties.write_text("row_key,name,kind\np1,合作社一,producer\nb1,电商一,buyer\n", encoding="utf-8")
    duijie("import", str(parties), "--kind", "parties", "--data-dir", directory)
    keys = {
        role: duijie("keys", "create", "--role", role, *party, "--data-dir", directory)
        for role, party in {"producer": ("--party", "p1"), "buyer": ("--party", "b1"), "staff": ()}.items()
    }
    today = dt.datetime.now(ZoneInfo("Asia/Shanghai")).date()
    window = (today.isoformat(), (today + dt.timedelta(days=60)).isoformat())
    with httpx.Client(base_url=gateway, timeout=30) as client:
        for product in PRODUCTS:
            _post(client, keys["buyer"], "demands", _demand(product, window))
        seen: dict[str, float] = {}
        listening, stop = threading.Event(), threading.Event()
        listener = threading.Thread(
            target=_listen, args=(gateway, keys["staff"], seen, listening, stop), daemon=True
        )
        listener.start()
        listening.wait(10)
        posted: dict[str, float] = {}

        def post(number: int) -> None:
            begun = time.monotonic()
            order = _post(
                client, keys["producer"], "offers", _offer(PRODUCTS[number % len(PRODUCTS)], window)
            )
            posted[order["id"]] = begun

        with ThreadPoolExecutor(32) as pool:
            begun = time.monotonic()
            for number in range(seconds * rate):
                time.sleep(max(0.0, begun + number / rate - time.monotonic()))
                pool.submit(post, number)
        deadline = time.monotonic() + DEADLINE_S
        while time.monotonic() < deadline and not posted.keys() <= seen.keys():
            time.sleep(0.05)
        stop.set()
    latencies = sorted((seen[order] - at) * 1000 for order, at in posted.items() if order in seen)
    cuts = statistics.quantiles(latencies, n=100, method="inclusive")
    return {
        "rate_per_s": float(rate),
        "posted": float(len(posted)),
        "arrived": float(len(latencies)),
        "p50_ms": cuts[49],
        "p99_ms": cuts[98],
    }


def _listen(
    gateway: str, key: str, seen: dict[str, float], listening: threading.Event, stop: threading.Event
) -> None:
    headers = {"Authorization": f"Bearer {key}", "Accept": "text/event-stream"}
    with (
        contextlib.suppress(httpx.RemoteProtocolError),  # the stack is ended with the stream still open
        httpx.stream("GET", f"{gateway}/v1/matches/stream", headers=headers, timeout=60) as response,
    ):
        response.raise_for_status()
        listening.set()
        for line in response.iter_lines():
            if stop.is_set():
                return
            if line.startswith("data:"):
                item = json.loads(line[5:])
                if item.get("status") == "proposed":
                    seen.setdefault(item["offer"], time.monotonic())


def _post(client: httpx.Client, key: str, kind: str, body: dict[str, object]) -> dict[str, str]:
    response = client.post(f"/v1/{kind}", json=body, headers={"Authorization": f"Bearer {key}"})
    response.raise_for_status()
    order: dict[str, str] = response.json()
    return order


def _demand(product: str, window: tuple[str, str]) -> dict[str, object]:
    return {
        "product": product, "min_grade": 1, "quantity": 900_000, "unit": "t", "bid_price": 90_000,
        "county": "310115", "needed_from": window[0], "needed_to": window[1],
    }  # fmt: skip


def _offer(product: str, window: tuple[str, str]) -> dict[str, object]:
    return {
        "product": product, "grade": 4, "quantity": 10, "unit": "t", "ask_price": 1800,
        "county": "520526", "available_from": window[0], "available_to": window[1],
    }  # fmt: skip


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=20)
    parser.add_argument("--rate", type=int, default=10)
    arguments = parser.parse_args()
    figures = run(arguments.seconds, arguments.rate)
    print("  ".join(f"{name} {value:.1f}" for name, value in figures.items()))


if __name__ == "__main__":
    main()
