"""Orders into listings: in the transaction that stores the orders themselves, and after them."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from duijie_shared.events.orders import OrderSnapshot
from sqlalchemy import delete, select, update
from sqlmodel import col

from duijie_gateway.domain.listings import Listing
from duijie_gateway.rows import upsert
from duijie_gateway.tables import ListingRow, OrderRow

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from sqlalchemy import Connection

    from duijie_gateway.decoding import Event


def project_listings(connection: Connection, events: Sequence[Event]) -> None:
    """Bring the listings of the orders in `events` to what the stored orders say.

    A listing goes when its order is over, so it cannot say itself how new it was: the order's row, which stays,
    does. Only the record that made that row makes its listing.
    """
    newest = {event.key: event for event in events if event.topic == "orders-v1"}
    if not newest:
        return
    query = select(col(OrderRow.id), col(OrderRow.source_offset)).where(col(OrderRow.id).in_(newest))
    stored: dict[UUID, int] = {row.id: row.source_offset for row in connection.execute(query)}
    rows: list[dict[str, Any]] = []
    gone: list[object] = [key for key in newest if key not in stored]
    for key, event in newest.items():
        if not isinstance(event.body, OrderSnapshot) or stored.get(event.body.order_id) != event.offset:
            continue
        listing = Listing.of(event.body)
        if listing is None:
            gone.append(key)
        else:
            rows.append(row_of(listing, event.offset))
    upsert(connection, ListingRow, "id", sorted(rows, key=lambda row: str(row["id"])))
    if gone:
        connection.execute(delete(ListingRow).where(col(ListingRow.id).in_(gone)))


def empty_listings(connection: Connection) -> None:
    """Drop all, to be made again from the topic."""
    connection.execute(delete(ListingRow))


def forget_offsets(connection: Connection) -> None:
    """The topic was made anew: let whatever comes replace what is stored."""
    connection.execute(update(ListingRow).values(source_offset=-1))


def row_of(listing: Listing, offset: int) -> dict[str, Any]:
    """The row of a listing that is told at that offset."""
    values = {field.name: getattr(listing, field.name) for field in dataclasses.fields(listing)}
    breaks = [each.model_dump() for each in listing.price_breaks]
    lists = {name: list(values[name]) for name in ("designations", "certificates", "origin_counties")}
    return values | lists | {"price_breaks": breaks, "source_offset": offset}
