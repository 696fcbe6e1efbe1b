"""Matches, the orders they stand on and the deals that lie over them.

One batch of events is worked out in memory between one read and one write.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from duijie_shared.events.base import LIVE
from duijie_shared.events.matches import MatchRecord
from duijie_shared.events.orders import OrderSnapshot
from sqlalchemy import or_, select
from sqlmodel import col

from duijie_gateway.deal_projection import DealProjection
from duijie_gateway.domain.read_model import (
    Agreed,
    OrderState,
    effective_status,
    face,
    facts_of,
    is_news,
    laid_over,
    written,
)
from duijie_gateway.rows import remove, upsert
from duijie_gateway.tables import MatchRow, OrderRow

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence
    from uuid import UUID

    from sqlalchemy import Connection

    from duijie_gateway.decoding import Event


GONE = OrderState(version=2**63 - 1, open=False)
"""An order whose record was removed: whatever still stands on it falls with it."""


@dataclass(frozen=True, slots=True)
class Change:
    """One change that readers are told of: the faces they saw before (None: nothing) and see after."""

    before: MatchRecord | None
    after: MatchRecord

    def row(self, sequence: int, now: dt.datetime) -> dict[str, Any]:
        """The feed row of this change."""
        before = None if self.before is None else facts_of(self.before)
        return {
            "sequence": sequence,
            "match_id": self.after.match_id,
            "recorded_at": now,
            **_columns(self.after),
            "record": written(self.after),
            "before_status": before and before.status,
            "before_kind": before and before.kind,
            "before_county": before and before.offer_county,
            "before_designations": before and list(before.designations),
            "before_score": before and before.score,
        }


@dataclass(frozen=True, slots=True)
class _Match:
    """A match as known: its record, the face that readers see, and where the record stands."""

    record: MatchRecord
    face: MatchRecord
    agreed: Agreed | None
    partition: int
    offset: int


@dataclass(frozen=True, slots=True)
class _Order:
    state: OrderState
    offset: int


class MatchProjection:
    """The working set of one batch: every match, order and deal that its events touch."""

    def __init__(self, connection: Connection, events: Sequence[Event]) -> None:
        self._connection = connection
        self._match_events = [event for event in events if event.topic == "matches-v1"]
        self._order_events = [event for event in events if event.topic == "orders-v1"]
        self._deals = DealProjection(connection, events)
        self._matches: dict[UUID, _Match] = {}
        self._orders: dict[UUID, _Order] = {}
        self._of_order: dict[UUID, set[UUID]] = {}
        self._touched: set[UUID] = set()
        self._gone: dict[UUID, int] = {}
        self._changes: list[Change] = []
        self._load()

    def apply(self) -> list[Change]:
        """Work the events out; what readers are to be told, in order.

        Deals come first: a hold changes both orders, and its match is told as held, not as withdrawn before that.
        Matches come before orders: a match made of an amended order then replaces its predecessor in one
        change, where the other way round a withdrawal and a proposal would be told.
        """
        for match_id in self._deals.apply():
            if (match := self._matches.get(match_id)) is not None:
                self._judge(match)
        for event in self._match_events:
            self._apply_match(event)
        for event in self._order_events:
            self._apply_order(event)
        return self._changes

    def store(self) -> None:
        """Write what changed."""
        # Sorted, so that two writers lock rows in one order.
        kept = [match_id for match_id in sorted(self._touched) if match_id in self._matches]
        upsert(self._connection, MatchRow, "id", [_match_row(self._matches[match_id]) for match_id in kept])
        remove(self._connection, MatchRow, "id", sorted(self._gone.items()))
        newest = {event.key: event for event in self._order_events}.values()
        rows = [_order_row(event.body, event.offset) for event in newest if event.body is not None]
        upsert(self._connection, OrderRow, "id", rows)
        remove(self._connection, OrderRow, "id", [(e.key, e.offset) for e in newest if e.body is None])
        self._deals.store()

    def _apply_match(self, event: Event) -> None:
        match_id = cast("UUID", event.key)
        known = self._matches.get(match_id)
        if known is not None and known.partition == event.partition and known.offset >= event.offset:
            return
        self._touched.add(match_id)
        if event.body is None:
            self._gone[match_id] = event.offset
            if known is not None:
                # What is dealt leaves the list of matches in time; it is not taken back by that.
                if known.agreed is None:
                    self._tell(known.face, face(known.record, "withdrawn"))
                del self._matches[match_id]
            return
        record = cast("MatchRecord", event.body)
        now = self._match(record, event.partition, event.offset)
        self._tell(known.face if known else None, now.face)
        self._remember(now)

    def _apply_order(self, event: Event) -> None:
        order_id = cast("UUID", event.key)
        known = self._orders.get(order_id)
        if known is not None and known.offset >= event.offset:
            return
        if event.body is None:
            self._orders[order_id] = _Order(GONE, event.offset)
        else:
            state = OrderState.of(cast("OrderSnapshot", event.body))
            self._orders[order_id] = _Order(state, event.offset)
        for match_id in sorted(self._of_order.get(order_id, ())):
            match = self._matches.get(match_id)
            if match is not None:
                self._judge(match)

    def _judge(self, match: _Match) -> None:
        """The match again, by what is known now of its orders and deals."""
        now = self._match(match.record, match.partition, match.offset)
        if now.face != match.face:
            self._tell(match.face, now.face)
            self._touched.add(match.record.match_id)
            self._remember(now)

    def _match(self, record: MatchRecord, partition: int, offset: int) -> _Match:
        offer, demand = self._orders.get(record.offer_id), self._orders.get(record.demand_id)
        status = effective_status(record, offer.state if offer else None, demand.state if demand else None)
        status, agreed = laid_over(record, status, self._deals.over(record.match_id))
        return _Match(record, face(record, status, agreed), agreed, partition, offset)

    def _tell(self, before: MatchRecord | None, after: MatchRecord) -> None:
        if is_news(before, after):
            self._changes.append(Change(before, after))

    def _remember(self, match: _Match) -> None:
        record = match.record
        self._matches[record.match_id] = match
        self._of_order.setdefault(record.offer_id, set()).add(record.match_id)
        self._of_order.setdefault(record.demand_id, set()).add(record.match_id)

    def _load(self) -> None:
        match_ids: set[Any] = {event.key for event in self._match_events} | self._deals.match_ids
        order_ids: set[Any] = {event.key for event in self._order_events}
        if match_ids or order_ids:
            self._load_matches(match_ids, order_ids)
        for event in self._match_events:
            if isinstance(event.body, MatchRecord):
                order_ids |= {event.body.offer_id, event.body.demand_id}
        order_ids |= set(self._of_order)
        if order_ids:
            self._load_orders(order_ids)
        self._deals.load(match_ids | set(self._matches))

    def _load_matches(self, match_ids: set[Any], order_ids: set[Any]) -> None:
        touched = or_(
            col(MatchRow.id).in_(match_ids),
            (col(MatchRow.offer_id).in_(order_ids) | col(MatchRow.demand_id).in_(order_ids))
            & (col(MatchRow.status) != "withdrawn"),
        )
        query = select(
            col(MatchRow.record),
            col(MatchRow.status),
            col(MatchRow.agreed),
            col(MatchRow.source_partition),
            col(MatchRow.source_offset),
        ).where(touched)
        for text, status, stored, partition, offset in self._connection.execute(query):
            record = MatchRecord.model_validate_json(text)
            agreed = None if stored is None else Agreed(*stored)
            self._remember(_Match(record, face(record, status, agreed), agreed, partition, offset))

    def _load_orders(self, order_ids: set[Any]) -> None:
        query = select(
            col(OrderRow.id), col(OrderRow.version), col(OrderRow.status), col(OrderRow.source_offset)
        ).where(col(OrderRow.id).in_(order_ids))
        for order_id, version, status, offset in self._connection.execute(query):
            self._orders[order_id] = _Order(OrderState(version, status in LIVE), offset)


def _columns(seen: MatchRecord) -> dict[str, Any]:
    facts = facts_of(seen)
    return {
        "status": facts.status,
        "kind": facts.kind,
        "market": facts.market,
        "product": facts.product,
        "offer_id": facts.offer_id,
        "demand_id": facts.demand_id,
        "offer_party": facts.offer_party,
        "demand_party": facts.demand_party,
        "offer_county": facts.offer_county,
        "demand_county": facts.demand_county,
        "designations": list(facts.designations),
        "score": facts.score,
    }


def _match_row(match: _Match) -> dict[str, Any]:
    seen = match.face
    price = seen.bid_price if seen.bid_price is not None else seen.landed_cost
    return {
        "id": match.record.match_id,
        **_columns(match.face),
        "record": match.record.model_dump_json(),
        "value": seen.quantity * (price or 0),
        "agreed": None if match.agreed is None else list(match.agreed),
        "source_partition": match.partition,
        "source_offset": match.offset,
    }


def _order_row(body: object, offset: int) -> dict[str, Any]:
    order = cast("OrderSnapshot", body)
    return {
        "id": order.order_id,
        "side": order.side,
        "version": order.version,
        "status": order.status,
        "party_id": order.party_id,
        "market": order.market,
        "product": order.product,
        "county": order.county,
        "source_offset": offset,
    }
