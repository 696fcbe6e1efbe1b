"""The projector's loop, on the broker in memory: what it reads, sets aside, rebuilds and says of itself."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import pytest
from duijie_gateway.decoding import READ_TOPICS
from duijie_gateway.projection import Projection
from duijie_gateway.projector import Projector
from duijie_gateway.tables import FeedRow, MatchRow
from duijie_shared.events.codec import decode
from duijie_shared.events.dead_letters import DeadLetter
from duijie_shared.kafka.memory import MemoryBroker
from gateway_records import NOW, a_match, an_id, an_order, wire
from sqlalchemy import func, select
from sqlmodel import SQLModel, col

if TYPE_CHECKING:
    from duijie_shared.events.base import Contract
    from duijie_shared.kafka.ports import Reader
    from sqlalchemy import Engine

pytestmark = pytest.mark.database


class Running:
    """A broker in memory and a projector that reads it."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.broker = MemoryBroker()
        self.projection = Projection(engine)
        self.restart()

    def restart(self) -> None:
        """Another projector, where the last one left off."""

        def open_reader(positions: Mapping[tuple[str, int], int]) -> Reader:
            return self.broker.reader(READ_TOPICS, positions)

        self.projector = Projector(
            self.projection,
            open_reader,
            self.broker.publisher(),
            clock=lambda: NOW,
            feed_kept=dt.timedelta(days=1),
        )
        self.reader = self.projector.start(threading.Event())

    def send(self, *bodies: Contract, partition: int = 0) -> None:
        """Publish bodies."""
        for body in bodies:
            topic, key, value, headers = wire(body)
            self.send_raw(topic, key, value, headers, partition)

    def send_raw(
        self,
        topic: str,
        key: bytes,
        value: bytes | None,
        headers: Sequence[tuple[str, bytes]],
        partition: int = 0,
    ) -> None:
        """Publish whatever it is."""
        publisher = self.broker.publisher()
        publisher.publish(topic, key, value, headers, partition)
        publisher.flush()

    def step(self) -> int:
        """Project what is there; the feed rows added."""
        return self.projector.step(self.reader)

    def dead(self) -> list[DeadLetter]:
        """The dead letters so far."""
        found = []
        for (topic, _), records in self.broker.partitions.items():
            for record in records:
                if topic == "dead-letters-v1":
                    body, _ = decode(topic, record.value, record.headers)
                    assert isinstance(body, DeadLetter)
                    found.append(body)
        return found

    def count(self, table: type[SQLModel]) -> int:
        """How many rows a table has."""
        with self.engine.connect() as connection:
            return int(connection.execute(select(func.count()).select_from(table)).scalar_one())

    def status(self, name: object = 1) -> str | None:
        """What readers see of a match."""
        with self.engine.connect() as connection:
            query = select(col(MatchRow.status)).where(col(MatchRow.id) == an_id("match", name))
            return connection.execute(query).scalar_one_or_none()


@pytest.fixture
def running(engine: Engine) -> Running:
    """A projector over an empty broker."""
    return Running(engine)


def test_a_restarted_projector_goes_on_where_the_last_one_committed(running: Running) -> None:
    """Nothing is told twice, and nothing is left out."""
    running.send(a_match(1), a_match(2))
    assert running.step() == 2
    running.send(a_match(3))
    running.restart()
    assert running.step() == 1
    assert running.step() == 0


@pytest.mark.parametrize(
    ("key", "value"),
    [
        (b"\xff\xfe", b"{}"),
        (b"x", b"not json"),
        (b"x", b"\xff"),
        (b"x", b'{"match_id": true}'),
        (b"x", None),
        (b"x", b"x" * 500_000),
    ],
    ids=["key", "no-json", "no-utf8", "types", "tombstone", "large"],
)
def test_what_cannot_be_read_is_set_aside_and_its_partition_goes_on(
    running: Running, key: bytes, value: bytes | None
) -> None:
    """One dead letter with its place and reason; the records before and after it are projected."""
    running.send(a_match(1))
    running.send_raw("matches-v1", key, value, wire(a_match())[3])
    running.send(a_match(2))
    assert running.step() == 2
    (letter,) = running.dead()
    assert (letter.topic, letter.partition, letter.offset) == ("matches-v1", 0, 1)
    assert letter.reason
    assert running.reader.lag() == 0


def test_what_keeps_its_contract_and_fits_no_column_is_set_aside_too(running: Running) -> None:
    """A number past what the database holds must not stop the others for ever."""
    running.send(a_match(1), a_match(2, quantity=10**60), a_match(3), an_order("offer", 9, version=10**30))
    assert running.step() == 2
    assert sorted((letter.topic, letter.offset) for letter in running.dead()) == [
        ("matches-v1", 1),
        ("orders-v1", 0),
    ]
    running.restart()
    assert running.step() == 0
    assert len(running.dead()) == 2


def test_a_rebuild_tells_nobody_and_then_goes_on(running: Running) -> None:
    """Rows come back as they were; what came meanwhile is news."""
    running.send(an_order("offer"), a_match(1), a_match(2), partition=3)
    running.send(an_order("offer", version=2), partition=3)
    running.step()
    before = running.count(FeedRow)
    running.projection.rewind()
    running.send(a_match(3))
    running.restart()
    assert running.count(FeedRow) == before
    assert (running.status(1), running.status(2)) == ("withdrawn", "proposed")
    assert running.status(3) is None
    assert running.step() == 1
    assert running.status(3) == "proposed"


def test_a_topic_that_was_made_anew_is_read_from_its_start(running: Running) -> None:
    """Its offsets begin again at 0, and what is said again is no news."""
    running.send(a_match(1), a_match(2))
    running.step()
    for number in range(12):
        running.broker.partitions["matches-v1", number].clear()
    running.send(a_match(1), a_match(2, quantity=1_000))
    # A real reader whose position is behind the end starts again at the beginning.
    running.reader = running.broker.reader(READ_TOPICS, {})
    assert running.step() == 1
    assert running.projection.positions()["matches-v1", 0].next_offset == 2


def test_the_lag_is_what_is_not_in_the_read_model_yet(running: Running) -> None:
    """Measured between two batches, after it was asked for."""
    running.send(a_match(1), a_match(2))
    told: list[dict[str, object]] = []
    thread = threading.Thread(target=lambda: told.append(running.projector.ready()))
    thread.start()
    while thread.is_alive():
        running.projector.step(running.reader)
    assert told[0]["ready"] is True
    assert told[0]["lag"] in {0, 2}
