"""What the audit records, and that its chain shows what was done to it."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import pytest
from duijie_gateway.domain.access import Caller
from duijie_gateway.domain.audit import FIRST, Entry, chained, entry_of, first_break
from gateway_records import NOW

STAFF = Caller(UUID(int=1), "staff", None, "530000")
ID = UUID(int=9)


def found(method: str, path: str, status: int, caller: Caller | None = STAFF) -> str | None:
    """The action recorded, if any."""
    entry = entry_of(method, path, status, caller, correlation_id="c", now=NOW)
    return entry.action if entry else None


@pytest.mark.parametrize(
    ("method", "path", "action"),
    [
        ("POST", f"/v1/matches/{ID}/decisions", "decide"),
        ("POST", f"/v1/parties/{ID}/reveals", "reveal"),
        ("POST", "/v1/keys", "make-key"),
        ("POST", f"/v1/keys/{ID}/rotate", "rotate-key"),
        ("DELETE", f"/v1/keys/{ID}", "revoke-key"),
        ("POST", "/v1/users", "make-user"),
        ("PATCH", f"/v1/users/{ID}", "set-password"),
        ("DELETE", f"/v1/users/{ID}", "remove-user"),
        ("PUT", "/v1/policy", "set-policy"),
        ("POST", "/v1/constraints", "set-constraint"),
        ("DELETE", f"/v1/constraints/{ID}", "end-constraint"),
        ("POST", "/login", "log-in"),
        ("POST", "/v1/session", "log-in"),
    ],
)
def test_a_deed_is_recorded_when_it_was_done(method: str, path: str, action: str) -> None:
    """A success under its word; what was malformed or not there did nothing."""
    assert found(method, path, 201) == action
    assert found(method, path, 422) is None
    assert found(method, path, 404) is None
    assert found(method, path, 503) is None


def test_failed_log_ins_and_refused_roles_are_recorded() -> None:
    """A 403 on any route of somebody known; of nobody known there is nothing to say but a failed log-in."""
    assert found("POST", "/v1/session", 401, None) == "log-in"
    assert found("POST", "/login", 429, None) == "log-in"
    assert found("GET", "/v1/keys", 403) == "refused"
    assert found("PUT", "/v1/policy", 403) == "set-policy"
    assert found("GET", "/v1/keys", 401, None) is None
    assert found("POST", "/login", 403, None) is None
    assert found("GET", "/v1/matches", 200) is None


def test_what_was_asked_for_is_kept_short_and_plain() -> None:
    """Nobody writes long or moving text into the audit by an address."""
    entry = entry_of("GET", "/v1/\u202e\x00" + "x" * 500, 403, STAFF, correlation_id="c", now=NOW)
    assert entry is not None
    assert entry.request == "GET /v1/??" + "x" * 194


def test_the_chain_shows_what_was_changed_taken_out_or_moved() -> None:
    """At the place where it happened; an untouched chain holds."""
    entry = entry_of("PUT", "/v1/policy", 200, STAFF, correlation_id="c", now=NOW)
    assert entry is not None
    rows: list[tuple[int, Entry, str]] = []
    previous = FIRST
    for sequence in range(1, 6):
        previous = chained(previous, sequence, entry)
        rows.append((sequence, entry, previous))
    assert first_break(rows) is None
    assert first_break([*rows[:2], *rows[3:]]) == 3
    changed = (3, replace(entry, status=403), rows[2][2])
    assert first_break([*rows[:2], changed, *rows[3:]]) == 3
    forged = (3, changed[1], chained(rows[1][2], 3, changed[1]))
    assert first_break([*rows[:2], forged, *rows[3:]]) == 4
