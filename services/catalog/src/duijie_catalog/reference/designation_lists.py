"""County lists as staff keep them: editions are added, never changed, and orders of counties they touch follow.

Orders carry the designations of one day, the same for all: that of the last tick. Storing an edition or turning the
day waits for the orders that are being stored, so each of those either sees the change or is found by the refresh.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from duijie_shared.events.base import LIVE
from duijie_shared.geography import ListEdition
from duijie_shared.geography.designation_json import edition_to_json
from sqlalchemy import text
from sqlmodel import col, select

from duijie_catalog.clock import day_of
from duijie_catalog.reference.designation_facts import book_of, stored_editions
from duijie_catalog.tables import (
    DesignationDayRow,
    DesignationEditionRow,
    DesignationRefreshRow,
    OrderRow,
)
from duijie_catalog.unit_of_work import UnitOfWork, unit_of_work

if TYPE_CHECKING:
    from sqlalchemy import Engine
    from sqlmodel import Session

LOCK = "designations"
"""Shared by every transaction that stores orders (`designation_state()`), held alone by what changes the lists."""

BATCH = 500


@dataclass(frozen=True, slots=True)
class Change:
    """What an edition changes: counties that its list names, or no longer names, on the day it takes effect, and
    those whose orders change at once.
    """

    on: dt.date
    added: tuple[str, ...]
    ended: tuple[str, ...]
    kept: int
    now: tuple[str, ...]


def change(session: Session, edition: ListEdition, now: dt.datetime) -> Change:
    """What an edition would change."""
    rows = stored_editions(session)
    before, after = book_of(rows), book_of(rows, edition)
    on = edition.effective_from or dt.date.min
    was, will = set(before.named(edition.code, on)), set(after.named(edition.code, on))
    today = _day(session, now)
    return Change(
        on=on,
        added=tuple(sorted(will - was)),
        ended=tuple(sorted(was - will)),
        kept=len(was & will),
        now=after.differing(before, today, today),
    )


def add(
    uow: UnitOfWork, edition: ListEdition, *, by_role: str, by_key: UUID | None, now: dt.datetime
) -> Change:
    """Store an edition; orders that it changes today are refreshed from now on, others on its day."""
    # Orders that come in wait behind this lock: better to be told to come back than to hold them up.
    uow.session.execute(text("SET LOCAL lock_timeout = '1s'"))
    uow.lock(LOCK)
    made = change(uow.session, edition, now)
    uow.session.add(
        DesignationEditionRow(
            id=uuid4(),
            code=edition.code,
            body=edition_to_json(edition),
            by_role=by_role,
            by_key=by_key,
            created_at=now,
        )
    )
    _queue(uow, made.now, now)
    uow.session.flush()
    return made


def turn_day(engine: Engine, as_of: dt.datetime, correlation_id: str) -> None:
    """Judge designations on the day of `as_of` from now on, and refresh the orders that this changes."""
    day = day_of(as_of)
    with unit_of_work(engine, correlation_id) as uow:
        uow.lock(LOCK)
        stored = uow.session.get(DesignationDayRow, 1)
        if stored is None:
            uow.session.add(DesignationDayRow(day=day))
        elif stored.day != day:
            _queue(uow, book_of(stored_editions(uow.session)).changed(stored.day, day), as_of)
            stored.day = day
        uow.session.flush()
    while refresh_some(engine, as_of):
        pass


def refresh_some(engine: Engine, now: dt.datetime) -> bool:
    """Publish a batch of orders anew whose county's designations changed; whether there was any to look for."""
    with unit_of_work(engine, "") as uow:
        if uow.session.exec(select(DesignationRefreshRow.id).limit(1)).first() is None:
            return False
        uow.lock("designation_refreshes")
        job = uow.session.exec(
            select(DesignationRefreshRow).order_by(col(DesignationRefreshRow.id)).limit(1)
        ).first()
        if job is None:
            return False
        uow.correlation_id = job.correlation_id
        found = _next_orders(uow.session, job)
        orders = uow.orders.locked(id_ for id_, _ in found).values()
        uow.store([order.refresh(now) for order in orders if order.status in LIVE], now)
        if len(found) < BATCH:
            uow.session.delete(job)
        else:
            job.after = found[-1][1]
        uow.session.flush()
        return True


def _next_orders(session: Session, job: DesignationRefreshRow) -> Sequence[tuple[UUID, int]]:
    query = (
        select(OrderRow.id, OrderRow.sequence)
        .where(
            col(OrderRow.county).in_(job.counties),
            col(OrderRow.status).in_(LIVE),
            OrderRow.sequence > job.after,
        )
        .order_by(col(OrderRow.sequence))
        .limit(BATCH)
    )
    return session.exec(query).all()


def _queue(uow: UnitOfWork, counties: Sequence[str], now: dt.datetime) -> None:
    if counties:
        uow.session.add(
            DesignationRefreshRow(counties=list(counties), correlation_id=uow.correlation_id, created_at=now)
        )


def _day(session: Session, now: dt.datetime) -> dt.date:
    stored = session.get(DesignationDayRow, 1)
    return day_of(now) if stored is None else stored.day
