"""A catalog on a database of the test's own, with a clock that the test sets."""

from __future__ import annotations

import datetime as dt
import threading
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import psycopg
import pytest
from brokers import drain
from duijie_catalog import bootstrap
from duijie_catalog.api.app import create_app
from duijie_catalog.api.context import Context
from duijie_catalog.files.import_runner import ImportRunner
from duijie_catalog.outgoing.outbox import headers_from
from duijie_catalog.outgoing.relay import Relay
from duijie_catalog.settings import CatalogSettings
from duijie_catalog.tables import OutboxRow
from duijie_catalog.worker import Worker
from duijie_local.embedded.postgres import drop_database, ensure_database
from duijie_shared.events.base import Contract
from duijie_shared.events.codec import Envelope, decode
from duijie_shared.events.topics import TOPICS
from duijie_shared.kafka.admin import ensure_topics
from duijie_shared.kafka.consumer import KafkaReader
from duijie_shared.kafka.memory import MemoryBroker
from duijie_shared.kafka.ports import Record
from fastapi.testclient import TestClient
from psycopg import sql
from sqlalchemy import Engine, text
from sqlmodel import Session, col, select

TOKEN = "internal-token-of-the-tests"
NOON = dt.datetime(2026, 11, 23, 4, 0, tzinfo=dt.UTC)
"""Noon in Shanghai on the day that the tests' windows are written for."""


@dataclass
class Catalog:
    """One catalog in this process, on a real database."""

    engine: Engine
    client: TestClient
    now: dt.datetime = NOON
    parties: dict[str, UUID] = field(default_factory=dict)

    def as_party(self, row_key: str, **headers: str) -> dict[str, str]:
        """Headers of a party's request; the party is entered when it is new."""
        if row_key not in self.parties:
            body = {
                "row_key": row_key,
                "name": f"合作社 {row_key}",
                "kind": "producer",
                "contact": "13800000000",
            }
            made = self.client.post("/parties", json=body, headers=self.as_operator())
            assert made.status_code == 201, made.text
            self.parties[row_key] = UUID(made.json()["id"])
        return self.as_operator() | {"X-Party-Id": str(self.parties[row_key]), "X-Role": "producer"} | headers

    def as_operator(self, **headers: str) -> dict[str, str]:
        """Headers of the operator's request."""
        return {"Authorization": f"Bearer {TOKEN}", "X-Role": "admin"} | headers

    def import_(self, kind: str, content: str | bytes, **flags: str) -> str:
        """Queue an import and return its id."""
        raw = content.encode() if isinstance(content, str) else content
        queued = self.client.post(
            "/imports", params={"kind": kind} | flags, content=raw, headers=self.as_operator()
        )
        assert queued.status_code == 202, queued.text
        return str(queued.json()["id"])

    def progress(self, import_id: str) -> dict[str, Any]:
        """An import as the API shows it."""
        found: dict[str, Any] = self.client.get(f"/imports/{import_id}", headers=self.as_operator()).json()
        return found

    def runner(self, batch: int = 500) -> ImportRunner:
        """An importer of its own, as after a restart."""
        return ImportRunner(self.engine, lambda: self.now, batch)

    def worker(self) -> Worker:
        """A worker of its own, as after a restart."""
        return Worker(self.engine, lambda: self.now, self.runner())

    def finished(self, import_id: str) -> dict[str, Any]:
        """Work off the queue and return the import."""
        runner = self.runner()
        while runner.step():
            pass
        return self.progress(import_id)

    def relay(self, broker: MemoryBroker) -> Relay:
        """A relay of its own."""
        return Relay(self.engine, broker.publisher, threading.Event())

    def outbox(self) -> list[tuple[OutboxRow, Contract | None, Envelope]]:
        """What waits to be sent, oldest first, decoded."""
        with Session(self.engine) as session:
            rows = list(session.exec(select(OutboxRow).order_by(col(OutboxRow.id))))
        return [
            (row, *decode(row.topic, row.value.encode() if row.value else None, headers_from(row.headers)))
            for row in rows
        ]

    def clear_outbox(self) -> None:
        """As if all had been sent."""
        with self.engine.begin() as connection:
            connection.execute(text("DELETE FROM outbox"))

    def rows(self, query: str, **values: object) -> Sequence[Any]:
        """What a query finds."""
        with self.engine.connect() as connection:
            return connection.execute(text(query), values).all()


@pytest.fixture(scope="session")
def migrated(postgres_server: str) -> Iterator[str]:
    """The name of a migrated database that nobody is connected to: a copy is a tenth of the migrations' time."""
    name = f"migrated_{uuid.uuid4().hex[:12]}"
    ensure_database(postgres_server, name)
    bootstrap.migrate(CatalogSettings(database_url=_within(postgres_server, name)), lambda: NOON)
    yield name
    drop_database(postgres_server, name)


@pytest.fixture
def embedded_postgres(postgres_server: str, migrated: str) -> Iterator[str]:
    """A new database of catalog's for this test, migrated and with the first policy, as a SQLAlchemy URL."""
    name = f"test_{uuid.uuid4().hex[:12]}"
    copied = sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(migrated))
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute(copied)
    yield _within(postgres_server, name)
    drop_database(postgres_server, name)


def _within(server: str, name: str) -> str:
    url = server.replace("postgresql://", "postgresql+psycopg://", 1)
    return url.replace("/postgres?", f"/{name}?", 1)


@pytest.fixture
def catalog(embedded_postgres: str) -> Iterator[Catalog]:
    """A migrated catalog with nothing in it but the first policy, already sent."""
    settings = CatalogSettings(database_url=embedded_postgres)
    engine = bootstrap.engine_for(settings, connections=20, statement_timeout_s=10)
    made: Catalog
    app = create_app(Context(engine, lambda: made.now), TOKEN)
    with TestClient(app, raise_server_exceptions=False) as client:
        made = Catalog(engine, client)
        made.clear_outbox()
        yield made
    engine.dispose()


@pytest.fixture
def an_offer() -> Callable[..., dict[str, object]]:
    """The body of an acceptable offer, with changes."""

    def build(**changes: object) -> dict[str, object]:
        body: dict[str, object] = {
            "product": "土豆", "grade": 4, "quantity": 30, "unit": "t", "min_lot": 2, "ask_price": 1800,
            "county": "520526", "available_from": "2026-11-25", "available_to": "2027-01-20",
        }  # fmt: skip
        return body | changes

    return build


@pytest.fixture
def kafka_records(embedded_kafka: str) -> Callable[..., list[Record]]:
    """All that came onto some topics of the real broker since the test began, in order within each partition."""
    ensure_topics(embedded_kafka)
    before = KafkaReader(embedded_kafka, tuple(TOPICS), client_id="catalog-test")
    drain(before)  # other suites share the broker
    begun = dict(before.positions())
    before.close()

    def read(*topics: str) -> list[Record]:
        reader = KafkaReader(embedded_kafka, topics, client_id="catalog-test", positions=begun)
        found = drain(reader)
        reader.close()
        return found

    return read
