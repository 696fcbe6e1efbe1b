"""Catalog's clock: ticks, and what is over by them. The only way that time reaches the matcher."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import structlog
from duijie_shared.events.topics import MARKET_PARTITIONS

from duijie_catalog import idempotency
from duijie_catalog.clock import day_of
from duijie_catalog.demands import standing
from duijie_catalog.files import import_files
from duijie_catalog.metrics import EXPIRED, TOMBSTONED
from duijie_catalog.outgoing import outbox
from duijie_catalog.outgoing.turnover import turnover
from duijie_catalog.parties import rescoring
from duijie_catalog.reference.designation_lists import turn_day
from duijie_catalog.tables import ClockRow
from duijie_catalog.trading import constraint_rows, deal_clock
from duijie_catalog.unit_of_work import UnitOfWork, unit_of_work

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from duijie_catalog.repository import Postings

log = structlog.get_logger()

BATCH = 500
RECORDS_STAY = dt.timedelta(days=7)
"""How long the record of a closed posting stays on its topic, for consumers that were away."""

ANSWERS_STAY = dt.timedelta(days=2)
"""How long an Idempotency-Key gives its first answer."""


def turn(engine: Engine, as_of: dt.datetime, correlation_id: str) -> int:
    """Set the clock to `as_of`, wherever it stood: expire, tombstone, tick. How many postings expired."""
    expired = _close(engine, as_of, correlation_id)
    with unit_of_work(engine, correlation_id) as uow:
        uow.lock("clock")
        _tick(uow, as_of)
    turn_day(engine, as_of, correlation_id)
    standing.turn(engine, as_of, correlation_id)
    rescoring.sweep(engine, as_of, correlation_id)
    log.info("tick", as_of=as_of.isoformat(), expired=expired)
    return expired


def advance(engine: Engine, now: dt.datetime, correlation_id: str) -> None:
    """The hourly turn. Where the clock was set ahead of `now` it stays there: it never goes back by itself."""
    now = now.replace(microsecond=0)
    expired = _close(engine, now, correlation_id)
    with unit_of_work(engine, correlation_id) as uow:
        uow.lock("clock")
        last = uow.session.get(ClockRow, 1)
        as_of = now if last is None else max(last.as_of, now)
        _tick(uow, as_of)
        uow.publish(turnover(as_of), as_of)
        idempotency.forget(uow.session, now - ANSWERS_STAY)
    turn_day(engine, as_of, correlation_id)
    standing.turn(engine, as_of, correlation_id)
    rescoring.sweep(engine, as_of, correlation_id)
    log.info("tick", as_of=as_of.isoformat(), expired=expired)


def next_hour(now: dt.datetime) -> dt.datetime:
    """When the next tick is due: on the hour, so that midnight in Shanghai is one."""
    return now.replace(minute=0, second=0, microsecond=0) + dt.timedelta(hours=1)


Select = Callable[[UnitOfWork], "Postings[Any]"]
Work = Callable[[UnitOfWork, "Postings[Any]", dt.datetime], int]


def _close(engine: Engine, as_of: dt.datetime, correlation_id: str) -> int:
    expired = 0
    for select in (_orders, _capacities):
        expired += _in_batches(engine, select, _expire, as_of, correlation_id)
        _in_batches(engine, select, _tombstone, as_of, correlation_id)
    deal_clock.lapse_due(engine, as_of, correlation_id)
    _forget_constraints(engine, as_of, correlation_id)
    return expired


def _forget_constraints(engine: Engine, as_of: dt.datetime, correlation_id: str) -> None:
    done = BATCH
    while done == BATCH:
        with unit_of_work(engine, correlation_id) as uow:
            done = constraint_rows.tombstone(uow, as_of, BATCH)
        TOMBSTONED.inc(done)


def _tick(uow: UnitOfWork, as_of: dt.datetime) -> None:
    import_files.forget(uow.session, as_of)
    uow.session.merge(ClockRow(as_of=as_of))
    uow.session.flush()
    uow.publish(outbox.ticks(range(MARKET_PARTITIONS), as_of), as_of)


def _orders(uow: UnitOfWork) -> Postings[Any]:
    return uow.orders


def _capacities(uow: UnitOfWork) -> Postings[Any]:
    return uow.capacities


def _in_batches(engine: Engine, select: Select, work: Work, as_of: dt.datetime, correlation_id: str) -> int:
    total = 0
    while True:
        with unit_of_work(engine, correlation_id) as uow:
            done = work(uow, select(uow), as_of)
        total += done
        if done < BATCH:
            return total


def _expire(uow: UnitOfWork, postings: Postings[Any], as_of: dt.datetime) -> int:
    over = postings.over(day_of(as_of), BATCH)
    uow.store([posting.expire(as_of) for posting in over], as_of)
    EXPIRED.inc(len(over))
    return len(over)


def _tombstone(uow: UnitOfWork, postings: Postings[Any], as_of: dt.datetime) -> int:
    closed = postings.long_closed(as_of - RECORDS_STAY, BATCH)
    uow.publish(outbox.tombstones(closed), as_of)
    postings.mark_tombstoned([posting.id for posting in closed], as_of)
    TOMBSTONED.inc(len(closed))
    return len(closed)
