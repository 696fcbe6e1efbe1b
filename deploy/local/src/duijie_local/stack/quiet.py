"""When a stack has nothing left to do: what was posted is matched and can be read."""

import time
from collections.abc import Callable
from typing import Any

import httpx

from duijie_local.stack.state import Stack

POLL_SECONDS = 0.2
QUIET_SECONDS = 300.0
PROBE_SECONDS = 10.0

# In the order in which work travels: seen empty in this order, nothing can hide behind the one who looks.
_PENDING = (
    ("catalog-worker", ("imports_pending",)),
    ("catalog-relay", ("outbox_pending",)),
    ("matcher", ("lag", "dirty_markets")),
    ("gateway-projector", ("lag",)),
)


class NotQuietError(Exception):
    """The stack still had work when the time was up; the message says what."""


def readiness(stack: Stack, process: str) -> dict[str, Any] | None:
    """The details of a process's `/readyz`, ready or not; None while it does not answer."""
    try:
        answer = httpx.get(f"{stack.probes[process]}/readyz", timeout=PROBE_SECONDS, trust_env=False)
        details = answer.json()
    except (httpx.TransportError, ValueError):
        return None
    return details if isinstance(details, dict) else None


def pending(stack: Stack) -> dict[str, int | None]:
    """Work not yet done, by `process.detail`; None where the process does not say."""
    found: dict[str, int | None] = {}
    for process, details in _PENDING:
        answer = readiness(stack, process) or {}
        for name in details:
            value = answer.get(name)
            found[f"{process}.{name}"] = value if isinstance(value, int) else None
    return found


def wait_until_quiet(
    stack: Stack,
    seconds: float = QUIET_SECONDS,
    progress: Callable[[dict[str, int | None]], None] = lambda _: None,
) -> None:
    """Wait until nothing is pending, seen twice in a row.

    Raises:
        NotQuietError: after `seconds`.
    """
    deadline = time.monotonic() + seconds
    seen = 0
    while seen < 2:
        found = pending(stack)
        seen = seen + 1 if all(value == 0 for value in found.values()) else 0
        progress(found)
        if time.monotonic() > deadline:
            raise NotQuietError(f"{found}")
        time.sleep(POLL_SECONDS)
