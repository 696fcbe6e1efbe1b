"""Rebuilding partitions from the topics: what was asked (orders) and what was answered (matches and their kin)."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from duijie_shared.events.calls import CapacityCall
from duijie_shared.events.codec import ContractError, decode
from duijie_shared.events.matches import Diagnosis, MatchRecord, PlanRecord
from duijie_shared.events.topics import TOPICS
from duijie_shared.kafka import dead_letters

from duijie_matcher.stream.events import ORDERS, read
from duijie_matcher.stream.items import CALLS, DIAGNOSES, MATCHES, PLANS
from duijie_matcher.stream.partition import Partition

if TYPE_CHECKING:
    from collections.abc import Collection

    from duijie_shared.kafka.ports import Record

    from duijie_matcher.stream.reader import Place, Reader

OUTPUTS = (MATCHES, PLANS, DIAGNOSES, CALLS)
YIELD_EVERY = 200
"""Records after which other work gets a turn: the consumer's thread asks this loop to go on with a rebalance."""


@dataclass(slots=True)
class Loaded:
    """What loading found. `unread` are records of `orders-v1` with the reason why, none of them a dead
    letter yet; `spoiled` are outputs that nobody can read: to be tombstoned and published anew.
    """

    partitions: dict[int, Partition] = field(default_factory=dict)
    unread: list[tuple[Record, str]] = field(default_factory=list)
    spoiled: list[Record] = field(default_factory=list)


async def load(reader: Reader, numbers: Collection[int]) -> Loaded:
    """Read the given partitions from their beginnings to the ends they have now.

    Raises
    ------
    LoadError
        When an end is not reached.
    """
    loaded = Loaded()
    newest: dict[tuple[str, bytes], Record] = {}
    async with reader.consumer() as consumer:
        places = [(topic, number) for topic in (ORDERS, *OUTPUTS) for number in numbers]
        extents = await reader.extents(consumer, places)
        loaded.partitions = {number: Partition(number, extents[ORDERS, number][0]) for number in numbers}
        async for record in reader.read(consumer, extents):
            if record.topic == ORDERS:
                _take_event(loaded, record)
            elif record.key is not None:
                newest[record.topic, record.key] = record
    for number, record in enumerate(newest.values(), start=1):
        _take_output(loaded, record)
        if number % YIELD_EVERY == 0:
            await asyncio.sleep(0)
    for number, partition in loaded.partitions.items():
        partition.loaded(extents[ORDERS, number][1])
    if loaded.unread:
        known = await _dead_letter_keys(reader)
        loaded.unread = [(record, why) for record, why in loaded.unread if _key(record) not in known]
    return loaded


async def refetch(reader: Reader, place: Place, begin: int, end: int) -> list[Record]:
    """What the topic has between two offsets."""
    async with reader.consumer() as consumer:
        return [record async for record in reader.read(consumer, {place: (begin, end)})]


def _take_event(loaded: Loaded, record: Record) -> None:
    try:
        event = read(record)
    except ContractError as error:
        loaded.unread.append((record, str(error)))
        return
    if event is not None:
        loaded.partitions[record.partition].load_event(record.offset, event)


def _take_output(loaded: Loaded, record: Record) -> None:
    if record.value is None:
        return
    try:
        body, _ = decode(record.topic, record.value, record.headers)
    except ContractError:
        loaded.spoiled.append(record)
        return
    if isinstance(body, MatchRecord | PlanRecord | Diagnosis | CapacityCall):
        loaded.partitions[record.partition].load_output(body)


async def _dead_letter_keys(reader: Reader) -> set[bytes]:
    """The topic itself knows what was put aside: asked only when something is unreadable, which is rare."""
    topic = dead_letters.TOPIC
    places = [(topic, number) for number in range(TOPICS[topic].partitions)]
    async with reader.consumer() as consumer:
        extents = await reader.extents(consumer, places)
        return {record.key async for record in reader.read(consumer, extents) if record.key is not None}


def _key(record: Record) -> bytes:
    return f"{record.topic}/{record.partition}/{record.offset}".encode()
