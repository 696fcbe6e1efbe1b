"""Reading ranges of topics without a consumer group, from explicit offsets to explicit offsets."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from aiokafka import AIOKafkaConsumer, TopicPartition
from duijie_shared.kafka.ports import Record

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Mapping

Place = tuple[str, int]
"""A topic's partition."""

POLL_MS = 200
MOST_RECORDS = 500
"""Records between two turns of other work."""


class LoadError(Exception):
    """A topic could not be read up to the end it had."""


class Reader:
    """A connection that answers where topics begin and end and reads what lies between."""

    def __init__(self, bootstrap: str, *, client_id: str, deadline: float) -> None:
        self._bootstrap = bootstrap
        self._client_id = client_id
        self._deadline = deadline

    @asynccontextmanager
    async def consumer(self) -> AsyncIterator[AIOKafkaConsumer]:
        """A started consumer without a group."""
        consumer = AIOKafkaConsumer(
            bootstrap_servers=self._bootstrap,
            client_id=self._client_id,
            group_id=None,
            enable_auto_commit=False,
            auto_offset_reset="none",
            max_poll_records=MOST_RECORDS,
        )
        await consumer.start()
        try:
            yield consumer
        finally:
            await consumer.stop()

    async def extents(
        self, consumer: AIOKafkaConsumer, places: Iterable[Place]
    ) -> Mapping[Place, tuple[int, int]]:
        """The first offset of each place and the offset after its last record, now."""
        topics = defaultdict(list)
        for topic, number in places:
            topics[topic].append(TopicPartition(topic, number))
        # Side by side, because the client takes a back-off to learn of each topic it does not know yet.
        found = await asyncio.gather(*(_extents(consumer, partitions) for partitions in topics.values()))
        return {place: extent for extents in found for place, extent in extents.items()}

    async def read(
        self, consumer: AIOKafkaConsumer, extents: Mapping[Place, tuple[int, int]]
    ) -> AsyncIterator[Record]:
        """All records within the extents, in order within each place.

        Whether the end is reached is told by the position, never by the last record: compaction leaves gaps.

        Raises
        ------
        LoadError
            When nothing new comes for the deadline before the ends are reached.
        """
        left = {TopicPartition(*place): end for place, (begin, end) in extents.items() if begin < end}
        if not left:
            return
        consumer.assign(list(left))
        for partition in left:
            consumer.seek(partition, extents[partition.topic, partition.partition][0])
        loop = asyncio.get_running_loop()
        positions: dict[TopicPartition, int] = {}
        progressed = loop.time()
        while left:
            batches = await consumer.getmany(*left, timeout_ms=POLL_MS)
            for partition, batch in batches.items():
                for r in batch:
                    if r.offset < left[partition]:
                        yield Record(r.topic, r.partition, r.offset, r.key, r.value, tuple(r.headers))
            await asyncio.sleep(0)
            now = {partition: await consumer.position(partition) for partition in left}
            left = {partition: end for partition, end in left.items() if now[partition] < end}
            consumer.pause(*(partition for partition in now if partition not in left))
            if now != positions:
                progressed, positions = loop.time(), now
            elif loop.time() - progressed > self._deadline:
                raise LoadError(f"stuck before the end of {sorted(left)}: positions {now}")


async def _extents(
    consumer: AIOKafkaConsumer, partitions: list[TopicPartition]
) -> dict[Place, tuple[int, int]]:
    begins = await consumer.beginning_offsets(partitions)
    ends = await consumer.end_offsets(partitions)
    return {(tp.topic, tp.partition): (begins[tp], ends[tp]) for tp in partitions}
