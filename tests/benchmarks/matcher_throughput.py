"""Order events a second through the real matcher, beside a bare Faust agent that only reads the same records.

    python tests/benchmarks/matcher_throughput.py --orders 20000 --markets 12

Starts a broker of its own and a matcher that waits on empty topics; then all orders go onto `orders-v1` at
once. The matcher's time runs from the first order on the topic until its lag is 0, so it includes matching,
explaining, publishing and every acknowledgement. The bare agent reads the same topic afterwards, alone.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import psutil
from duijie_local.embedded.jars import ensure_jars
from duijie_local.embedded.kafka import kafka_program
from duijie_local.embedded.ports import LOOPBACK, free_ports
from duijie_local.processes.child import Child
from duijie_shared.events.base import Contract
from duijie_shared.events.codec import encode, new_envelope
from duijie_shared.events.orders import OrderSnapshot
from duijie_shared.events.policy import Policy
from duijie_shared.events.topics import partition_for
from duijie_shared.kafka.admin import ensure_topics
from duijie_shared.kafka.producer import KafkaPublisher
from duijie_shared.taxonomy import taxonomy

SEED = 832
DEADLINE_S = 600.0
OFFERS_PER_DEMAND = 5

BARE_AGENT = """
import sys, time, faust
app = faust.App("bare", broker="kafka://" + sys.argv[1], store="memory://", web_enabled=False, datadir=sys.argv[3],
                topic_disable_leader=True, topic_allow_declare=False, stream_wait_empty=False)
total = int(sys.argv[2])
@app.agent(app.topic("orders-v1", key_serializer="raw", value_serializer="raw"))
async def read(stream):
    seen = 0
    async for _ in stream.events():
        if not seen:
            begun, used = time.monotonic(), time.process_time()
        seen += 1
        if seen == total:
            print("seconds", time.monotonic() - begun, time.process_time() - used, flush=True)
