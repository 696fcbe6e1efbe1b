"""What is recorded of answered requests, before anybody hears the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog
from duijie_shared.service.errors import unavailable
from duijie_shared.service.web import problem
from sqlalchemy.exc import SQLAlchemyError

from duijie_gateway.domain.audit import entry_of

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from duijie_gateway.repository.audit import AuditLog

log = structlog.get_logger()


class Audited:
    """Writes the audit between the route's deed and its answer.

    Where the row cannot be written the answer is 503: nobody is told of a deed that is not on record. The deed
    stands; the same request with its Idempotency-Key is answered as the first time, and recorded then.
    """

    def __init__(self, app: ASGIApp, audit: AuditLog, clock: Callable[[], dt.datetime]) -> None:
        self._app = app
        self._audit = audit
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        withheld = False

        async def answer(message: Message) -> None:
            nonlocal withheld
            if message["type"] == "http.response.start" and not await self._recorded(
                scope, message["status"]
            ):
                withheld = True
                await problem(unavailable())(scope, receive, send)
            if not withheld:
                await send(message)

        await self._app(scope, receive, answer)

    async def _recorded(self, scope: Scope, status: int) -> bool:
        state = scope["state"]
        entry = entry_of(
            scope["method"],
            scope["path"],
            status,
            state.get("caller"),
            correlation_id=state["correlation_id"],
            now=self._clock(),
        )
        if entry is None:
            return True
        try:
            await self._audit.append(entry)
        except SQLAlchemyError as error:
            log.error("the audit could not be written", action=entry.action, error=repr(error))
            return False
        return True
