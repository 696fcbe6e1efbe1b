"""Rows <-> constraints, and what ends them by itself. All SQL about constraints is here."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, any_, literal, or_, update
from sqlmodel import col, select

from duijie_catalog import bulk
from duijie_catalog.domain.constraint import Constraint
from duijie_catalog.outgoing import outbox
from duijie_catalog.parties.attestations import actor_in, actor_out
from duijie_catalog.tables import ConstraintRow

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from duijie_shared.events.constraints import ConstraintKind, ConstraintStatus
    from sqlmodel.sql.expression import SelectOfScalar

    from duijie_catalog.domain.order import Order
    from duijie_catalog.unit_of_work import UnitOfWork

RECORDS_STAY = dt.timedelta(days=7)
"""How long the record of an ended constraint stays on the topic, as for closed orders."""


@dataclasses.dataclass(frozen=True)
class Wanted:
    """Which constraints a list shows; None means no condition. `area` is a code prefix of a county that it touches."""

    kinds: frozenset[ConstraintKind] | None = None
    status: ConstraintStatus | None = None
    order_id: UUID | None = None
    party_id: UUID | None = None
    area: str | None = None


def get(uow: UnitOfWork, id: UUID, *, lock: bool = False) -> Constraint | None:  # noqa: A002 - the column's name
    """The constraint as it stands, or None."""
    query = select(ConstraintRow).where(ConstraintRow.id == id)
    found = _load(uow, query.with_for_update() if lock else query)
    return found[0] if found else None


def active_of_pair(uow: UnitOfWork, offer_id: UUID, demand_id: UUID) -> list[Constraint]:
    """Pin or forbid, and declines by either side, that stand between two orders, oldest first."""
    query = select(ConstraintRow).where(
        ConstraintRow.offer_id == offer_id,
        ConstraintRow.demand_id == demand_id,
        ConstraintRow.status == "active",
    )
    return _load(uow, query.order_by(col(ConstraintRow.sequence)))


def active_of_party(uow: UnitOfWork, party_id: UUID) -> list[Constraint]:
    """The limits that a party has."""
    query = select(ConstraintRow).where(ConstraintRow.party_id == party_id, ConstraintRow.status == "active")
    return _load(uow, query.order_by(col(ConstraintRow.sequence)))


def page(uow: UnitOfWork, wanted: Wanted, *, after: int, limit: int) -> list[Constraint]:
    """Up to `limit` constraints in the order in which they were set, from behind the sequence `after`."""
    query = select(ConstraintRow).where(col(ConstraintRow.sequence) > after)
    if wanted.kinds is not None:
        query = query.where(col(ConstraintRow.kind).in_(sorted(wanted.kinds)))
    if wanted.status is not None:
        query = query.where(ConstraintRow.status == wanted.status)
    if wanted.order_id is not None:
        query = query.where(
            or_(
                col(ConstraintRow.offer_id) == wanted.order_id,
                col(ConstraintRow.demand_id) == wanted.order_id,
            )
        )
    if wanted.party_id is not None:
        query = query.where(ConstraintRow.party_id == wanted.party_id)
    if wanted.area is not None:
        counties = (ConstraintRow.offer_county, ConstraintRow.demand_county, ConstraintRow.party_county)
        query = query.where(or_(*(col(each).startswith(wanted.area, autoescape=True) for each in counties)))
    return _load(uow, query.order_by(col(ConstraintRow.sequence)).limit(limit))


def store(uow: UnitOfWork, constraints: Sequence[Constraint], now: dt.datetime) -> None:
    """Save new ones and ended ones and publish them. Raises `LostRaceError` as `bulk.upsert`."""
    bulk.upsert(uow.session, ConstraintRow, [_values(each) for each in constraints])
    uow.publish([_event(each) for each in constraints], now)


def follow(uow: UnitOfWork, orders: Iterable[Order], now: dt.datetime) -> None:
    """End what is over by new versions of orders: declines of other terms, all between orders that have ended.

    The orders are locked by whoever changes them, and a constraint of a pair is set under the locks of both.
    """
    # What is posted for the first time has none.
    changed = {order.id: order for order in orders if order.version > 1}
    if not changed:
        return
    among = any_(literal(list(changed), ARRAY(Uuid)))
    query = select(ConstraintRow).where(
        or_(col(ConstraintRow.offer_id) == among, col(ConstraintRow.demand_id) == among),
        ConstraintRow.status == "active",
    )
    over = []
    for found in _load(uow, query.order_by(col(ConstraintRow.id)).with_for_update()):
        own = (changed[id_] for id_ in (found.offer_id, found.demand_id) if id_ in changed)
        reason = next((reason for each in own if (reason := found.outlived(each)) is not None), None)
        if reason is not None:
            over.append(found.end(reason, None, now))
    store(uow, over, now)


def tombstone(uow: UnitOfWork, now: dt.datetime, limit: int) -> int:
    """Take up to `limit` records of constraints that ended long enough ago off their topic; how many."""
    query = (
        select(ConstraintRow)
        .where(col(ConstraintRow.tombstoned_at).is_(None), col(ConstraintRow.ended_at) < now - RECORDS_STAY)
        .order_by(col(ConstraintRow.sequence))
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    over = _load(uow, query)
    uow.publish([dataclasses.replace(_event(each), body=None) for each in over], now)
    ids = any_(literal([each.id for each in over], ARRAY(Uuid)))
    uow.session.execute(update(ConstraintRow).where(col(ConstraintRow.id) == ids).values(tombstoned_at=now))
    return len(over)


def _event(of: Constraint) -> outbox.Event:
    return outbox.Event("constraints-v1", "duijie.constraint.v1", str(of.id), of.version, of.record())


def _load(uow: UnitOfWork, query: SelectOfScalar[ConstraintRow]) -> list[Constraint]:
    # Rows change behind the session's back (`bulk`), so what it still has of them is not to be trusted.
    return [_constraint(row) for row in uow.session.exec(query.execution_options(populate_existing=True))]


def _constraint(row: ConstraintRow) -> Constraint:
    values: dict[str, Any] = {
        field.name: getattr(row, field.name) for field in dataclasses.fields(Constraint)
    }
    values["set_by_actor"] = actor_in(row.set_by_actor)
    values["ended_by"] = actor_in(row.ended_by) if row.ended_by else None
    return Constraint(**values)


def _values(of: Constraint) -> dict[str, Any]:
    values = {field.name: getattr(of, field.name) for field in dataclasses.fields(of)}
    actors = {"set_by_actor": actor_out(of.set_by_actor), "ended_by": of.ended_by and actor_out(of.ended_by)}
    return values | actors
