"""Services served in the test's own process, and what a test asks of the gateway."""

from __future__ import annotations

import asyncio
import json
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import httpx
from duijie_catalog import bootstrap as catalog_bootstrap
from duijie_catalog.api.app import create_app as create_catalog
from duijie_catalog.api.context import Context
from duijie_catalog.clock import utc_now
from duijie_catalog.settings import CatalogSettings
from duijie_gateway import bootstrap
from duijie_gateway.app import create_app, with_edge
from duijie_gateway.catalog_client import open_catalog
from duijie_gateway.domain.access import PARTY_ROLES
from duijie_gateway.domain.keys import digest, new_key
from duijie_gateway.projection import Projection
from duijie_gateway.settings import ApiSettings
from duijie_gateway.tables import KeyRow
from gateway_records import NOW, Log
from serving import DEADLINE_S, served
from sqlalchemy import insert

if TYPE_CHECKING:
    from collections.abc import Iterator

    from duijie_gateway.api.deps import Services
    from duijie_shared.events.base import Contract
    from sqlalchemy import Engine
    from starlette.types import ASGIApp

CATALOG_TOKEN = "an internal token of some length"


@dataclass(frozen=True)
class Key:
    """A key and what is stored of it."""

    secret: str
    id: UUID = field(default_factory=uuid4)

    @property
    def sha256(self) -> str:
        """The digest that the database holds."""
        return digest(self.secret)

    @property
    def headers(self) -> dict[str, str]:
        """The header that shows it."""
        return {"Authorization": f"Bearer {self.secret}"}


ADMIN_KEY = Key(new_key())


@contextmanager
def catalog_app(database_url: str) -> Iterator[ASGIApp]:
    """The real catalog over a new database."""
    settings = CatalogSettings(database_url=database_url)
    catalog_bootstrap.migrate(settings)
    engine = catalog_bootstrap.engine_for(settings)
    yield create_catalog(Context(engine, utc_now), CATALOG_TOKEN)
    engine.dispose()


@dataclass
class Gateway:
    """A served gateway and the read model behind it."""

    url: str
    services: Services
    engine: Engine
    log: Log = field(default_factory=Log)

    @classmethod
    @contextmanager
    def over(
        cls, database_url: str, engine: Engine, catalog: str, changes: dict[str, object]
    ) -> Iterator[Gateway]:
        """Serve the API over a migrated database."""
        values: dict[str, Any] = {
            "database_url": database_url,
            "catalog_url": catalog,
            "internal_token": CATALOG_TOKEN,
            "session_secret": "a session secret of some length",
            "webhook_key": "a webhook key of some length",
            "webhook_allow": "127.0.0.1",
            "key_requests_per_second": 10_000,
            "address_requests_per_second": 100_000,
        }
        settings = ApiSettings(**(values | changes))
        http = open_catalog(settings.catalog_url, CATALOG_TOKEN)
        async_engine = bootstrap.open_engine(settings)
        services = bootstrap.build_services(settings, http, async_engine)
        broken: list[str] = []
        app = create_app(services, on_hub_failure=lambda: broken.append("the feed's follower broke"))
        with served(with_edge(app, services)) as url:
            running = cls(url, services, engine)
            running.wait_until_ready()
            yield running
        asyncio.run(async_engine.dispose(close=False))
        assert not broken

    def wait_until_ready(self) -> None:
        """Wait until the feed is followed."""
        pause = threading.Event()
        for _ in range(int(DEADLINE_S * 50)):
            if httpx.get(f"{self.url}/readyz").status_code == 200:
                return
            pause.wait(0.02)
        raise AssertionError("the gateway did not become ready")

    def key(self, role: str, party: UUID | None = None, county: str | None = None) -> Key:
        """A new key, straight into the database."""
        key = Key(new_key())
        if role in PARTY_ROLES and party is None:
            party = uuid4()
        row = KeyRow(
            id=key.id, sha256=key.sha256, role=role, party_id=party, county=county, label=role, created_at=NOW
        )
        with self.engine.begin() as connection:
            connection.execute(insert(KeyRow).values(**row.model_dump()))
        return key

    def client(self, key: Key | None = ADMIN_KEY, **options: Any) -> httpx.Client:
        """A client with a key, the operator's by default."""
        headers = (key.headers if key else {}) | options.pop("headers", {})
        return httpx.Client(
            base_url=self.url, headers=headers, timeout=DEADLINE_S, trust_env=False, **options
        )

    def project(self, *bodies: Contract) -> int:
        """Put records into the read model as the projector would; the feed rows added."""
        events = [self.log.add(body) for body in bodies]
        return Projection(self.engine).apply(events, self.log.reached, now=NOW)


@dataclass
class Event:
    """One server-sent event."""

    id: int | None
    name: str
    data: Any


def read_events(response: httpx.Response) -> Iterator[Event]:
    """The events of an open stream; comments and bare fields are passed over."""
    fields: dict[str, str] = {}
    for line in response.iter_lines():
        if line.startswith(":"):
            continue
        if line:
            name, _, value = line.partition(":")
            fields[name] = value.removeprefix(" ")
        elif "data" in fields:
            yield Event(
                int(fields["id"]) if "id" in fields else None,
                fields.get("event", "message"),
                json.loads(fields["data"]),
            )
            fields = {}
        else:
            fields = {}
