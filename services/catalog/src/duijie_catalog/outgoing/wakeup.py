"""Waiting for PostgreSQL to say that there is work, with a timeout as the fall-back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import text

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine


class Wakeup:
    """LISTEN on one channel. Notifications that come between two waits are kept, so none is missed."""

    def __init__(self, engine: Engine, channel: str) -> None:
        self._engine = engine
        self._channel = channel
        self._connection: Connection | None = None

    def open(self) -> None:
        """Start listening; does nothing while it already does."""
        if self._connection is None:
            connection = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
            connection.execute(text(f"LISTEN {self._channel}"))
            self._connection = connection

    def wait(self, timeout_s: float) -> None:
        """Return at a notification, or after `timeout_s`."""
        self.open()
        assert self._connection is not None  # noqa: S101 - just opened
        driver = self._connection.connection.driver_connection
        assert driver is not None  # noqa: S101
        for _ in driver.notifies(timeout=timeout_s, stop_after=1):
            return

    def close(self) -> None:
        """Stop listening. The connection is thrown away: it would go on listening in the pool."""
        if self._connection is not None:
            self._connection.invalidate()
            self._connection.close()
            self._connection = None
