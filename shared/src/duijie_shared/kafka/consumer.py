"""The kafka-python reader: no group, positions kept by the caller."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kafka import KafkaConsumer, TopicPartition

from duijie_shared.events.topics import TOPICS
from duijie_shared.kafka.ports import Record


class KafkaReader:
    """A `Reader` on a real broker. Not safe to share between threads."""

    def __init__(
        self,
        bootstrap: str,
        topics: Sequence[str],
        *,
        client_id: str,
        positions: Mapping[tuple[str, int], int] | None = None,
        max_records: int = 1000,
    ) -> None:
        self._consumer = KafkaConsumer(
            bootstrap_servers=bootstrap,
            client_id=client_id,
            group_id=None,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            max_poll_records=max_records,
        )
        self._assigned = [
            TopicPartition(topic, partition)
            for topic in topics
            for partition in range(TOPICS[topic].partitions)
        ]
        self._consumer.assign(self._assigned)
        beginnings = self._consumer.beginning_offsets(self._assigned)
        for assigned in self._assigned:
            stored = (positions or {}).get((assigned.topic, assigned.partition), 0)
            self._consumer.seek(assigned, max(stored, beginnings[assigned]))

    def poll(self, timeout_s: float) -> Sequence[Record]:
        """The next records, in order within each partition."""
        batches = self._consumer.poll(timeout_ms=int(timeout_s * 1000))
        return [
            Record(r.topic, r.partition, r.offset, r.key, r.value, tuple((n, v) for n, v in r.headers or ()))
            for batch in batches.values()
            for r in batch
        ]

    def positions(self) -> Mapping[tuple[str, int], int]:
        """The next offset of every partition."""
        return {(a.topic, a.partition): self._consumer.position(a) for a in self._assigned}

    def lag(self) -> int:
        """Records that are on the broker and were not returned by `poll` yet."""
        ends = self._consumer.end_offsets(self._assigned)
        return sum(max(0, ends[a] - self._consumer.position(a)) for a in self._assigned)

    def close(self) -> None:
        """Leave the broker."""
        self._consumer.close()
