"""The same request twice stores once: the first answer is kept with the state, in the same transaction."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from duijie_shared.service.errors import FieldError, Refusal, unprocessable
from sqlalchemy import delete, text

from duijie_catalog import bulk
from duijie_catalog.tables import IdempotencyRow

if TYPE_CHECKING:
    import datetime as dt

    from sqlmodel import Session

LONGEST_KEY = 255


@dataclass(frozen=True)
class Answer:
    """What a request gets: status, JSON body and headers."""

    status: int
    body: str
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Request:
    """One request under its key. Keys of different scopes (parties) never meet."""

    scope: str
    key: str | None
    fingerprint: str


def answer(status: int, body: dict[str, Any], headers: dict[str, str] | None = None) -> Answer:
    """An answer with its body written out, so that a repeated one is the same to the byte."""
    return Answer(status, json.dumps(body, ensure_ascii=False), headers or {})


def fingerprint(*parts: bytes) -> str:
    """What tells one request from another under the same key."""
    digest = hashlib.sha256()
    for place, part in enumerate(parts):
        digest.update(b"\0" if place else b"")
        digest.update(part)  # a file is not copied for it
    return digest.hexdigest()


def once(session: Session, request: Request, now: dt.datetime, act: Callable[[], Answer]) -> Answer:
    """The answer of `act`, or the one that this request got before.

    A refusal is not kept: it changed nothing, and a corrected request may use the key again.

    Raises
    ------
    Refusal
        409 while the same key is being answered, 422 when it was used for another request.
    """
    if request.key is None:
        return act()
    _check(request.key)
    digest = hashlib.sha256(f"{request.scope}\0{request.key}".encode()).digest()
    lock = {"lock": int.from_bytes(digest[:8], "big", signed=True)}
    # The lock ends with the transaction, so a killed process leaves no key "in flight".
    if not session.execute(text("SELECT pg_try_advisory_xact_lock(:lock)"), lock).scalar():
        raise Refusal(
            409,
            "idempotency-in-flight",
            "同一 Idempotency-Key 的请求正在处理",
            "A request with this Idempotency-Key is being answered",
            headers={"Retry-After": "1"},
        )
    stored = session.get(IdempotencyRow, (request.scope, request.key))
    if stored is not None:
        if stored.fingerprint != request.fingerprint:
            raise Refusal(
                422,
                "idempotency-reused",
                "该 Idempotency-Key 已用于另一请求",
                "This Idempotency-Key was used for another request",
            )
        return Answer(stored.status, stored.body, {**stored.headers, "Idempotency-Replayed": "true"})
    given = act()
    row = {
        "scope": request.scope,
        "key": request.key,
        "fingerprint": request.fingerprint,
        "status": given.status,
        "headers": given.headers,
        "body": given.body,
        "created_at": now,
    }
    bulk.insert(session, IdempotencyRow, [row])
    return given


def forget(session: Session, before: dt.datetime) -> None:
    """Drop the answers that were given before that instant."""
    session.execute(delete(IdempotencyRow).where(IdempotencyRow.created_at < before))  # type: ignore[arg-type]


def _check(key: str) -> None:
    if not key or len(key) > LONGEST_KEY or not key.isascii() or not key.isprintable():
        zh = f"应为 1 到 {LONGEST_KEY} 个可见 ASCII 字符"
        en = f"must be 1 to {LONGEST_KEY} printable ASCII characters"
        raise unprocessable([FieldError("Idempotency-Key", "malformed", zh, en)])
