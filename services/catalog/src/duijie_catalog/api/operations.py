"""`/ticks`, `/statistics`: what the operator and the tests need."""

from __future__ import annotations

import datetime as dt
from typing import Any

from duijie_shared.service.errors import FieldError, unprocessable
from fastapi import APIRouter, Request

from duijie_catalog import clockwork
from duijie_catalog.api.context import Context
from duijie_catalog.api.parties import for_operator
from duijie_catalog.api.requests import Small
from duijie_catalog.outgoing.outbox_rows import pending


def router(context: Context) -> APIRouter:
    """The routes of operations."""
    routes = APIRouter(tags=["operations"])

    @routes.post("/ticks")
    def tick(request: Small) -> dict[str, Any]:
        for_operator(request.caller)
        as_of = _instant(request.fields())
        expired = clockwork.turn(context.engine, as_of, request.correlation_id)
        return {"as_of": as_of.isoformat(), "expired": expired}

    @routes.get("/statistics")
    def statistics(request: Request) -> dict[str, Any]:
        with context.reading(request) as uow:
            orders = uow.orders.counts()
            return {
                "orders": {"total": sum(orders.values()), "open": 0, **orders},
                "capacities": sum(uow.capacities.counts().values()),
                "parties": sum(uow.parties.counts().values()),
                "outbox_pending": pending(uow.session),
            }

    return routes


def _instant(fields: dict[str, Any]) -> dt.datetime:
    try:
        as_of = dt.datetime.fromisoformat(str(fields["as_of"]))
    except (KeyError, ValueError) as error:
        raise unprocessable([_AS_OF]) from error
    if as_of.tzinfo is None or not 2000 <= as_of.year <= 2100:
        raise unprocessable([_AS_OF])
    return as_of.astimezone(dt.UTC).replace(microsecond=0)


_AS_OF = FieldError(
    "as_of", "not-an-instant", "应为带时区的 ISO 8601 时间", "must be an ISO 8601 instant with an offset"
)
