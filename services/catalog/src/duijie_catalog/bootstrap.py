"""The one place that builds things: engines, publishers, the API, the background processes.

Imports that only one process needs stand in its function: a restart after a crash is a second quicker.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

from duijie_shared.service.probe import Probe
from sqlalchemy import Engine, create_engine, exc

from duijie_catalog import process
from duijie_catalog.clock import utc_now
from duijie_catalog.outgoing.wakeup import Wakeup

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable

    from duijie_shared.kafka.ports import Publisher

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
    from importlib import resources

    from alembic import command
    from alembic.config import Config

    from duijie_catalog import policies
    from duijie_catalog.unit_of_work import unit_of_work

    config = Config()
    config.set_main_option("script_location", str(resources.files("duijie_catalog") / "migrations"))
    config.attributes["database_url"] = settings.database_url
    command.upgrade(config, "head")
    engine = engine_for(settings)
    with unit_of_work(engine, str(uuid4())) as uow:
        policies.seed(uow, clock())
    engine.dispose()


def run_api(settings: ApiSettings, clock: Clock = utc_now) -> None:
    """Serve until SIGTERM."""
    import uvicorn

    from duijie_catalog.api.app import create_app
    from duijie_catalog.api.context import Context

    engine = engine_for(settings, connections=20, statement_timeout_s=10)
    app = create_app(Context(engine, clock), settings.internal_token.get_secret_value())
    # uvicorn repeats the signal that ended it to the handler it found, whose default would end us with -15.
    process.stop_on_signals()
    uvicorn.run(
        app,
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=10,
    )


def run_relay(settings: CatalogSettings) -> None:
    """Relay until SIGTERM."""
    from duijie_catalog.outgoing import outbox_rows
    from duijie_catalog.outgoing.relay import LANES, Lanes, Relay

    stop = process.stop_on_signals()
    engine = engine_for(settings)
    lanes = Lanes([Relay(engine, lambda: connect(settings.kafka), stop) for _ in range(LANES)])
    _run(settings, lanes.step, lanes.state, Wakeup(engine, outbox_rows.CHANNEL), stop)
    lanes.close()


def run_worker(settings: CatalogSettings, clock: Clock = utc_now) -> None:
    """Work until SIGTERM."""
    from duijie_catalog.files import import_runner
    from duijie_catalog.worker import Worker

    stop = process.stop_on_signals()
    engine = engine_for(settings)
    worker = Worker(engine, clock, import_runner.ImportRunner(engine, clock))
    _run(settings, worker.step, worker.state, Wakeup(engine, import_runner.CHANNEL), stop)


def connect(bootstrap: str) -> Publisher:
    """A producer. Raises `PublishError` while no broker answers."""
    from duijie_shared.kafka.ports import PublishError
    from duijie_shared.kafka.producer import KafkaPublisher
    from kafka.errors import KafkaError

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
