"""The one place where the gateway's processes are put together from their settings."""

from __future__ import annotations

import asyncio
import datetime as dt
import signal
import threading
from typing import TYPE_CHECKING

import structlog
import uvicorn
from duijie_shared.kafka.consumer import KafkaReader
from duijie_shared.kafka.producer import KafkaPublisher
from duijie_shared.service.probe import Probe
from sqlalchemy import create_engine, make_url
from sqlalchemy.ext.asyncio import create_async_engine

from duijie_gateway import migrate as migrations
from duijie_gateway.api.deps import Services
from duijie_gateway.app import create_app, with_edge
from duijie_gateway.catalog_client import CatalogClient, open_catalog
from duijie_gateway.county_lists import CountyLists
from duijie_gateway.decoding import READ_TOPICS
from duijie_gateway.domain.signing import Signer
from duijie_gateway.domain.targets import TargetPolicy
from duijie_gateway.feed import FeedHub
from duijie_gateway.limiting import Limiter
from duijie_gateway.notices import process as notice_process
from duijie_gateway.notices.addresses import Gateways
from duijie_gateway.notices.bundling import Bundler
from duijie_gateway.notices.dispatch import Dispatcher
from duijie_gateway.notices.parts import Notices
from duijie_gateway.notices.store import NoticeStore
from duijie_gateway.passwords import Passwords
from duijie_gateway.projection import Projection
from duijie_gateway.projector import CONSUMER, Projector
from duijie_gateway.repository.audit import AuditLog
from duijie_gateway.repository.changes import ChangeReader
from duijie_gateway.repository.feeds import FeedStore
from duijie_gateway.repository.keys import KeyStore
from duijie_gateway.repository.listings import ListingReader
from duijie_gateway.repository.matches import MatchReader
from duijie_gateway.repository.plans import PlanReader
from duijie_gateway.repository.users import UserStore
from duijie_gateway.webhooks import process as webhook_process
from duijie_gateway.webhooks.digests import Digests
from duijie_gateway.webhooks.handing_out import HandOut
from duijie_gateway.webhooks.log import AttemptLog
from duijie_gateway.webhooks.parts import Webhooks
from duijie_gateway.webhooks.queue import Queue
from duijie_gateway.webhooks.secrets import Seal
from duijie_gateway.webhooks.sender import Places, Sender
from duijie_gateway.webhooks.store import WebhookStore
from duijie_gateway.webhooks.transport import Resolver, Transport

if TYPE_CHECKING:
    from collections.abc import Mapping

    import httpx
    from sqlalchemy.ext.asyncio import AsyncEngine

    from duijie_gateway.projection import Place
    from duijie_gateway.settings import (
        ApiSettings,
        MigrateSettings,
        NoticeSettings,
        NotifierSettings,
        ProjectorSettings,
        SenderSettings,
        WebhookSettings,
    )


def utc_now() -> dt.datetime:
    """The system's clock."""
    return dt.datetime.now(dt.UTC)


def migrate(settings: MigrateSettings) -> None:
    """Run the migrations and end."""
    engine = create_engine(settings.database_url)
    migrations.migrate(engine, bootstrap_admin_key_sha256=settings.bootstrap_admin_key_sha256, now=utc_now())
    engine.dispose()


def build_services(settings: ApiSettings, http: httpx.AsyncClient, engine: AsyncEngine) -> Services:
    """What the API's routes use."""
    # A single statement needs no transaction around it: two round trips less a query, over the same pool.
    reading = engine.execution_options(isolation_level="AUTOCOMMIT")
    keys, matches, changes = KeyStore(engine, reading), MatchReader(reading), ChangeReader(reading)
    secret = settings.session_secret.get_secret_value()
    conninfo = make_url(settings.database_url).set(drivername="postgresql")
    catalog = CatalogClient(http)
    return Services(
        settings=settings,
        keys=keys,
        users=UserStore(engine),
        passwords=Passwords(),
        matches=matches,
        plans=PlanReader(reading),
        listings=ListingReader(reading),
        changes=changes,
        feeds=FeedStore(engine, reading),
        audit=AuditLog(engine),
        catalog=catalog,
        county_lists=CountyLists(catalog, utc_now),
        hub=FeedHub(conninfo.render_as_string(hide_password=False), matches, changes, keys, utc_now),
        webhooks=Webhooks(
            store=WebhookStore(engine),
            log=AttemptLog(engine),
            transport=webhook_transport(settings),
            seal=Seal(settings.webhook_key.get_secret_value()),
            most=settings.max_webhooks,
        ),
        notices=Notices(
            store=NoticeStore(engine),
            gateways=notice_gateways(settings),
            seal=Seal(settings.webhook_key.get_secret_value()),
            most=settings.max_notice_channels,
        ),
        limiter=Limiter(
            per_key=settings.key_requests_per_second, per_address=settings.address_requests_per_second
        ),
        cursors=Signer(secret, "cursor"),
        forms=Signer(secret, "form"),
        clock=utc_now,
    )


