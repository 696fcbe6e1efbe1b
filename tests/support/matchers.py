"""A real matcher as a process over a real broker, and what it published as a reader sees it."""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections import defaultdict
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar

import psutil
from duijie_local.embedded.ports import LOOPBACK, free_ports
from duijie_matcher.domain import order_of
from duijie_matcher.matching import match_market
from duijie_shared.events.matches import MatchRecord
from duijie_shared.events.orders import OrderSnapshot
from duijie_shared.events.policy import Policy
from duijie_shared.kafka.consumer import KafkaReader
from duijie_shared.kafka.ports import Record
from duijie_shared.kafka.producer import KafkaPublisher

DEADLINE_S = 120.0
"""Far beyond what any step takes, for machines that are busy with something else."""

T = TypeVar("T")

Proposal = tuple[str, int, int, int, int, str]
"""Match id, versions of offer, demand and policy, quantity, kind."""


def eventually(probe: Callable[[], T], holds: Callable[[T], bool], what: str) -> T:
    """The first answer of `probe` for which `holds`; fails at the deadline."""
    deadline = time.monotonic() + DEADLINE_S
    while not holds(found := probe()):
        assert time.monotonic() < deadline, f"{what} never came: {found}"
        time.sleep(0.05)
    return found


class Matcher:
    """One worker; `instance` makes it a static member of `group`."""

    def __init__(
        self, bootstrap: str, folder: Path, *, group: str, instance: str, **environment: str
    ) -> None:
        self._environment = os.environ | {
            "DUIJIE_KAFKA": bootstrap,
            "DUIJIE_GROUP": group,
            "DUIJIE_INSTANCE": instance,
            "DUIJIE_DATA_DIR": str(folder / instance),
            **environment,
        }
        self.log = folder / f"{instance}.log"
        self.port = 0
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> Matcher:
        """Start it; returns at once."""
        (self.port,) = free_ports(1)
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                (sys.executable, "-m", "duijie_matcher", "run"),
                env=self._environment | {"DUIJIE_PORT": str(self.port)},
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        return self

    @property
    def process(self) -> subprocess.Popen[bytes]:
        """The running process."""
        assert self._process is not None
        return self._process

    def status(self) -> dict[str, Any]:
        """What `/readyz` says, ready or not; `{"ready": False}` while nothing answers."""
        connection = http.client.HTTPConnection(LOOPBACK, self.port, timeout=5)
        try:
            connection.request("GET", "/readyz")
            found: dict[str, Any] = json.load(connection.getresponse())
        except (OSError, http.client.HTTPException):
            assert self.process.poll() is None, self.log.read_text("utf-8")[-4000:]
            return {"ready": False}
        finally:
            connection.close()
        return found

    def metrics(self) -> str:
        """What `/metrics` says."""
        with urllib.request.urlopen(f"http://{LOOPBACK}:{self.port}/metrics", timeout=5) as answer:
            text: str = answer.read().decode()
            return text

    def until(self, holds: Callable[[dict[str, Any]], bool], what: str) -> dict[str, Any]:
        """Wait for a status."""
        return eventually(self.status, holds, what)

    def ready(self) -> Matcher:
        """Wait until it says it is ready."""
        self.until(lambda status: bool(status["ready"]), "readiness")
        return self

    def at_rest(self, orders: int | None = None) -> dict[str, Any]:
        """Wait until everything on the topic is reflected in what is published."""
        return self.until(
            lambda status: (
                bool(status["ready"])
                and status["lag"] == status["dirty_markets"] == 0
                and orders in {None, status["orders"]}
            ),
            "rest",
        )

    def descendants(self) -> list[psutil.Process]:
        """Its child processes and theirs."""
        return psutil.Process(self.process.pid).children(recursive=True)

    def kill(self) -> None:
        """Kill -9."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def terminate(self) -> int:
        """SIGTERM; returns the exit status."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(DEADLINE_S)

    def end(self) -> None:
        """Make sure that it is gone."""
        if self._process is not None and self._process.poll() is None:
            self.kill()


class Topics:
    """The broker's topics, written and read as the services around the matcher would."""

    def __init__(self, bootstrap: str) -> None:
        self.bootstrap = bootstrap
        self._publisher = KafkaPublisher(bootstrap, client_id="test")

    def send(self, *records: Record) -> None:
        """Publish and wait for every acknowledgement."""
        for record in records:
            assert record.key is not None
            headers = [(name, value) for name, value in record.headers if value is not None]
            self._publisher.publish(record.topic, record.key, record.value, headers, record.partition)
        self._publisher.flush()

    def read(self, *topics: str) -> list[Record]:
        """Everything that is on the topics."""
        reader = KafkaReader(self.bootstrap, topics, client_id="test")
        found: list[Record] = []
        try:
            while reader.lag():
                found.extend(reader.poll(1.0))
        finally:
            reader.close()
        return found

    def newest(self, topic: str) -> dict[bytes, Record]:
        """The newest record of each key, tombstones left out."""
        found = {record.key: record for record in self.read(topic)}
        return {key: record for key, record in found.items() if key is not None and record.value is not None}

    def matches(self) -> dict[str, MatchRecord]:
        """The newest state of every match, by id."""
        return {
            key.decode(): MatchRecord.model_validate_json(record.value or b"")
            for key, record in self.newest("matches-v1").items()
        }

    def live(self) -> set[Proposal]:
        """What is proposed."""
        return {proposal(match) for match in self.matches().values() if match.status == "proposed"}

    def close(self) -> None:
        """Disconnect."""
        self._publisher.close()


def proposal(match: MatchRecord) -> Proposal:
    """What two runs must agree on."""
    version = match.version
    return (
        str(match.match_id),
        version.offer,
        version.demand,
        version.policy,
        match.quantity,
        match.kind,
    )


def called_for(orders: Iterable[OrderSnapshot], policy: Policy | None = None) -> set[Proposal]:
    """What the pure function proposes for these orders: no broker, no history."""
    markets: dict[str, list[OrderSnapshot]] = defaultdict(list)
    for order in orders:
        if order.status == "open" and order.remaining:
            markets[order.market].append(order)
    return {
        proposal(match)
        for market, found in markets.items()
        for match in match_market(market, map(order_of, found), policy or Policy(), None).matches
    }
