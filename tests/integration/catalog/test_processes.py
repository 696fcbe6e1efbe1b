"""The processes as they run: started by name, killed with -9, stopped with SIGTERM."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
from duijie_catalog.outgoing.outbox_rows import pending
from duijie_local.embedded.ports import LOOPBACK, free_ports
from sqlmodel import Session

pytestmark = [pytest.mark.database, pytest.mark.broker]

Body = Callable[..., dict[str, object]]
DEADLINE_S = 120.0
TOKEN = "internal-token-of-the-tests"


class Processes:
    """Starts catalog's processes and ends those that the test left running."""

    def __init__(self, environment: dict[str, str], logs: Path) -> None:
        self._environment = environment
        self._logs = logs
        self._started: list[subprocess.Popen[bytes]] = []

    def start(self, name: str, **environment: str) -> tuple[subprocess.Popen[bytes], str]:
        """A process that is ready, and the address of its probe."""
        (port,) = free_ports(1)
        url = f"http://{LOOPBACK}:{port}"
        log = (self._logs / f"{name}-{port}.log").open("wb")
        process = subprocess.Popen(
            [sys.executable, "-m", "duijie_catalog", name],
            env={**os.environ, **self._environment, "DUIJIE_PORT": str(port)} | environment,
            stdout=log,
            stderr=log,
        )
        self._started.append(process)
        wait_for(lambda: process.poll() is not None or answers(url))
        assert process.poll() is None, Path(log.name).read_text("utf-8")
        return process, url

    def end(self) -> None:
        """Kill what still runs."""
        for process in self._started:
            process.kill()
            process.wait()


def wait_for(condition: Callable[[], bool]) -> None:
    """Until it holds, or fail."""
    deadline = time.monotonic() + DEADLINE_S
    while not condition():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.02)


def answers(url: str) -> bool:
    """Whether a probe listens there."""
    try:
        return httpx.get(f"{url}/healthz").status_code == 200
    except httpx.TransportError:
        return False


@pytest.fixture
def processes(embedded_postgres: str, embedded_kafka: str, tmp_path: Path) -> Iterator[Processes]:
    """Processes on the test's own database and the session's broker."""
    started = Processes(
        {
            "DUIJIE_DATABASE_URL": embedded_postgres,
            "DUIJIE_KAFKA": embedded_kafka,
            "DUIJIE_INTERNAL_TOKEN": TOKEN,
        },
        tmp_path,
    )
    yield started
    started.end()


def test_a_worker_killed_in_an_import_loses_and_repeats_nothing(catalog: Any, processes: Processes) -> None:
    """Kill -9 twice on the way: every row once, in file order, each with one record."""
    catalog.as_party("p1")
    catalog.clear_outbox()
    count = 6000
    header = "row_key,party,product,grade,quantity,unit,county,available_from,available_to"
    rows = [f"o{n},p1,apple,5,3,t,610822,2099-11-25,2100-01-20" for n in range(count)]
    id_ = catalog.import_("offers", "\n".join([header, *rows]))
    for least in (500, 2000):
        worker, _ = processes.start("worker")
        wait_for(lambda least=least: catalog.progress(id_)["rows_done"] >= least)  # type: ignore[misc]
        worker.kill()
        worker.wait()
        assert catalog.progress(id_)["status"] == "running", "the kill came too late to mean anything"
    processes.start("worker")
    wait_for(lambda: catalog.progress(id_)["status"] == "done")
    done = catalog.progress(id_)
    assert (done["created"], done["amended"], done["unchanged"], done["refused"]) == (count, 0, 0, 0)
    keys = [row.row_key for row in catalog.rows("SELECT row_key FROM orders ORDER BY sequence")]
    assert keys == [f"o{n}" for n in range(count)]
    records = "SELECT count(*), count(DISTINCT key) FROM outbox WHERE key NOT LIKE 'tick-%'"
    assert catalog.rows(records) == [(count, count)]


