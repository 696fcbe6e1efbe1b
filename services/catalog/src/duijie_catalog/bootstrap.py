"""The one place that builds things: engines, publishers, the API, the background processes."""

from __future__ import annotations

import threading
from collections.abc import Callable
from importlib import resources
from typing import TYPE_CHECKING
from uuid import uuid4

from alembic import command
from alembic.config import Config
from duijie_shared.kafka.ports import Publisher, PublishError
from duijie_shared.kafka.producer import KafkaPublisher
from duijie_shared.service.probe import Probe
from kafka.errors import KafkaError
from sqlalchemy import Engine, create_engine, exc

from duijie_catalog import import_runner, outbox_rows, policies, process
from duijie_catalog.api.app import create_app
from duijie_catalog.api.context import Context
from duijie_catalog.clock import utc_now
from duijie_catalog.import_runner import ImportRunner
from duijie_catalog.relay import Relay
from duijie_catalog.unit_of_work import unit_of_work
from duijie_catalog.wakeup import Wakeup
from duijie_catalog.worker import Worker

if TYPE_CHECKING:
    from fastapi import FastAPI

    from duijie_catalog.clock import Clock
    from duijie_catalog.settings import ApiSettings, CatalogSettings

POOL_WAIT_S = 1.5
"""How long a request waits for a connection before it is told to come back."""

ACK_DEADLINE_S = 8.0
"""How long the relay waits for the broker; short enough to notice SIGTERM within 20 s."""


def engine_for(
    settings: CatalogSettings, *, connections: int = 4, statement_timeout_s: int | None = None
) -> Engine:
    """An engine that fails fast: 2 s to connect, 1.5 s for a place in the pool, 3 s for a lock."""
    options = "-c lock_timeout=3s -c timezone=UTC"
    if statement_timeout_s is not None:
        options += f" -c statement_timeout={statement_timeout_s}s"
    return create_engine(
        settings.database_url,
        pool_size=connections,
        max_overflow=0,
        pool_timeout=POOL_WAIT_S,
        connect_args={"connect_timeout": 2, "options": options},
    )


def migrate(settings: CatalogSettings, clock: Clock = utc_now) -> None:
    """Bring the schema up to date and put the first policy in force; may be run again, and by two at once."""
    config = Config()
    config.set_main_option("script_location", str(resources.files("duijie_catalog") / "migrations"))
    config.attributes["database_url"] = settings.database_url
    command.upgrade(config, "head")
    engine = engine_for(settings)
    with unit_of_work(engine, str(uuid4())) as uow:
        policies.seed(uow, clock())
    engine.dispose()


def api(settings: ApiSettings, clock: Clock = utc_now) -> FastAPI:
    """The API."""
    engine = engine_for(settings, connections=20, statement_timeout_s=10)
    return create_app(Context(engine, clock), settings.internal_token.get_secret_value())


def run_relay(settings: CatalogSettings) -> None:
    """Relay until SIGTERM."""
    stop = process.stop_on_signals()
    engine = engine_for(settings)
    relay = Relay(engine, lambda: connect(settings.kafka), stop)
    _run(settings, relay.step, relay.state, Wakeup(engine, outbox_rows.CHANNEL), stop)
    relay.close()


def run_worker(settings: CatalogSettings, clock: Clock = utc_now) -> None:
    """Work until SIGTERM."""
    stop = process.stop_on_signals()
    engine = engine_for(settings)
    worker = Worker(engine, clock, ImportRunner(engine, clock))
    _run(settings, worker.step, worker.state, Wakeup(engine, import_runner.CHANNEL), stop)


def connect(bootstrap: str) -> Publisher:
    """A producer. Raises `PublishError` while no broker answers."""
    try:
        return KafkaPublisher(bootstrap, client_id="duijie-catalog-relay", deadline_s=ACK_DEADLINE_S)
    except KafkaError as error:
        raise PublishError(repr(error)) from error


def _run(
    settings: CatalogSettings,
    step: Callable[[], bool],
    state: Callable[[], dict[str, object]],
    wakeup: Wakeup,
    stop: threading.Event,
) -> None:
    def ready() -> dict[str, object]:
        try:
            return state()
        except (exc.OperationalError, exc.TimeoutError):
            return {"ready": False, "database": False}

    probe = Probe(settings.host, settings.port, ready)
    probe.start()
    process.run(step, wakeup, stop)
    probe.stop()
