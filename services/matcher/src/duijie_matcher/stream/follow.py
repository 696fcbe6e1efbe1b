"""Following the broadcast topics: every worker reads all of them for itself, without the group."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog
from aiokafka import TopicPartition
from duijie_shared.events.codec import ContractError
from duijie_shared.events.topics import TOPICS
from duijie_shared.kafka.ports import Record

from duijie_matcher.stream.conditions import CAPACITIES, CONSTRAINTS
from duijie_matcher.stream.items import PLANS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aiokafka import AIOKafkaConsumer

    from duijie_matcher.stream.engine import Engine

log = structlog.get_logger(__name__)

FOLLOWED = [
    TopicPartition(topic, number)
    for topic in (CONSTRAINTS, CAPACITIES, PLANS)
    for number in range(TOPICS[topic].partitions)
]
POLL_MS = 1000


class Follower:
    """Hands every record to the engine, and tells it when all that was there at the start is in."""

    def __init__(self, consumer: AIOKafkaConsumer, engine: Engine) -> None:
        self._consumer = consumer
        self._engine = engine
        self._positions: dict[TopicPartition, int] = {}

    def lag(self, ends: Mapping[TopicPartition, int]) -> int:
        """Records before `ends` that are not taken in."""
        return sum(max(0, ends[place] - self._positions.get(place, 0)) for place in FOLLOWED)

    async def run(self) -> None:
        """Follow for ever.

        An unreadable record changes nothing. Only one that arrives while this worker follows becomes a dead
        letter: those before are read again at every start.
        """
        self._consumer.assign(FOLLOWED)
        known = await self._consumer.end_offsets(FOLLOWED)
        for place, begin in (await self._consumer.beginning_offsets(FOLLOWED)).items():
            self._consumer.seek(place, begin)
        while True:
            # Whether the end is reached is told by the position, never by the last record: compaction leaves gaps.
            self._positions = {place: await self._consumer.position(place) for place in FOLLOWED}
            if all(self._positions[place] >= known[place] for place in FOLLOWED):
                self._engine.conditions_are_known()
            batches = await self._consumer.getmany(timeout_ms=POLL_MS)
            for place, batch in batches.items():
                for r in batch:
                    record = Record(r.topic, r.partition, r.offset, r.key, r.value, tuple(r.headers))
                    await self._take(record, new=r.offset >= known[place])

    async def _take(self, record: Record, *, new: bool) -> None:
        try:
            if record.topic == PLANS:
                self._engine.plan_published(record)
                return
            touch = self._engine.conditions.apply(record)
        except ContractError as error:
            log.warning("condition not readable", topic=record.topic, offset=record.offset, reason=str(error))
            if new:
                await self._engine.put_aside(record, str(error))
            return
        self._engine.conditions_changed(touch)
