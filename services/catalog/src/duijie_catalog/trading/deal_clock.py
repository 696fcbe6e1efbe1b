"""Holds that end by themselves: by their deadline, or because one of their orders has ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

from duijie_catalog.trading import deal_rows, deals
from duijie_catalog.unit_of_work import unit_of_work

if TYPE_CHECKING:
    import datetime as dt

    from sqlalchemy import Engine

BATCH = 100


def lapse_due(engine: Engine, now: dt.datetime, correlation_id: str) -> int:
    """End all that are due, each in a transaction of its own; how many."""
    ended = 0
    while True:
        with unit_of_work(engine, correlation_id) as uow:
            due = deal_rows.due(uow, now, BATCH)
        for deal_id in due:
            with unit_of_work(engine, correlation_id) as uow:
                ended += deals.lapse(uow, deal_id, now)
        if len(due) < BATCH:
            return ended
