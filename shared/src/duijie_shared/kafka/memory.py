"""An in-memory broker behind the same ports; it passes the same contract tests as the real one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from duijie_shared.events.topics import TOPICS
from duijie_shared.kafka.ports import Headers, PublishError, Record, partition_of


class MemoryBroker:
    """Partitions as lists of records. `down` makes every flush fail, as a broker that is away does."""

    def __init__(self) -> None:
        self.partitions: dict[tuple[str, int], list[Record]] = {
            (topic.name, number): [] for topic in TOPICS.values() for number in range(topic.partitions)
        }
        self.down = False

    def publisher(self) -> MemoryPublisher:
        """A new producer."""
        return MemoryPublisher(self)

    def reader(
        self, topics: Sequence[str], positions: Mapping[tuple[str, int], int] | None = None
    ) -> MemoryReader:
        """A new reader."""
        return MemoryReader(self, topics, positions or {})


class MemoryPublisher:
    """A `Publisher` that appends at `flush`."""

    def __init__(self, broker: MemoryBroker) -> None:
        self._broker = broker
        self._buffer: list[tuple[str, int, bytes, bytes | None, Headers]] = []

    def publish(
        self, topic: str, key: bytes, value: bytes | None, headers: Headers, partition: int | None = None
    ) -> None:
        """Buffer one record."""
        self._buffer.append((topic, partition_of(topic, key, partition), key, value, tuple(headers)))

    def flush(self) -> None:
        """Append what was buffered, or fail whole."""
        buffered, self._buffer = self._buffer, []
        if self._broker.down:
            raise PublishError("the broker is down")
        for topic, partition, key, value, headers in buffered:
            log = self._broker.partitions[topic, partition]
            log.append(Record(topic, partition, len(log), key, value, tuple(headers)))

    def close(self) -> None:
        """Drop what was not flushed."""
        self._buffer.clear()


class MemoryReader:
    """A `Reader` over a `MemoryBroker`."""

    def __init__(
        self, broker: MemoryBroker, topics: Sequence[str], positions: Mapping[tuple[str, int], int]
    ) -> None:
        self._broker = broker
        self._positions = {
            (topic, number): positions.get((topic, number), 0)
            for topic in topics
            for number in range(TOPICS[topic].partitions)
        }

    def poll(self, timeout_s: float) -> Sequence[Record]:  # noqa: ARG002 - what is there is there at once
        """The next records, in order within each partition."""
        found: list[Record] = []
        for place, start in self._positions.items():
            new = self._broker.partitions[place][start:]
            found.extend(new)
            self._positions[place] = start + len(new)
        return found

    def positions(self) -> Mapping[tuple[str, int], int]:
        """The next offset of every partition."""
        return dict(self._positions)

    def lag(self) -> int:
        """Records not returned yet."""
        return sum(len(self._broker.partitions[place]) - at for place, at in self._positions.items())

    def close(self) -> None:
        """Nothing to release."""