def test_a_thousand_posts_without_a_broker_are_accepted_and_arrive(
    catalog: Any,
    an_offer: Body,
    processes: Processes,
    embedded_kafka: str,
    kafka_records: Callable[..., list[Any]],
) -> None:
    """The relay cannot connect, the API does not notice; with the broker back every order is on the topic once."""
    relay, relay_url = processes.start("relay", DUIJIE_KAFKA=f"{LOOPBACK}:{free_ports(1)[0]}")
    _, url = processes.start("api")
    party = str(catalog.as_party("p1")["X-Party-Id"])
    headers = {"Authorization": f"Bearer {TOKEN}", "X-Party-Id": party, "X-Role": "producer"}
    body = an_offer(available_from="2099-11-25", available_to="2100-01-20")
    with httpx.Client(base_url=url, headers=headers, timeout=60) as client, ThreadPoolExecutor(8) as pool:
        posted = list(pool.map(lambda _: client.post("/orders/offers", json=body), range(1000)))
    assert {answer.status_code for answer in posted} == {201}
    wait_for(lambda: httpx.get(f"{relay_url}/readyz").status_code == 503)
    assert httpx.get(f"{relay_url}/readyz").json()["outbox_pending"] >= 1000
    relay.send_signal(signal.SIGTERM)
    assert relay.wait(20) == 0
    _, relay_url = processes.start("relay", DUIJIE_KAFKA=embedded_kafka)
    wait_for(lambda: httpx.get(f"{relay_url}/readyz").json().get("outbox_pending") == 0)
    expected = sorted(answer.json()["id"] for answer in posted)
    wanted = set(expected)
    arrived = [record.key.decode() for record in kafka_records("orders-v1")]
    assert sorted(key for key in arrived if key in wanted) == expected


def test_a_relay_killed_with_records_in_hand_loses_none(
    catalog: Any, an_offer: Body, processes: Processes, kafka_records: Callable[..., list[Any]]
) -> None:
    """Kill -9 while it sends: what was not marked is sent again, and every order arrives at least once."""
    catalog.as_party("p1")
    header = "row_key,party,product,grade,quantity,unit,county,available_from,available_to"
    rows = [f"k{n},p1,pear,5,3,t,610822,2099-11-25,2100-01-20" for n in range(4000)]
    catalog.finished(catalog.import_("offers", "\n".join([header, *rows])))
    everything = {str(row.id) for row in catalog.rows("SELECT id FROM orders")}

    def waiting() -> int:
        with Session(catalog.engine) as session:
            return pending(session)

    relay, _ = processes.start("relay")
    wait_for(lambda: waiting() < 4000)
    relay.kill()
    relay.wait()
    assert waiting() > 0, "the kill came too late to mean anything"
    processes.start("relay")
    wait_for(lambda: waiting() == 0)
    assert everything <= {record.key.decode() for record in kafka_records("orders-v1")}


@pytest.mark.parametrize("name", ["api", "relay", "worker"])
def test_sigterm_ends_a_process_cleanly(catalog: Any, processes: Processes, name: str) -> None:
    """Exit status 0, well within the supervisor's patience."""
    process, url = processes.start(name)
    wait_for(lambda: httpx.get(f"{url}/readyz").status_code == 200)
    assert "duijie_catalog_" in httpx.get(f"{url}/metrics").text
    process.send_signal(signal.SIGTERM)
    assert process.wait(20) == 0


def test_the_api_does_not_start_without_its_token(embedded_postgres: str) -> None:
    """An API that anybody may call ends at once and names what is missing."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("DUIJIE_")}
    ended = subprocess.run(
        [sys.executable, "-m", "duijie_catalog", "api"],
        env=environment | {"DUIJIE_DATABASE_URL": embedded_postgres},
        check=False,
        capture_output=True,
        timeout=60,
    )
    assert ended.returncode != 0
    assert b"internal_token" in ended.stderr
