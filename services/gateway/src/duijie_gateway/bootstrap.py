"""The one place where the gateway's processes are put together from their settings."""

from __future__ import annotations

import datetime as dt
import signal
import threading
from typing import TYPE_CHECKING

import httpx
import structlog
import uvicorn
from sqlalchemy import create_engine
from sqlalchemy.ext.asyncio import create_async_engine

from duijie_gateway import migrate as migrations
from duijie_gateway.decoding import READ_TOPICS
from duijie_gateway.projection import Projection
from duijie_gateway.projector import CONSUMER, Projector
from duijie_shared.kafka.consumer import KafkaReader
from duijie_shared.kafka.producer import KafkaPublisher
from duijie_shared.service.probe import Probe

if TYPE_CHECKING:
    from collections.abc import Mapping

    from duijie_gateway.projection import Place
    from duijie_gateway.settings import ApiSettings, MigrateSettings, ProjectorSettings


def utc_now() -> dt.datetime:
    """The system's clock."""
    return dt.datetime.now(dt.UTC)


def migrate(settings: MigrateSettings) -> None:
    """Run the migrations and end."""
    engine = create_engine(settings.database_url)
    migrations.migrate(
        engine, bootstrap_admin_key_sha256=settings.bootstrap_admin_key_sha256, now=utc_now()
    )
    engine.dispose()


def run_projector(settings: ProjectorSettings) -> None:
    """Project until SIGTERM or SIGINT."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())

    def open_reader(positions: Mapping[Place, int]) -> KafkaReader:
        return KafkaReader(settings.kafka, READ_TOPICS, client_id=CONSUMER, positions=positions)

    engine = create_engine(settings.database_url)
    publisher = KafkaPublisher(settings.kafka, client_id=CONSUMER)
    projector = Projector(
        Projection(engine),
        open_reader,
        publisher,
        clock=utc_now,
        feed_kept=dt.timedelta(days=settings.feed_days),
    )
    probe = Probe(settings.host, settings.port, projector.ready)
    probe.start()
    structlog.get_logger().info("projector started", probe=probe.port)
    try:
        projector.run(stop)
    finally:
        probe.stop()
        publisher.close()
        engine.dispose()


def rewind(settings: ProjectorSettings) -> None:
    """Empty the read model; the next projector rebuilds it."""
    engine = create_engine(settings.database_url)
    Projection(engine).rewind()
    engine.dispose()
