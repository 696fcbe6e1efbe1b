"""What Duijie asks of a broker."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from duijie_shared.events.topics import TOPICS, murmur2

Headers = Sequence[tuple[str, bytes]]


@dataclass(frozen=True, slots=True)
class Record:
    """One record as it was stored. A `value` of None is a tombstone; a header's may be None too."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes | None], ...]


class PublishError(Exception):
    """The broker did not take a record; nothing may be taken for sent."""


def partition_of(topic: str, key: bytes, partition: int | None) -> int:
    """The partition a record goes to; raises `PublishError` where the registry has none such."""
    if topic not in TOPICS:
        raise PublishError(f"{topic}: not in the registry of topics")
    count = TOPICS[topic].partitions
    if partition is None:
        return (murmur2(key) & 0x7FFFFFFF) % count
    if not 0 <= partition < count:
        raise PublishError(f"{topic}: has partitions 0 to {count - 1}, not {partition}")
    return partition


class Publisher(Protocol):
    """Sends records, in order within a partition.

    `publish` buffers and may block while the buffer is full. Only a `flush` that returns means that every
    record since the last flush is acknowledged; it raises `PublishError` when one is not. Without a
    partition the key's murmur2 chooses one, as in Kafka's own clients. A topic or partition that the
    registry does not have is refused by `publish` with `PublishError`.
    """

    def publish(
        self, topic: str, key: bytes, value: bytes | None, headers: Headers, partition: int | None = None
    ) -> None: ...

    def flush(self) -> None: ...

    def close(self) -> None: ...


class Reader(Protocol):
    """Reads all partitions of some topics without a consumer group; the caller keeps the positions.

    `positions` maps (topic, partition) to the next offset to read; what is absent starts at the beginning.
    `poll` blocks for `timeout_s` at the most and may return nothing. `lag` counts the records between the
    positions and the ends; positions move past the gaps that compaction leaves.
    """

    def poll(self, timeout_s: float) -> Sequence[Record]: ...

    def positions(self) -> Mapping[tuple[str, int], int]: ...

    def lag(self) -> int: ...

    def close(self) -> None: ...
