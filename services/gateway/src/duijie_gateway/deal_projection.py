"""Holds and deals of one batch of events, and what lies over which match."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from duijie_shared.events.deals import DealRecord
from sqlalchemy import select
from sqlmodel import col

from duijie_gateway.change_log import State
from duijie_gateway.domain.deals import deal_facts
from duijie_gateway.domain.read_model import Agreed, DealState
from duijie_gateway.rows import remove, upsert
from duijie_gateway.tables import DealRow

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from uuid import UUID

    from sqlalchemy import ColumnElement, Connection

    from duijie_gateway.decoding import Event


@dataclass(frozen=True, slots=True)
class _Deal:
    match_id: UUID
    state: DealState
    partition: int
    offset: int


class DealProjection:
    """The working set: the deals that the events name, and those of the matches that are asked for."""

    def __init__(self, connection: Connection, events: Sequence[Event]) -> None:
        self._connection = connection
        self._events = [event for event in events if event.topic == "deals-v1"]
        self._deals: dict[UUID, _Deal] = {}
        self._of_match: dict[UUID, set[UUID]] = {}
        if self._events:
            self._load(col(DealRow.id).in_({event.key for event in self._events}))

    @property
    def match_ids(self) -> set[UUID]:
        """The matches that the events may change."""
        told = {event.body.match_id for event in self._events if isinstance(event.body, DealRecord)}
        return told | set(self._of_match)

    def load(self, match_ids: Collection[UUID]) -> None:
        """Have the stored deals of these matches at hand too."""
        if match_ids:
            self._load(col(DealRow.match_id).in_(match_ids))

    def apply(self) -> list[UUID]:
        """Take the events in; the matches they change, in their order."""
        changed = []
        for event in self._events:
            deal_id = cast("UUID", event.key)
            known = self._deals.get(deal_id)
            if known is not None and known.partition == event.partition and known.offset >= event.offset:
                continue
            if known is not None:
                self._of_match[known.match_id].discard(deal_id)
                changed.append(known.match_id)
            if isinstance(event.body, DealRecord):
                state = DealState.of(event.body)
                self._remember(deal_id, _Deal(event.body.match_id, state, event.partition, event.offset))
                changed.append(event.body.match_id)
            else:
                self._deals.pop(deal_id, None)
        return changed

    def over(self, match_id: UUID) -> list[DealState]:
        """The holds and deals of a match."""
        return [self._deals[deal_id].state for deal_id in self._of_match.get(match_id, ())]

    def store(self) -> None:
        """Write what changed."""
        newest = {event.key: event for event in self._events}.values()
        rows = [_row(event.body, event) for event in newest if isinstance(event.body, DealRecord)]
        upsert(self._connection, DealRow, "id", sorted(rows, key=lambda row: str(row["id"])))
        remove(self._connection, DealRow, "id", [(e.key, e.offset) for e in newest if e.body is None])

    def _load(self, which: ColumnElement[bool]) -> None:
        table: Any = DealRow.__table__  # type: ignore[attr-defined]
        for row in self._connection.execute(select(table).where(which)):
            agreed = Agreed(row.quantity, row.price, row.farm_gate_price)
            state = DealState(row.status, (row.offer_after, row.demand_after), agreed)
            self._remember(row.id, _Deal(row.match_id, state, row.source_partition, row.source_offset))

    def _remember(self, deal_id: UUID, deal: _Deal) -> None:
        self._deals[deal_id] = deal
        self._of_match.setdefault(deal.match_id, set()).add(deal_id)


def _row(deal: DealRecord, event: Event) -> dict[str, Any]:
    return {
        "id": deal.deal_id,
        "match_id": deal.match_id,
        "status": deal.status,
        "offer_after": deal.offer_after,
        "demand_after": deal.demand_after,
        "quantity": deal.quantity,
        "price": deal.price,
        "farm_gate_price": deal.farm_gate_price,
        "source_partition": event.partition,
        "source_offset": event.offset,
    }


def deal_states(connection: Connection, events: Sequence[Event]) -> list[State]:
    """What stands now of the deals in `events`, once they are stored: each as its newest record says."""
    newest = {event.key: event for event in events if event.topic == "deals-v1"}
    if not newest:
        return []
    table: Any = DealRow.__table__  # type: ignore[attr-defined]
    query = select(table.c.id, table.c.source_partition, table.c.source_offset).where(table.c.id.in_(newest))
    stored = {id_: (partition, offset) for id_, partition, offset in connection.execute(query)}
    states = [State(key) for key in newest if key not in stored]  # type: ignore[arg-type]
    for event in newest.values():
        deal = event.body
        if isinstance(deal, DealRecord) and stored.get(deal.deal_id) == (event.partition, event.offset):
            parties = tuple(dict.fromkeys((deal.offer_party, deal.demand_party)))
            counties = tuple(county for county in (deal.offer_county, deal.demand_county) if county)
            text = deal.model_dump_json()
            states.append(State(deal.deal_id, "deal", deal_facts(deal), text, parties, counties))
    return states
