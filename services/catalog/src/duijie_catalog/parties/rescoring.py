"""What records, their days and the standing of a party change in orders is published without a new posting."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from duijie_catalog.clock import day_of
from duijie_catalog.domain.evidence import level_of
from duijie_catalog.facts import facts_of
from duijie_catalog.parties import attestations
from duijie_catalog.tables import FactsDayRow
from duijie_catalog.unit_of_work import UnitOfWork, unit_of_work

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence
    from uuid import UUID

    from sqlalchemy import Engine

    from duijie_catalog.domain.order import Order
    from duijie_catalog.domain.party import Party

log = structlog.get_logger()

BATCH = 500


def of_party(uow: UnitOfWork, party_id: UUID, now: dt.datetime) -> int:
    """Publish anew the party and its live orders, as far as what is known of it changed them; how many orders.

    The caller holds the party's row, so that nothing of the party's is stored meanwhile.
    """
    _relevel(uow, [party_id], now)
    total, after = 0, -1
    while batch := uow.orders.live(after=after, limit=BATCH, party_id=party_id):
        total += _refresh(uow, batch, now)
        after = batch[-1].sequence
    return total


def capacities(uow: UnitOfWork, party_id: UUID, now: dt.datetime) -> None:
    """Publish anew all live capacities of a party, which was suspended or reinstated."""
    after = -1
    while batch := uow.capacities.live(after=after, limit=BATCH, party_id=party_id):
        locked = uow.capacities.locked(each.id for each in batch)
        uow.store([each.refresh(now) for each in locked.values() if each.live], now)
        after = batch[-1].sequence


def sweep(engine: Engine, as_of: dt.datetime, correlation_id: str) -> int:
    """The same for all parties, once for each day that the clock shows; how many orders.

    What is published is compared with what holds, so a sweep that was interrupted, or a clock that was set
    back, ends with the same records.
    """
    day = day_of(as_of)
    with unit_of_work(engine, correlation_id) as uow:
        last = uow.session.get(FactsDayRow, 1)
        if last is not None and last.day == day:
            return 0
    total = _orders(engine, as_of, correlation_id)
    _parties(engine, as_of, correlation_id)
    with unit_of_work(engine, correlation_id) as uow:
        uow.session.merge(FactsDayRow(day=day))
    log.info("facts", day=day.isoformat(), refreshed=total)
    return total


def _orders(engine: Engine, as_of: dt.datetime, correlation_id: str) -> int:
    total, after = 0, -1
    while True:
        with unit_of_work(engine, correlation_id) as uow:
            batch = uow.orders.live(after=after, limit=BATCH)
            total += _refresh(uow, batch, as_of)
        if len(batch) < BATCH:
            return total
        after = batch[-1].sequence


def _parties(engine: Engine, as_of: dt.datetime, correlation_id: str) -> None:
    after: UUID | None = None
    while True:
        with unit_of_work(engine, correlation_id) as uow:
            batch = attestations.attested_parties(uow.session, after, BATCH)
            _relevel(uow, batch, as_of)
        if len(batch) < BATCH:
            return
        after = batch[-1]


def _refresh(uow: UnitOfWork, orders: Sequence[Order], now: dt.datetime) -> int:
    suspects = _differing(uow, orders, now)
    if not suspects:
        return 0
    locked = uow.orders.locked(order.id for order in suspects)
    lasting = [order for order in locked.values() if order.live]
    changed = _differing(uow, lasting, now)
    uow.store([order.refresh(now) for order in changed], now)
    return len(changed)


def _differing(uow: UnitOfWork, orders: Sequence[Order], now: dt.datetime) -> list[Order]:
    facts = facts_of(uow.session, orders, day_of(now))
    told = uow.orders.facts_told(order.id for order in orders)
    return [order for order in orders if told[order.id] != facts[order.id].kept()]


def _relevel(uow: UnitOfWork, party_ids: Sequence[UUID], now: dt.datetime) -> None:
    # Locked before the records are read: a revocation that came first is then seen.
    parties = uow.parties.locked(party_ids)
    standings = attestations.standings(uow.session, party_ids)
    changed: list[Party] = []
    for party in parties.values():
        leveled = party.attested(level_of(standings[party.id].records, (), day_of(now)), now)
        if leveled is not party:
            changed.append(leveled)
    uow.store(changed, now)
