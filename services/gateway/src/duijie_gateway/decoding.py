"""Bytes to events, once, at the projector's edge."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from duijie_shared.events.capacities import CapacitySnapshot
from duijie_shared.events.codec import ContractError, decode
from duijie_shared.events.deals import DealRecord
from duijie_shared.events.matches import Diagnosis, MatchRecord, PlanRecord
from duijie_shared.events.orders import OrderSnapshot, Tick
from duijie_shared.events.parties import PartySnapshot

if TYPE_CHECKING:
    from duijie_shared.events.base import Contract
    from duijie_shared.kafka.ports import Record

READ_TOPICS = (
    "matches-v1",
    "orders-v1",
    "deals-v1",
    "parties-v1",
    "plans-v1",
    "diagnoses-v1",
    "capacities-v1",
)
"""What the read model is made of."""

_KEYED_BY_MARKET = "plans-v1"
_TICK = "tick-"


@dataclass(frozen=True, slots=True)
class Event:
    """One decoded record. `key` is an id or a market; a `body` of None is a tombstone. `time` is when it was told."""

    topic: str
    partition: int
    offset: int
    key: UUID | str
    body: Contract | None
    time: dt.datetime | None = None


def event_of(record: Record) -> Event | None:
    """The event of a record; None for a tick, which says nothing about orders.

    Raises
    ------
    ContractError
        When the record is not what its topic promises, or its key is not its body's.
    """
    body, envelope = decode(record.topic, record.value, record.headers)
    if record.key is None:
        raise ContractError("the record has no key")
    try:
        text = record.key.decode()
    except UnicodeDecodeError as error:
        raise ContractError("the key is not UTF-8") from error
    if isinstance(body, Tick) or (body is None and text.startswith(_TICK)):
        return None
    key = text if record.topic == _KEYED_BY_MARKET else _uuid(text)
    if body is not None and _key_of(body) != key:
        raise ContractError(f"the key {text!r} is not that of the body")
    return Event(record.topic, record.partition, record.offset, key, body, envelope.time)


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise ContractError(f"the key {text!r} is no id") from error


def _key_of(body: Contract) -> UUID | str:
    match body:
        case MatchRecord():
            return body.match_id
        case OrderSnapshot() | Diagnosis():
            return body.order_id
        case DealRecord():
            return body.deal_id
        case PartySnapshot():
            return body.party_id
        case PlanRecord():
            return body.market
        case CapacitySnapshot():
            return body.capacity_id
        case _:
            raise ContractError(f"{type(body).__name__} is not read here")
