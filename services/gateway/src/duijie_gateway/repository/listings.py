"""Listings, as anybody with a key may read them."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from duijie_shared.events.orders import PriceBreak
from sqlalchemy import func, select, tuple_
from sqlmodel import col

from duijie_gateway.domain.filters import ANY_DESIGNATION
from duijie_gateway.domain.listings import Listing, ListingFilter
from duijie_gateway.tables import ListingRow

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy import ColumnElement, Row
    from sqlalchemy.ext.asyncio import AsyncEngine

Place = tuple[int, "UUID"]
"""Where a page ended: posting order and id of its last listing."""

_NAMES = tuple(field.name for field in dataclasses.fields(Listing))
_COLUMNS = tuple(col(getattr(ListingRow, name)) for name in _NAMES)
_ORDER = (col(ListingRow.sequence), col(ListingRow.id))


class ListingReader:
    """Reads `listings`."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def page(self, wanted: ListingFilter, *, limit: int, after: Place | None = None) -> list[Listing]:
        """Up to `limit` listings, the newest posting first."""
        query = (
            select(*_COLUMNS)
            .where(*_admitted(wanted))
            .order_by(*(column.desc() for column in _ORDER))
            .limit(limit)
        )
        if after is not None:
            query = query.where(tuple_(*_ORDER) < tuple_(*after))
        async with self._engine.connect() as connection:
            rows = (await connection.execute(query)).all()
        return [_listing(row) for row in rows]

    async def one(self, listing_id: UUID) -> Listing | None:
        """One listing; None when there is none, or none any more."""
        query = select(*_COLUMNS).where(col(ListingRow.id) == listing_id)
        async with self._engine.connect() as connection:
            row = (await connection.execute(query)).one_or_none()
        return None if row is None else _listing(row)


def _admitted(wanted: ListingFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.side is not None:
        found.append(col(ListingRow.side) == wanted.side)
    if wanted.products is not None:
        found.append(col(ListingRow.product).in_(sorted(wanted.products)))
    if wanted.area is not None:
        found.append(col(ListingRow.county).startswith(wanted.area, autoescape=True))
    if wanted.designation == ANY_DESIGNATION:
        found.append(func.cardinality(col(ListingRow.designations)) > 0)
    elif wanted.designation is not None:
        found.append(col(ListingRow.designations).contains([wanted.designation]))
    if wanted.min_quantity is not None:
        found.append(col(ListingRow.quantity) >= wanted.min_quantity)
    if wanted.max_price is not None:
        found.append(col(ListingRow.price) <= wanted.max_price)
    if wanted.certificate is not None:
        found.append(col(ListingRow.certificates).contains([wanted.certificate]))
    if wanted.first is not None:
        found.append(col(ListingRow.window_to) >= wanted.first)
    if wanted.last is not None:
        found.append(col(ListingRow.window_from) <= wanted.last)
    return found


def _listing(row: Row[Any]) -> Listing:
    values = dict(zip(_NAMES, row, strict=True))
    for name in ("designations", "certificates", "origin_counties"):
        values[name] = tuple(values[name])
    values["price_breaks"] = tuple(PriceBreak(**each) for each in values["price_breaks"])
    return Listing(**values)
