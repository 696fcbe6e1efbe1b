"""What a record of `orders-v1` says to the matcher, and when it is no such thing."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING
from uuid import UUID

from duijie_shared.events.base import LIVE
from duijie_shared.events.codec import ContractError, Envelope, decode
from duijie_shared.events.orders import OrderSnapshot, Tick
from duijie_shared.events.topics import partition_for
from duijie_shared.taxonomy import taxonomy

from duijie_matcher.domain import order_of

if TYPE_CHECKING:
    import datetime as dt

    from duijie_shared.kafka.ports import Record

    from duijie_matcher.domain import Order

ORDERS = "orders-v1"
TICK_KEY = b"tick-"

_partition_of = lru_cache(maxsize=10_000)(partition_for)
"""The hash is pure Python and asked for every record, for a few hundred markets."""


@dataclass(frozen=True, slots=True)
class OrderChanged:
    """An order's newest state as far as its producer knew.

    `value` is its record as it was sent, for whoever matches it; None when it is not open any more.
    """

    order_id: UUID
    version: int
    party_id: UUID
    market: str
    value: bytes | None
    time: dt.datetime
    correlation_id: str


@dataclass(frozen=True, slots=True)
class OrderRemoved:
    """A tombstone: the order was closed long ago."""

    order_id: UUID


@dataclass(frozen=True, slots=True)
class Ticked:
    """Catalog's clock moved."""

    as_of: dt.datetime


Event = OrderChanged | OrderRemoved | Ticked


def read(record: Record) -> Event | None:
    """The event of a record, None for a tick's tombstone, which says nothing.

    A tombstone counts whatever its headers are, because compaction drops what it covers either way.

    Raises
    ------
    ContractError
        When the record is not what the topic promises: undecodable, keyed by something else than its
        order, in another partition than its market's, or beyond what matching can reckon with.
    """
    if record.value is None:
        return None if (record.key or b"").startswith(TICK_KEY) else OrderRemoved(_order_id(record.key))
    body, envelope = decode(record.topic, record.value, record.headers)
    if isinstance(body, Tick):
        return _ticked(record, body)
    if isinstance(body, OrderSnapshot):
        return _changed(record, body, envelope)
    raise ContractError(f"{record.topic} has no use for {envelope.type}")


def order_from(value: bytes) -> Order:
    """The order of a record's value that `read` has accepted."""
    return order_of(OrderSnapshot.model_validate_json(value))


def _ticked(record: Record, tick: Tick) -> Ticked:
    if tick.partition != record.partition:
        raise ContractError(f"the tick of partition {tick.partition} is in partition {record.partition}")
    if tick.as_of.tzinfo is None:
        raise ContractError("as_of has no time zone")
    return Ticked(tick.as_of)


def _changed(record: Record, snapshot: OrderSnapshot, envelope: Envelope) -> OrderChanged:
    if record.key != str(snapshot.order_id).encode():
        raise ContractError(f"the key is not the order's id {snapshot.order_id}")
    if _partition_of(snapshot.market) != record.partition:
        raise ContractError(f"market {snapshot.market} does not belong to partition {record.partition}")
    return OrderChanged(
        order_id=snapshot.order_id,
        version=snapshot.version,
        party_id=snapshot.party_id,
        market=snapshot.market,
        value=record.value if _is_open(snapshot) else None,
        time=envelope.time,
        correlation_id=envelope.correlation_id,
    )


def _is_open(snapshot: OrderSnapshot) -> bool:
    if snapshot.status not in LIVE or snapshot.remaining == 0:
        return False
    try:
        # A market is matched whole: what its solver would refuse must not get in, or one order stops them all.
        taxonomy().product(snapshot.product)
        order_of(snapshot)
    except KeyError as error:
        raise ContractError(f"unknown product {snapshot.product!r}") from error
    except ValueError as error:
        raise ContractError(str(error)) from error
    return True


def _order_id(key: bytes | None) -> UUID:
    try:
        return UUID((key or b"").decode())
    except ValueError as error:  # UnicodeDecodeError is one
        raise ContractError("the key of a tombstone is not an order's id") from error
