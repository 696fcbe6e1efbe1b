"""The projector as a process on a real broker and database, killed again and again."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from duijie_gateway.decoding import READ_TOPICS
from duijie_gateway.migrate import migrate
from duijie_gateway.projection import Projection
from duijie_gateway.projector import Projector
from duijie_gateway.tables import ChangeRow, FeedRow, MatchRow, OrderRow
from duijie_local.embedded.ports import free_ports
from duijie_local.embedded.postgres import drop_database, ensure_database
from duijie_shared.events.topics import partition_for
from duijie_shared.kafka.admin import ensure_topics
from duijie_shared.kafka.consumer import KafkaReader
from duijie_shared.kafka.memory import MemoryBroker
from duijie_shared.kafka.producer import KafkaPublisher
from gateway_records import NOW, a_match, an_order, wire
from sqlalchemy import Engine, create_engine, func, select
from sqlmodel import SQLModel, col

pytestmark = [pytest.mark.database, pytest.mark.broker]

MARKETS = ("potato", "apple", "garlic", "walnut")
KILLS = 6


@contextmanager
def projecting(database_url: str, kafka: str, log: Path) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """`python -m duijie_gateway projector`, and the address of its probe."""
    (port,) = free_ports(1)
    environment = os.environ | {
        "DUIJIE_DATABASE_URL": database_url,
        "DUIJIE_KAFKA": kafka,
        "DUIJIE_PORT": str(port),
    }
    with log.open("ab") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "duijie_gateway", "projector"], env=environment, stdout=out, stderr=out
        )
    try:
        yield process, f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait()


def publish(kafka: str, first: int, count: int) -> None:
    """Proposals, changes and withdrawals, and the orders they stand on, over several markets."""
    publisher = KafkaPublisher(kafka, client_id="test")
    for number in range(first, first + count):
        market = MARKETS[number % len(MARKETS)]
        name = f"killed-{number % 300}"
        version = number // 300 + 1
        changes: dict[str, Any] = {"market": market, "versions": (version, 1), "quantity": number + 1}
        if number % 7 == 0:
            changes["status"] = "withdrawn"
        for body in (an_order("offer", name, market=market, version=version), a_match(name, **changes)):
            topic, key, value, headers = wire(body)
            publisher.publish(topic, key, value, headers, partition_for(market))
    publisher.flush()
    publisher.close()


def lag(probe: str) -> int | None:
    """What the projector says of itself; None while it does not answer."""
    try:
        found = httpx.get(f"{probe}/readyz", timeout=10).json()["lag"]
    except httpx.HTTPError:
        return None
    return None if found is None else int(found)


def rows(engine: Engine, table: type[SQLModel]) -> list[tuple[Any, ...]]:
    """A table, in the order of its key."""
    made: Any = table.__table__  # type: ignore[attr-defined]
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(select(made).order_by(*made.primary_key))]


def replayed(url: str, kafka: str) -> Engine:
    """A read model that was made in one go, from offset 0, in this process."""
    engine = create_engine(url)
    migrate(engine, bootstrap_admin_key_sha256=None, now=NOW)

    def open_reader(positions: Mapping[tuple[str, int], int]) -> KafkaReader:
        return KafkaReader(kafka, READ_TOPICS, client_id="replay", positions=positions)

    projector = Projector(
        Projection(engine), open_reader, MemoryBroker().publisher(), clock=lambda: NOW, feed_kept=NOW - NOW
    )
    reader = open_reader({})
    while reader.lag():
        projector.step(reader)
    reader.close()
    return engine


def test_a_killed_projector_ends_where_an_undisturbed_one_does(
    embedded_kafka: str,
    embedded_postgres: str,
    postgres_server: str,
    engine: Engine,
    tmp_path: Path,
    eventually: Callable[..., Any],
) -> None:
    """Killed in the middle of its work: the same rows, and a feed without gap or repeat that folds to them."""
    ensure_topics(embedded_kafka)
    log = tmp_path / "projector.log"

    def count() -> int:
        with engine.connect() as connection:
            return int(connection.execute(select(func.count()).select_from(FeedRow)).scalar_one())

    for kill in range(KILLS):
        before = count()
        publish(embedded_kafka, kill * 150, 150)
        with projecting(embedded_postgres, embedded_kafka, log) as (process, _):
            publish(embedded_kafka, kill * 150 + 75, 75)
            # Not when all is read: as soon as it has begun, wherever it is then.
            eventually(lambda before=before: count() > before)
            process.send_signal(signal.SIGKILL)
    with projecting(embedded_postgres, embedded_kafka, log) as (process, probe):
        eventually(lambda: lag(probe) == 0)
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0, log.read_text("utf-8")[-2000:]

    name = "r" + embedded_postgres.rpartition("/")[2].partition("?")[0]
    ensure_database(postgres_server, name)
    other = embedded_postgres.replace(embedded_postgres.rpartition("/")[2].partition("?")[0], name)
    undisturbed = replayed(other, embedded_kafka)
    for table in (MatchRow, OrderRow):
        assert rows(engine, table) == rows(undisturbed, table)
    undisturbed.dispose()
    drop_database(postgres_server, name)

    with engine.connect() as connection:
        told = connection.execute(
            select(
                col(FeedRow.sequence), col(FeedRow.match_id), col(FeedRow.status), col(FeedRow.record)
            ).order_by(col(FeedRow.sequence))
        ).all()
    with engine.connect() as connection:
        listed = connection.execute(select(col(ChangeRow.sequence))).scalars().all()
    # Matches and listings share one sequence.
    assert sorted([row.sequence for row in told] + list(listed)) == list(
        range(1, len(told) + len(listed) + 1)
    )
    folded: dict[Any, tuple[str, str]] = {}
    for row in told:
        assert folded.get(row.match_id) != (row.status, row.record), "told twice"
        folded[row.match_id] = (row.status, row.record)
    live = {match_id for match_id, (status, _) in folded.items() if status == "proposed"}
    with engine.connect() as connection:
        query = select(col(MatchRow.id)).where(col(MatchRow.status) == "proposed")
        assert live == set(connection.execute(query).scalars())
