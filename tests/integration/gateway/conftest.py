"""The gateway's database, its projector on a broker in memory, and its API served in this process."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from duijie_gateway.migrate import migrate
from duijie_gateway.projection import Projection
from duijie_local.embedded.postgres import drop_database, ensure_database
from gateway_records import NOW, Log, an_order
from gateway_served import ADMIN_KEY, Gateway, catalog_app
from serving import served
from sqlalchemy import create_engine
from webhook_sending import sending

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Engine
    from webhook_sending import PostOffers, RunSending, SendingTest


@pytest.fixture
def engine(embedded_postgres: str) -> Iterator[Engine]:
    """A migrated database of the gateway's, with the operator's key."""
    engine = create_engine(embedded_postgres)
    migrate(engine, bootstrap_admin_key_sha256=ADMIN_KEY.sha256, now=NOW)
    yield engine
    engine.dispose()


@pytest.fixture
def projection(engine: Engine) -> Projection:
    """Writes the read model of `engine`."""
    return Projection(engine)


@pytest.fixture
def catalog_url(postgres_server: str, embedded_postgres: str) -> Iterator[str]:
    """A database for the catalog."""
    name = "c" + embedded_postgres.rpartition("/")[2].partition("?")[0]
    ensure_database(postgres_server, name)
    yield postgres_server.replace("postgresql://", "postgresql+psycopg://", 1).replace(
        "/postgres?", f"/{name}?", 1
    )
    drop_database(postgres_server, name)


@pytest.fixture
def catalog(catalog_url: str) -> Iterator[str]:
    """The real catalog over a database of its own; its base URL."""
    with catalog_app(catalog_url) as app, served(app) as address:
        yield address


@pytest.fixture
def settings_changes() -> dict[str, object]:
    """What a test module sets otherwise in the API's settings; override it there."""
    return {}


@pytest.fixture
def gateway(engine: Engine, embedded_postgres: str, settings_changes: dict[str, object]) -> Iterator[Gateway]:
    """The API served in this process, without a catalog behind it."""
    with Gateway.over(embedded_postgres, engine, "http://127.0.0.1:9", settings_changes) as running:
        yield running


@pytest.fixture
def whole_gateway(
    engine: Engine, embedded_postgres: str, catalog: str, settings_changes: dict[str, object]
) -> Iterator[Gateway]:
    """The API with the real catalog behind it."""
    with Gateway.over(embedded_postgres, engine, catalog, settings_changes) as running:
        yield running


@pytest.fixture
def run_sending(engine: Engine, embedded_postgres: str) -> RunSending:
    """Runs a coroutine over a migrated database."""

    def go(test: SendingTest) -> None:
        async def main() -> None:
            async with sending(embedded_postgres) as found:
                await test(found)

        asyncio.run(main())

    return go


@pytest.fixture
def post_offers(projection: Projection) -> PostOffers:
    """Posts offers by name: a change of the log each."""
    log = Log()

    def post(*names: object, **changes: Any) -> None:
        for name in names:
            events = [log.add(an_order("offer", name, **changes))]
            projection.apply(events, log.reached, now=NOW)

    return post
