"""Aggregates -> outbox rows: what is published, where to, and under which id."""

from __future__ import annotations

import datetime as dt
import zlib
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from duijie_shared.events.base import Contract
from duijie_shared.events.codec import Envelope, Headers, attributes_of
from duijie_shared.events.orders import Tick
from duijie_shared.events.policy import Policy
from duijie_shared.events.topics import partition_for

from duijie_catalog.domain.capacity import Capacity
from duijie_catalog.domain.category import is_parent
from duijie_catalog.domain.facts import Facts
from duijie_catalog.domain.order import Order
from duijie_catalog.domain.party import Party

SOURCE = "duijie/catalog"
SHARDS = 16
"""Units of serial work of the relays. All records of an aggregate are in one shard, so their order holds."""


@dataclass(frozen=True)
class Event:
    """One record to send. `body` None is a tombstone."""

    topic: str
    type: str
    key: str
    aggregate_version: int
    body: Contract | None
    partition: int | None = None

    def row(self, now: dt.datetime, correlation_id: str) -> dict[str, Any]:
        """The outbox row. The event's id is its key and version, so that a repeated send is recognised."""
        ending = "" if self.body else ".tombstone"
        envelope = Envelope(
            event_id=f"{self.key}.{self.aggregate_version}{ending}",
            source=SOURCE,
            type=self.type,
            time=now,
            subject=self.key,
            correlation_id=correlation_id,
        )
        return {
            "shard": shard_of(self.key),
            "topic": self.topic,
            "key": self.key,
            "partition": self.partition,
            "headers": attributes_of(envelope),
            "value": self.body.model_dump_json() if self.body else None,
            "aggregate_id": self.key,
            "aggregate_version": self.aggregate_version,
            "created_at": now,
        }


def order_snapshots(orders: Iterable[Order], facts: Mapping[UUID, Facts]) -> list[Event]:
    """The events of new versions of orders, with the facts of each; none of those that are on no topic."""
    return [_event(order, order.snapshot(facts[order.id])) for order in orders if _on_topic(order)]


def capacity_snapshots(capacities: Iterable[Capacity], barred: Container[UUID]) -> list[Event]:
    """The events of new versions of capacities; `barred` are parties that are suspended."""
    return [_event(each, each.snapshot(barred=each.party_id in barred)) for each in capacities]


def party_snapshots(parties: Iterable[Party]) -> list[Event]:
    """The events of new versions of parties."""
    return [_event(party, party.snapshot()) for party in parties]


def tombstones(aggregates: Iterable[Order | Capacity]) -> list[Event]:
    """The events that take closed postings off their topic; none of what was never on it."""
    return [_event(aggregate, None) for aggregate in aggregates if _on_topic(aggregate)]


def party_tombstone(party: Party) -> Event:
    """The event that takes a party off its topic: its data were deleted."""
    return _event(party, None)


def ticks(partitions: Sequence[int], as_of: dt.datetime) -> list[Event]:
    """The clock of some partitions of `orders-v1`."""
    version = int(as_of.timestamp())
    return [
        Event(
            "orders-v1",
            "duijie.tick.v1",
            f"tick-{partition}",
            version,
            Tick(partition=partition, as_of=as_of),
            partition,
        )
        for partition in partitions
    ]


def policy(body: Policy) -> Event:
    """A version of the policy."""
    return Event("policy-v1", "duijie.policy.v1", "policy", body.version, body)


def headers_from(row: dict[str, str]) -> Headers:
    """A stored row's headers as Kafka takes them."""
    return [(name, value.encode()) for name, value in row.items()]


def shard_of(key: str) -> int:
    """The shard of an aggregate: the same for all its versions, for ever."""
    return zlib.crc32(key.encode()) % SHARDS


def _on_topic(of: Order | Capacity) -> bool:
    """Not drafts, nor how a draft ended, nor demands for a category: their children are there in their place."""
    return of.published and not (isinstance(of, Order) and is_parent(of))


def _event(aggregate: Order | Capacity | Party, body: Contract | None) -> Event:
    key, version = str(aggregate.id), aggregate.version
    match aggregate:
        case Order():
            return Event(
                "orders-v1", "duijie.order.v1", key, version, body, partition_for(aggregate.terms.market)
            )
        case Capacity():
            return Event("capacities-v1", "duijie.capacity.v1", key, version, body)
        case Party():
            return Event("parties-v1", "duijie.party.v1", key, version, body)
