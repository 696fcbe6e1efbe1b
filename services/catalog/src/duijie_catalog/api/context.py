"""What every endpoint works with: the database, the clock, and one way to answer a command once."""

from __future__ import annotations

import base64
import binascii
import operator
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from duijie_shared.service.errors import FieldError, unprocessable
from fastapi import Request, Response
from sqlalchemy import Engine

from duijie_catalog import idempotency
from duijie_catalog.api.requests import Command
from duijie_catalog.clock import Clock
from duijie_catalog.idempotency import Answer
from duijie_catalog.unit_of_work import UnitOfWork, unit_of_work


@dataclass(frozen=True)
class Context:
    """Built once at start and shared by all requests."""

    engine: Engine
    clock: Clock

    def reading(self, request: Request) -> AbstractContextManager[UnitOfWork]:
        """The transaction of a request without a body."""
        return unit_of_work(self.engine, request.state.correlation_id)

    def work(self, command: Command) -> AbstractContextManager[UnitOfWork]:
        """The transaction of a command that is not answered once for all."""
        return unit_of_work(self.engine, command.correlation_id)

    def answer_once(self, command: Command, act: Callable[[UnitOfWork], Answer]) -> Response:
        """The answer of `act`, stored with what it changed under the caller's Idempotency-Key."""
        request = idempotency.Request(
            scope=str(command.caller.party_id or command.caller.key_id or f"role:{command.caller.role}"),
            key=command.idempotency_key,
            fingerprint=idempotency.fingerprint(
                command.method.encode(),
                command.path.encode(),
                (command.if_match or "").encode(),
                command.body,
            ),
        )
        with self.work(command) as uow:
            given = idempotency.once(uow.session, request, self.clock(), lambda: act(uow))
        return Response(given.body, given.status, given.headers, media_type="application/json")


def page(
    items: Sequence[Any],
    limit: int,
    render: Callable[[Any], dict[str, Any]],
    place: Callable[[Any], int] = operator.attrgetter("sequence"),
) -> dict[str, Any]:
    """A page of what was fetched with one item more than `limit`, which only says that there is more."""
    shown = items[:limit]
    more = len(items) > limit
    return {
        "items": [render(item) for item in shown],
        "next": _cursor(place(shown[-1])) if more else None,
    }


def after_of(cursor: str | None) -> int:
    """The sequence that a cursor points behind. Raises 422 for one that no page gave."""
    if cursor is None:
        return 0
    try:
        text = base64.urlsafe_b64decode(cursor.encode() + b"=" * (-len(cursor) % 4)).decode()
        after = int(text) if text.isascii() and text.isdigit() and len(text) < 19 else -1
    except (binascii.Error, ValueError):
        after = -1
    if after < 0 or _cursor(after) != cursor:
        raise unprocessable([FieldError("cursor", "malformed", "不是有效的游标", "is no cursor of ours")])
    return after


def _cursor(sequence: int) -> str:
    return base64.urlsafe_b64encode(str(sequence).encode()).decode().rstrip("=")
