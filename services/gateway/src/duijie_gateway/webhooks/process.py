"""The sender as a process: its loop beside a listener that wakes it when the log has grown."""

from __future__ import annotations

import asyncio
import random
import signal
import time
from contextlib import suppress
from typing import TYPE_CHECKING

import psycopg
import structlog
from duijie_shared.service.probe import Probe

from duijie_gateway.projection import FEED_CHANNEL
from duijie_gateway.webhooks.store import WEBHOOKS_CHANNEL

if TYPE_CHECKING:
    from collections.abc import Callable

    from duijie_gateway.webhooks.sender import Sender

RETRY_SECONDS = 1.0
LISTEN_SECONDS = 5.0

log = structlog.get_logger()


def chance() -> float:
    """A number in [0, 1) for the jitter."""
    return random.random()  # noqa: S311 - it spreads load and guards nothing


async def run(sender: Sender, conninfo: str, host: str, port: int) -> None:
    """Deliver until SIGTERM or SIGINT."""
    stop = asyncio.Event()

    def end() -> None:
        stop.set()
        sender.wake()

    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, end)
    # The probe asks from a thread of its own; both read the same monotonic clock.
    probe = Probe(host, port, lambda: sender.ready(time.monotonic()))
    probe.start()
    log.info("sender started", probe=probe.port)
    listening = asyncio.create_task(listen(conninfo, sender.wake), name="listen")
    try:
        await sender.run(stop)
    finally:
        listening.cancel()
        with suppress(asyncio.CancelledError):
            await listening
        probe.stop()


async def listen(conninfo: str, wake: Callable[[], None]) -> None:
    """Wake the sender on every notice. A lost connection only costs latency: the loop looks by itself too."""
    while True:
        try:
            async with await psycopg.AsyncConnection.connect(conninfo, autocommit=True) as connection:
                for channel in (FEED_CHANNEL, WEBHOOKS_CHANNEL):
                    await connection.execute(f"LISTEN {channel}")
                wake()
                while True:
                    async for _ in connection.notifies(timeout=LISTEN_SECONDS, stop_after=1):
                        wake()
        except psycopg.OperationalError as error:
            log.warning("no notices of the log", error=repr(error))
            await asyncio.sleep(RETRY_SECONDS)
