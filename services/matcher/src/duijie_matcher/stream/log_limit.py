"""While a broker is away the client libraries log a hundred lines a second, all saying the same."""

from __future__ import annotations

import logging

CHATTY = ("aiokafka", "faust", "mode")
PERIOD_S = 10.0


class LogLimit(logging.Filter):
    """Lets each message of the chatty libraries through once in a period, whatever its arguments."""

    def __init__(self, period: float = PERIOD_S) -> None:
        super().__init__()
        self._period = period
        self._last: dict[tuple[str, object], float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the record goes out."""
        if not record.name.startswith(CHATTY):
            return True
        said = (record.name, record.msg)
        if record.created - self._last.get(said, float("-inf")) < self._period:
            return False
        self._last[said] = record.created
        return True


def limit_logs() -> None:
    """Apply the limit to everything that the process logs from now on."""
    for name in CHATTY:
        logging.getLogger(name).setLevel("WARNING")
    for handler in logging.getLogger().handlers:
        handler.addFilter(LogLimit())
