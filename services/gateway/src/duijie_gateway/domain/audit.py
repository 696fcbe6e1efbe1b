"""The audit: which requests are recorded, and the chain that shows whether a row was changed or taken out."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING
from uuid import UUID

if TYPE_CHECKING:
    from collections.abc import Iterable

    from duijie_gateway.domain.access import Caller

LOG_IN = "log-in"
REFUSED = "refused"
"""Of a request that is recorded only since the role may not do it."""
FIRST = "0" * 64
"""What the first entry's hash continues."""
MAX_REQUEST_CHARS = 200

_DEEDS: tuple[tuple[str, str, str], ...] = (
    ("POST", r"/v1/matches/[^/]+/decisions", "decide"),
    ("POST", r"/v1/parties/[^/]+/reveals", "reveal"),
    ("POST", r"/v1/parties/[^/]+/erasure", "erase"),
    ("POST", r"/v1/parties/[^/]+/verification", "verify-party"),
    ("POST", r"/v1/keys", "make-key"),
    ("POST", r"/v1/keys/[^/]+/rotate", "rotate-key"),
    ("DELETE", r"/v1/keys/[^/]+", "revoke-key"),
    ("POST", r"/v1/users", "make-user"),
    ("PATCH", r"/v1/users/[^/]+", "set-password"),
    ("DELETE", r"/v1/users/[^/]+", "remove-user"),
    ("PUT", r"/v1/policy", "set-policy"),
    ("POST", r"/v1/constraints", "set-constraint"),
    ("DELETE", r"/v1/constraints/[^/]+", "end-constraint"),
    ("POST", r"/v1/flags/[^/]+", "review-flag"),
    ("POST", r"/v1/grade-reviews/[^/]+", "review-grade"),
    ("POST", r"/v1/designations/[^/]+/(?:editions|end)", "keep-list"),
    ("POST", r"/v1/session|/login", LOG_IN),
)
_RECORDED = tuple((method, re.compile(path), action) for method, path, action in _DEEDS)
_NOT_PLAIN = re.compile(r"[^\x21-\x7e]")


@dataclass(frozen=True, slots=True)
class Entry:
    """Who did what and how it was answered. `actor` is the key's id; `request` method and path, without the query."""

    recorded_at: dt.datetime
    action: str
    actor: UUID | None
    role: str | None
    party_id: UUID | None
    county: str | None
    request: str
    status: int
    correlation_id: str


def entry_of(
    method: str, path: str, status: int, caller: Caller | None, *, correlation_id: str, now: dt.datetime
) -> Entry | None:
    """What is recorded of an answered request: deeds that were done, log-ins that failed too, and every 403 of
    somebody who is known. None for all else.
    """
    action = next((word for verb, form, word in _RECORDED if verb == method and form.fullmatch(path)), None)
    done = action is not None and status < 400
    failed = action == LOG_IN and status in {401, 429}
    refused = status == 403 and caller is not None
    if not (done or failed or refused):
        return None
    return Entry(
        now,
        action or REFUSED,
        caller.key_id if caller else None,
        caller.role if caller else None,
        caller.party_id if caller else None,
        caller.county if caller else None,
        f"{method} {_NOT_PLAIN.sub('?', path)[:MAX_REQUEST_CHARS]}",
        status,
        correlation_id,
    )


def chained(previous: str, sequence: int, entry: Entry) -> str:
    """The hash of an entry: SHA-256 over the hash before it, its place and every field, in hex."""
    fields = {
        name: None if value is None else str(value)
        for name, value in asdict(entry).items()
        if name != "recorded_at"
    }
    when = entry.recorded_at.astimezone(dt.UTC).isoformat()
    told = json.dumps([previous, sequence, when, fields], sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()


def first_break(rows: Iterable[tuple[int, Entry, str]]) -> int | None:
    """The first sequence, counted from 1, at which the chain does not hold; None when it holds to its end."""
    previous, expected = FIRST, 1
    for sequence, entry, found in rows:
        if sequence != expected or chained(previous, sequence, entry) != found:
            return expected
        previous, expected = found, expected + 1
    return None
