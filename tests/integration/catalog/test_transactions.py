"""All or nothing, whatever goes away in the middle."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from duijie_catalog import bootstrap
from duijie_catalog.api.app import create_app
from duijie_catalog.api.context import Context
from duijie_catalog.settings import CatalogSettings
from duijie_catalog.tables import CatalogModel
from fastapi.testclient import TestClient
from sqlalchemy import event, exc, text

pytestmark = pytest.mark.database

Body = Callable[..., dict[str, object]]


@pytest.mark.parametrize("broken", ["outbox", "idempotency"])
def test_an_order_without_its_other_rows_is_no_order(catalog: Any, an_offer: Body, broken: str) -> None:
    """When the outbox or the answer cannot be written, nothing is; afterwards the same request succeeds."""
    headers = catalog.as_party("p1", **{"Idempotency-Key": "k-1"})
    column = {"outbox": "topic", "idempotency": "fingerprint"}[broken]
    with catalog.engine.begin() as connection:
        connection.execute(text(f"ALTER TABLE {broken} ADD CONSTRAINT none CHECK ({column} = '') NOT VALID"))
    catalog.clear_outbox()
    failed = catalog.client.post("/orders/offers", json=an_offer(), headers=headers)
    assert failed.status_code == 500
    for table in ("orders", "outbox", "idempotency"):
        assert catalog.rows(f"SELECT count(*) FROM {table}") == [(0,)]  # noqa: S608
    with catalog.engine.begin() as connection:
        connection.execute(text(f"ALTER TABLE {broken} DROP CONSTRAINT none"))
    assert catalog.client.post("/orders/offers", json=an_offer(), headers=headers).status_code == 201


def test_a_post_costs_four_statements(catalog: Any, an_offer: Body) -> None:
    """The place under the quota's lock, the quota's counts, the facts, and one that stores all of it."""
    headers = catalog.as_party("p1")
    seen: list[str] = []

    def count(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        seen.append(statement)

    event.listen(catalog.engine, "before_cursor_execute", count)
    try:
        assert catalog.client.post("/orders/offers", json=an_offer(), headers=headers).status_code == 201
    finally:
        event.remove(catalog.engine, "before_cursor_execute", count)
    assert len(seen) == 4, seen
    for table in ("orders", "outbox", "screenings"):
        assert f"INSERT INTO {table} " in seen[-1]


@pytest.mark.parametrize("remaining", [-1, 30_000_001])
def test_the_database_itself_refuses_an_impossible_remainder(
    catalog: Any, an_offer: Body, remaining: int
) -> None:
    """Below zero or above the quantity, whoever asks."""
    catalog.client.post("/orders/offers", json=an_offer(), headers=catalog.as_party("p1"))
    with pytest.raises(exc.IntegrityError, match="orders_remaining"), catalog.engine.begin() as connection:
        connection.execute(text("UPDATE orders SET remaining = :n"), {"n": remaining})


def test_without_a_database_the_answer_is_to_come_back(an_offer: Body) -> None:
    """503 with Retry-After, and not ready; healthy, since the process itself is."""
    settings = CatalogSettings(database_url="postgresql+psycopg://nobody@127.0.0.1:1/none")
    app = create_app(Context(bootstrap.engine_for(settings), lambda: datetime.now(UTC)), "t" * 16)
    headers = {"Authorization": "Bearer " + "t" * 16, "X-Party-Id": "00000000-0000-0000-0000-000000000001"}
    with TestClient(app, raise_server_exceptions=False) as client:
        answer = client.post("/orders/offers", json=an_offer(), headers=headers)
        assert (answer.status_code, "retry-after" in answer.headers) == (503, True)
        assert client.get("/readyz").status_code == 503
        assert client.get("/healthz").status_code == 200


def test_an_exhausted_pool_fails_fast_and_recovers(
    embedded_postgres: str, catalog: Any, an_offer: Body
) -> None:
    """With every connection taken a request is told to come back; when one is free again it is served."""
    headers = catalog.as_party("p1")
    engine = bootstrap.engine_for(CatalogSettings(database_url=embedded_postgres), connections=1)
    app = create_app(Context(engine, lambda: catalog.now), headers["Authorization"].removeprefix("Bearer "))
    with TestClient(app, raise_server_exceptions=False) as client:
        with engine.connect():
            assert client.post("/orders/offers", json=an_offer(), headers=headers).status_code == 503
        assert client.post("/orders/offers", json=an_offer(), headers=headers).status_code == 201
    engine.dispose()


def test_connections_that_the_server_cut_cost_one_answer_at_most(catalog: Any, an_offer: Body) -> None:
    """As after a restart of the database: 503 once, then served again."""
    headers = catalog.as_party("p1")
    with catalog.engine.connect() as connection:
        connection.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )
    statuses = [
        catalog.client.post("/orders/offers", json=an_offer(), headers=headers).status_code for _ in range(3)
    ]
    assert set(statuses) <= {201, 503}
    assert statuses[-1] == 201
    assert catalog.rows("SELECT count(*) FROM orders") == [(statuses.count(201),)]


def test_the_migrations_make_the_tables_and_may_run_twice(catalog: Any, embedded_postgres: str) -> None:
    """No difference between what the models say and what stands; the policy is seeded once."""
    with catalog.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_server_default": False})
        differences = compare_metadata(context, CatalogModel.metadata)
    assert differences == []
    bootstrap.migrate(CatalogSettings(database_url=embedded_postgres))
    assert catalog.rows("SELECT version FROM policies") == [(1,)]
    assert catalog.outbox() == []
