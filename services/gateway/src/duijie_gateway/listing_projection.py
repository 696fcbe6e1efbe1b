"""Orders and capacities into listings: in the transaction that stores the orders themselves, and after them."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from duijie_shared.events.capacities import CapacitySnapshot
from duijie_shared.events.orders import OrderSnapshot
from sqlalchemy import delete, select, update
from sqlmodel import col

from duijie_gateway.change_log import State, same_item
from duijie_gateway.domain.capacities import capacity_facts, capacity_item, is_listed
from duijie_gateway.domain.changes import json_text
from duijie_gateway.domain.listings import Listing, listing_facts, listing_item
from duijie_gateway.rows import remove, upsert
from duijie_gateway.tables import CapacityRow, ListingRow, OrderRow

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection, Sequence
    from uuid import UUID

    from sqlalchemy import Connection

    from duijie_gateway.decoding import Event


def project_listings(connection: Connection, events: Sequence[Event], now: dt.datetime) -> list[State]:
    """Bring the listings of the orders in `events` to what the stored orders say; what stands of each now.

    A listing goes when its order is over, so it cannot say itself how new it was: the order's row, which stays,
    does. Only the record that made that row makes its listing.
    """
    newest = {event.key: event for event in events if event.topic == "orders-v1"}
    if not newest:
        return []
    stored = _offsets(connection, OrderRow, newest)
    shown = _shown(connection, newest)
    rows: list[dict[str, Any]] = []
    states: list[State] = [State(key) for key in newest if key not in stored]  # type: ignore[arg-type]
    for event in newest.values():
        order = event.body
        if not isinstance(order, OrderSnapshot) or stored.get(order.order_id) != event.offset:
            continue
        listing = Listing.of(order, event.time or now)
        if listing is None:
            states.append(State(order.order_id))
        else:
            listing = _as_of(listing, shown.get(listing.id))
            rows.append(row_of(listing, event.offset))
            item = json_text(listing_item(listing))
            states.append(State(listing.id, order.side, listing_facts(listing), item, (order.party_id,)))
    upsert(connection, ListingRow, "id", sorted(rows, key=lambda row: str(row["id"])))
    gone = [state.id for state in states if state.facts is None]
    if gone:
        connection.execute(delete(ListingRow).where(col(ListingRow.id).in_(gone)))
    return states


def project_capacities(connection: Connection, events: Sequence[Event], now: dt.datetime) -> list[State]:
    """The same of capacities. Their rows stay as long as their records do."""
    newest = {event.key: event for event in events if event.topic == "capacities-v1"}
    if not newest:
        return []
    query = select(col(CapacityRow.id), col(CapacityRow.body)).where(col(CapacityRow.id).in_(newest))
    shown = {row.id: row.body for row in connection.execute(query)}
    rows: list[dict[str, Any]] = []
    states: dict[UUID, State] = {}
    for event in newest.values():
        if isinstance(event.body, CapacitySnapshot):
            state = _capacity_state(event.body, event.time or now)
            if state.body is not None and same_item(shown.get(state.id), state.body):
                state = dataclasses.replace(state, body=shown[state.id])
            states[state.id] = state
            rows.append(
                {
                    "id": state.id,
                    "party_id": event.body.party_id,
                    "body": state.body,
                    "source_offset": event.offset,
                }
            )
    upsert(connection, CapacityRow, "id", sorted(rows, key=lambda row: str(row["id"])))
    gone = [(event.key, event.offset) for event in newest.values() if event.body is None]
    remove(connection, CapacityRow, "id", gone)
    stored = _offsets(connection, CapacityRow, newest)
    ended = [State(key) for key in newest if key not in stored]  # type: ignore[arg-type]
    return ended + [state for id_, state in states.items() if stored.get(id_) == newest[id_].offset]


def _shown(connection: Connection, ids: Collection[UUID | str]) -> dict[UUID, dict[str, Any]]:
    table: Any = ListingRow.__table__  # type: ignore[attr-defined]
    rows = connection.execute(select(table).where(table.c.id.in_(ids))).mappings()
    return {row["id"]: dict(row) for row in rows}


def _as_of(listing: Listing, shown: dict[str, Any] | None) -> Listing:
    """The listing with the moment at which it came to be as it is: a record that changes nothing of it is none."""
    if shown is None:
        return listing
    same = dataclasses.replace(listing, updated_at=shown["updated_at"])
    return same if row_of(same, shown["source_offset"]) == shown else listing


def _capacity_state(capacity: CapacitySnapshot, updated_at: dt.datetime) -> State:
    if not is_listed(capacity):
        return State(capacity.capacity_id)
    item = json_text(capacity_item(capacity, updated_at))
    return State(capacity.capacity_id, "capacity", capacity_facts(capacity), item, (capacity.party_id,))


def _offsets(
    connection: Connection, table: type[OrderRow | CapacityRow], keys: dict[UUID | str, Event]
) -> dict[UUID | str, int]:
    query = select(col(table.id), col(table.source_offset)).where(col(table.id).in_(keys))
    return {row.id: row.source_offset for row in connection.execute(query)}


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