def open_engine(settings: ApiSettings) -> AsyncEngine:
    """The API's connections. A request waits two seconds for one at the most, then it is told to come back."""
    return create_async_engine(
        settings.database_url, pool_size=10, max_overflow=5, pool_timeout=2.0, pool_pre_ping=True
    )


def run_api(settings: ApiSettings) -> int:
    """Serve until SIGTERM or SIGINT; the process's exit status."""
    engine = open_engine(settings)
    http = open_catalog(settings.catalog_url, settings.internal_token.get_secret_value())
    services = build_services(settings, http, engine)
    failed = threading.Event()

    def fail() -> None:
        failed.set()
        signal.raise_signal(signal.SIGTERM)

    app = create_app(services, on_hub_failure=fail)
    # uvicorn repeats the signal that ended it to the handler it found, whose default would end us as if killed.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: None)
    server = uvicorn.Server(
        uvicorn.Config(
            with_edge(app, services),
            host=settings.host,
            port=settings.port,
            log_config=None,
            access_log=False,
            server_header=False,
            # A header that anybody can send must not choose the address that is limited.
            proxy_headers=bool(settings.trusted_proxies),
            forwarded_allow_ips=settings.trusted_proxies or None,
            timeout_graceful_shutdown=5,
        )
    )
    server.run()
    return 1 if failed.is_set() else 0


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


def webhook_transport(settings: WebhookSettings) -> Transport:
    """What may be sent to: public targets, and those that the operator named."""
    policy = TargetPolicy.of(settings.webhook_allow, plain_http=settings.webhook_http)
    return Transport(policy, Resolver())


def run_sender(settings: SenderSettings) -> None:
    """Deliver webhooks until SIGTERM or SIGINT."""
    asyncio.run(_send(settings))


async def _send(settings: SenderSettings) -> None:
    places = settings.webhook_places
    # A place takes a connection for moments only: between two attempts, and while a page is handed out.
    engine = create_async_engine(settings.database_url, pool_size=10, max_overflow=10, pool_pre_ping=True)
    changes, feeds = ChangeReader(engine), FeedStore(engine)
    sender = Sender(
        Queue(engine),
        HandOut(engine, changes, feeds, utc_now),
        Digests(engine, changes, feeds, utc_now),
        AttemptLog(engine),
        webhook_transport(settings),
        Seal(settings.webhook_key.get_secret_value()),
        clock=utc_now,
        chance=webhook_process.chance,
        places=Places(healthy=places, troubled=max(places // 2, 1), most=4 * places),
    )
    conninfo = make_url(settings.database_url).set(drivername="postgresql")
    try:
        await webhook_process.run(
            sender, conninfo.render_as_string(hide_password=False), settings.host, settings.port
        )
    finally:
        await engine.dispose()


def notice_gateways(settings: NoticeSettings) -> Gateways:
    """The operator's mail server and SMS gateway."""
    return Gateways(settings.notice_mail_url.get_secret_value(), settings.notice_sms_url.get_secret_value())


def run_notifier(settings: NotifierSettings) -> None:
    """Write to people until SIGTERM or SIGINT."""
    asyncio.run(_notify(settings))


async def _notify(settings: NotifierSettings) -> None:
    engine = create_async_engine(settings.database_url, pool_size=5, max_overflow=10, pool_pre_ping=True)
    seal = Seal(settings.webhook_key.get_secret_value())
    notifier = notice_process.Notifier(
        Bundler(engine, ChangeReader(engine), utc_now, settings.public_url),
        Dispatcher(engine, notice_gateways(settings), seal, utc_now),
    )
    try:
        await notice_process.run(notifier, settings.host, settings.port)
    finally:
        await engine.dispose()


def rewind(settings: ProjectorSettings) -> None:
    """Empty the read model; the next projector rebuilds it."""
    engine = create_engine(settings.database_url)
    Projection(engine).rewind()
    engine.dispose()
