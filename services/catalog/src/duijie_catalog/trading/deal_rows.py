"""Rows <-> deals. All SQL about deals is here."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import exists, or_
from sqlmodel import col, select

from duijie_catalog import bulk
from duijie_catalog.domain.deal import Deal, Leg
from duijie_catalog.outgoing import outbox
from duijie_catalog.tables import DealRow, OrderRow

if TYPE_CHECKING:
    from collections.abc import Sequence

    from duijie_shared.events.deals import DealStatus
    from sqlalchemy import ColumnElement

    from duijie_catalog.unit_of_work import UnitOfWork

_ENDED = ("withdrawn", "expired")


@dataclasses.dataclass(frozen=True)
class Wanted:
    """Which deals a list shows; None means no condition. `area` is a code prefix of either side's county."""

    party_id: UUID | None = None
    status: DealStatus | None = None
    match_id: UUID | None = None
    order_id: UUID | None = None
    area: str | None = None


def get(uow: UnitOfWork, id: UUID) -> Deal | None:  # noqa: A002 - the column's name
    """The deal as it stands now, or None."""
    # A row that was read before waiting for a lock may be old by now.
    query = select(DealRow).where(DealRow.id == id).execution_options(populate_existing=True)
    row = uow.session.exec(query).first()
    return None if row is None else _deal(row)


def versions_of(uow: UnitOfWork, ids: Sequence[UUID]) -> dict[UUID, int]:
    """The versions of orders as they stand, by id, read without a lock."""
    return dict(
        uow.session.exec(
            select(col(OrderRow.id), col(OrderRow.version)).where(col(OrderRow.id).in_(ids))
        ).all()
    )


def orders_of(uow: UnitOfWork, id: UUID) -> tuple[UUID, UUID] | None:  # noqa: A002
    """The ids of the offer and the demand of a deal, which never change, or None."""
    query = select(col(DealRow.offer_id), col(DealRow.demand_id)).where(DealRow.id == id)
    return uow.session.exec(query).first()


def newest_of(uow: UnitOfWork, match_id: UUID) -> Deal | None:
    """The last hold or deal made of a match, or None."""
    query = (
        select(DealRow)
        .where(DealRow.match_id == match_id)
        .order_by(col(DealRow.sequence).desc())
        .limit(1)
        .execution_options(populate_existing=True)
    )
    row = uow.session.exec(query).first()
    return None if row is None else _deal(row)


def page(uow: UnitOfWork, wanted: Wanted, *, after: int, limit: int) -> list[Deal]:
    """Up to `limit` deals in the order in which they were held, from behind the sequence `after`."""
    conditions: list[ColumnElement[bool]] = [col(DealRow.sequence) > after]
    if wanted.party_id is not None:
        conditions.append(_either("party", wanted.party_id))
    if wanted.status is not None:
        conditions.append(col(DealRow.status) == wanted.status)
    if wanted.match_id is not None:
        conditions.append(col(DealRow.match_id) == wanted.match_id)
    if wanted.order_id is not None:
        conditions.append(_either("id", wanted.order_id))
    if wanted.area is not None:
        conditions.append(
            or_(
                col(DealRow.offer_county).startswith(wanted.area, autoescape=True),
                col(DealRow.demand_county).startswith(wanted.area, autoescape=True),
            )
        )
    query = select(DealRow).where(*conditions).order_by(col(DealRow.sequence)).limit(limit)
    return [_deal(row) for row in uow.session.exec(query)]


def due(uow: UnitOfWork, now: dt.datetime, limit: int) -> list[UUID]:
    """Holds whose deadline has passed, or one of whose orders was withdrawn or has expired."""
    ended = exists().where(
        or_(col(OrderRow.id) == col(DealRow.offer_id), col(OrderRow.id) == col(DealRow.demand_id)),
        col(OrderRow.status).in_(_ENDED),
    )
    query = (
        select(col(DealRow.id))
        .where(col(DealRow.status) == "held", or_(col(DealRow.deadline) <= now, ended))
        .order_by(col(DealRow.deadline), col(DealRow.id))
        .limit(limit)
    )
    return list(uow.session.exec(query))


def store(uow: UnitOfWork, deal: Deal, now: dt.datetime) -> None:
    """Save a new deal or its next version and publish it. Raises `LostRaceError` as `bulk.upsert`."""
    bulk.upsert(uow.session, DealRow, [_values(deal)])
    key = str(deal.id)
    uow.publish([outbox.Event("deals-v1", "duijie.deal.v1", key, deal.version, deal.record())], now)


def _either(name: str, value: UUID) -> ColumnElement[bool]:
    offer, demand = getattr(DealRow, f"offer_{name}"), getattr(DealRow, f"demand_{name}")
    return or_(col(offer) == value, col(demand) == value)


def _deal(row: DealRow) -> Deal:
    values: dict[str, Any] = {
        field.name: getattr(row, field.name) for field in dataclasses.fields(Deal) if field.name != "legs"
    }
    return Deal(legs=tuple(leg_in(each) for each in row.legs), **values)


def leg_in(stored: dict[str, Any]) -> Leg:
    """The leg that a row holds."""
    return Leg(
        UUID(stored["capacity_id"]),
        dt.date.fromisoformat(stored["first"]),
        dt.date.fromisoformat(stored["last"]),
        stored["quantity"],
    )


def _values(deal: Deal) -> dict[str, Any]:
    values = {field.name: getattr(deal, field.name) for field in dataclasses.fields(deal)}
    return values | {"legs": _stored(deal.legs)}


def _stored(legs: Sequence[Leg]) -> list[dict[str, Any]]:
    return [dataclasses.asdict(leg) for leg in legs]
