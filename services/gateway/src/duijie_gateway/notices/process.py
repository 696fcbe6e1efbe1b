"""The notifier as a process: bundle, send, look again."""

from __future__ import annotations

import asyncio
import signal
import time
from contextlib import suppress
from typing import TYPE_CHECKING

import psycopg
import structlog
from duijie_shared.service.probe import Probe
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

if TYPE_CHECKING:
    from duijie_gateway.notices.bundling import Bundler
    from duijie_gateway.notices.dispatch import Dispatcher

EVERY_SECONDS = 2.0
"""People wait for minutes between two messages; nobody needs to be woken for them."""
STALLED_SECONDS = 180.0

log = structlog.get_logger()


class Notifier:
    """Goes round until it is stopped."""

    def __init__(self, bundler: Bundler, dispatcher: Dispatcher) -> None:
        self._bundler = bundler
        self._dispatcher = dispatcher
        self._round_at: float | None = None
        self._pending = 0

    def ready(self, monotonic: float) -> dict[str, object]:
        """For the probe: whether it goes round, and how many messages wait."""
        alive = self._round_at is not None and monotonic - self._round_at < STALLED_SECONDS
        return {"ready": alive, "pending": self._pending}

    async def turn(self) -> None:
        """Bring all channels up to date and send what is due."""
        while await self._bundler.turn():
            pass
        while await self._dispatcher.turn():
            pass
        self._pending = await self._dispatcher.pending()
        self._round_at = time.monotonic()

    async def run(self, stop: asyncio.Event) -> None:
        """Turn after turn; a database that is away is waited for."""
        while not stop.is_set():
            try:
                await self.turn()
            except (DBAPIError, PoolTimeoutError, psycopg.OperationalError) as error:
                log.warning("notices wait for the database", error=repr(error))
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), EVERY_SECONDS)


async def run(notifier: Notifier, host: str, port: int) -> None:
    """Notify until SIGTERM or SIGINT."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    probe = Probe(host, port, lambda: notifier.ready(time.monotonic()))
    probe.start()
    log.info("notifier started", probe=probe.port)
    try:
        await notifier.run(stop)
    finally:
        probe.stop()
