"""What Duijie asks of a broker."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

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


class Publisher(Protocol):
    """Sends records, in order within a partition.

    `publish` buffers and may block while the buffer is full. Only a `flush` that returns means that every
    record since the last flush is acknowledged; it raises `PublishError` when one is not.
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
