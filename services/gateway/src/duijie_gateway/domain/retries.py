"""When a webhook is tried again, and when an endpoint is given up.

Source: the schedule that Svix documents (at once, then after 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 10 h) and the operational
part of Standard Webhooks (jitter, 410 ends the endpoint, 429 is obeyed, a redirect is a failure).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

DELAYS = tuple(dt.timedelta(seconds=seconds) for seconds in (5, 300, 1_800, 7_200, 18_000, 36_000, 36_000))
"""Before the second attempt, the third and so on, each reckoned from the failure before it."""
ATTEMPTS = len(DELAYS) + 1
JITTER = 0.1
"""The most that a delay grows by, so that what failed together is not tried together."""
GIVE_UP_AFTER = dt.timedelta(days=5)
"""An endpoint that took nothing for so long is disabled."""
MAX_RETRY_AFTER = dt.timedelta(hours=24)

Next = Literal["done", "again", "exhausted"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one attempt ended with. `status` is None where no answer came; `error` is a stable code, None on success.

    `retry_after` is what a 429 or 503 asked for.
    """

    status: int | None
    error: str | None
    retry_after: dt.timedelta | None = None

    @property
    def delivered(self) -> bool:
        """Whether the receiver took it."""
        return self.error is None

    @property
    def gone(self) -> bool:
        """Whether the receiver wants no more (410)."""
        return self.status == 410


def judge_status(status: int) -> str | None:
    """The code of a failure; None for 2xx. A redirect is one: a signed body goes where it was addressed alone."""
    if 200 <= status < 300:
        return None
    return "redirect" if 300 <= status < 400 else "refused"


def next_attempt(
    failed_attempt: int, now: dt.datetime, chance: float, retry_after: dt.timedelta | None = None
) -> dt.datetime | None:
    """When to try again after the `failed_attempt`th attempt (1 is the first); None when that was the last.

    `chance` in [0, 1) spreads the delay by up to `JITTER`. What the receiver asked for only ever makes it longer.
    """
    if failed_attempt >= ATTEMPTS:
        return None
    delay = DELAYS[failed_attempt - 1] * (1 + JITTER * chance)
    if retry_after is not None:
        delay = max(delay, min(retry_after, MAX_RETRY_AFTER))
    return now + delay


def gives_up(failing_since: dt.datetime, now: dt.datetime) -> bool:
    """Whether an endpoint that fails since then is disabled."""
    return now - failing_since >= GIVE_UP_AFTER