faust.Worker(app, loglevel="ERROR", quiet=True, redirect_stdouts=False).execute_from_commandline()
"""


def run(orders: int = 20_000, markets: int = 12) -> dict[str, float]:
    """Events a second of both and their ratio, for `orders` orders over `markets` markets."""
    with tempfile.TemporaryDirectory(prefix="duijie-bench-") as directory:
        folder = Path(directory)
        with _broker(folder) as bootstrap:
            publisher = KafkaPublisher(bootstrap, client_id="bench")
            records = [_record(order) for order in _orders(orders, markets)]
            matcher, said = _matcher(bootstrap, folder, publisher, records)
            bare = _bare(bootstrap, folder, orders)
            publisher.close()
    return {
        "orders": float(orders),
        "markets": float(markets),
        "matches": said["matches"],
        "clearings": said["clearings"],
        "records_published": said["published"],
        "matcher_events_per_s": orders / matcher.seconds,
        "bare_agent_events_per_s": orders / bare.seconds,
        "ratio": bare.seconds / matcher.seconds,
        "matcher_cpu_s": matcher.cpu,
        "bare_agent_cpu_s": bare.cpu,
    }


@dataclass(frozen=True)
class Cost:
    """Seconds by the clock, and of processor time with all children: the latter tells more on a busy machine."""

    seconds: float
    cpu: float


Wire = tuple[bytes, bytes, list[tuple[str, bytes]], int]


def _matcher(
    bootstrap: str, folder: Path, publisher: KafkaPublisher, records: list[Wire]
) -> tuple[Cost, dict[str, float]]:
    """What it takes from the first order on the topic until lag 0, and what was done for it."""
    policy, headers = _encoded(Policy(), "duijie.policy.v1", "policy")
    publisher.publish("policy-v1", b"policy", policy, headers, 0)
    publisher.flush()
    (port,) = free_ports(1)
    environment = os.environ | {
        "DUIJIE_KAFKA": bootstrap,
        "DUIJIE_PORT": str(port),
        "DUIJIE_INSTANCE": "bench",
        "DUIJIE_DATA_DIR": str(folder / "matcher"),
        "DUIJIE_LOG_LEVEL": "WARNING",
    }
    with (folder / "matcher.log").open("wb") as log:
        process = subprocess.Popen(
            (sys.executable, "-m", "duijie_matcher", "run"), env=environment, stdout=log, stderr=log
        )
    try:
        _until(process, folder, port, lambda status: bool(status["ready"]))
        begun, used = time.monotonic(), _cpu(process.pid)
        for key, value, headers, partition in records:
            publisher.publish("orders-v1", key, value, headers, partition)
        publisher.flush()
        status = _until(process, folder, port, lambda status: status["lag"] == status["dirty_markets"] == 0)
        cost = Cost(time.monotonic() - begun, _cpu(process.pid) - used)
        return cost, {"matches": float(str(status["matches"])), **_counted(port)}
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def _counted(port: int) -> dict[str, float]:
    with urllib.request.urlopen(f"http://{LOOPBACK}:{port}/metrics", timeout=5) as answer:
        lines = answer.read().decode().splitlines()
    totals = {"clearings": 0.0, "published": 0.0}
    for line in lines:
        name, _, value = line.rpartition(" ")
        for counter in totals:
            if name.startswith(f"duijie_matcher_{counter}_total"):
                totals[counter] += float(value)
    return totals


def _cpu(pid: int) -> float:
    root = psutil.Process(pid)
    times = [process.cpu_times() for process in (root, *root.children(recursive=True))]
    return sum(each.user + each.system for each in times)


def _bare(bootstrap: str, folder: Path, orders: int) -> Cost:
    """What it takes from the first record to the last in an agent that does nothing."""
    script = folder / "bare.py"
    script.write_text(BARE_AGENT, encoding="utf-8")
    process = subprocess.Popen(
        (sys.executable, str(script), bootstrap, str(orders), str(folder / "bare")),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert process.stdout is not None
        for line in process.stdout:
            _, found, seconds = line.partition("seconds ")  # Faust's spinner writes on the same line
            if found:
                return Cost(*map(float, seconds.split()))
        raise RuntimeError("the bare agent ended early")
    finally:
        process.kill()
        process.wait()


def _until(
    process: subprocess.Popen[bytes],
    folder: Path,
    port: int,
    holds: Callable[[dict[str, object]], bool],
) -> dict[str, object]:
    deadline = time.monotonic() + DEADLINE_S
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError((folder / "matcher.log").read_text("utf-8")[-4000:])
        try:
            with urllib.request.urlopen(f"http://{LOOPBACK}:{port}/readyz", timeout=5) as answer:
                status: dict[str, object] = json.load(answer)
            if holds(status):
                return status
        except OSError:
            pass  # not up yet, or busy
        time.sleep(0.02)
    raise TimeoutError("the matcher did not come to rest")


@contextmanager
def _broker(folder: Path) -> Iterator[str]:
    port, controller_port = free_ports(2)
    program = kafka_program(folder / "kafka", ensure_jars(), port, controller_port)
    child = Child(program, stack=f"bench-{port}", log=folder / "kafka.log")
    child.start()
    try:
        while not program.ready():
            time.sleep(0.05)
        ensure_topics(f"{LOOPBACK}:{port}")
        yield f"{LOOPBACK}:{port}"
    finally:
        child.interrupt()
        child.finish(time.monotonic() + 20)


def _orders(count: int, markets: int) -> Iterator[OrderSnapshot]:
    """Seeded offers and demands over China's extent, in turn over markets of different partitions."""
    draw = random.Random(SEED)
    families = sorted({product.family for product in taxonomy().products if product.dimension == "mass"})
    chosen = _spread(families, markets)
    for number in range(count):
        market = chosen[number % markets]
        demand = number // markets % (OFFERS_PER_DEMAND + 1) == 0
        quantity = draw.randrange(1, 50) * 1_000_000 * (OFFERS_PER_DEMAND if demand else 1)
        yield OrderSnapshot(
            order_id=UUID(int=draw.getrandbits(128), version=4),
            version=1,
            side="demand" if demand else "offer",
            status="open",
            sequence=number,
            party_id=UUID(int=draw.getrandbits(128), version=4),
            market=market,
            product=market,
            grade=draw.randrange(1, 4) if demand else draw.randrange(1, 6),
            quantity=quantity,
            remaining=quantity,
            min_lot=0,
            price=draw.randrange(3_000_000, 6_000_000) if demand else draw.randrange(1_000_000, 4_000_000),
            county=None,
            designations=("cn-832",) if draw.random() < 0.3 else (),
            latitude_e7=draw.randrange(220_000_000, 420_000_000),
            longitude_e7=draw.randrange(1_000_000_000, 1_210_000_000),
            window_from=dt.date(2026, 11, 1),
            window_to=dt.date(2026, 12, 31),
        )


def _spread(families: list[str], markets: int) -> list[str]:
    """Families from as many partitions as there are, a partition's second only after all firsts."""
    seen: dict[int, int] = {}
    rounds = []
    for family in families:
        partition = partition_for(family)
        seen[partition] = seen.get(partition, 0) + 1
        rounds.append((seen[partition], family))
    return [family for _, family in sorted(rounds)][:markets]


def _record(order: OrderSnapshot) -> Wire:
    value, headers = _encoded(order, "duijie.order.v1", str(order.order_id))
    return str(order.order_id).encode(), value, headers, partition_for(order.market)


def _encoded(body: Contract, type_: str, subject: str) -> tuple[bytes, list[tuple[str, bytes]]]:
    return encode(body, new_envelope("duijie/bench", type_, subject, dt.datetime.now(dt.UTC), "bench"))


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--orders", type=int, default=20_000)
    parser.add_argument("--markets", type=int, default=12)
    arguments = parser.parse_args()
    figures = run(arguments.orders, arguments.markets)
    print("  ".join(f"{name} {value:,.2f}" for name, value in figures.items()))


if __name__ == "__main__":
    main()
