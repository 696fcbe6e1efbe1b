"""What the probe says of the worker: asked of the broker at that moment, never remembered."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from aiokafka import TopicPartition
from aiokafka.errors import KafkaError
from duijie_shared.events.topics import TOPICS

from duijie_matcher.stream.events import ORDERS
from duijie_matcher.stream.follow import FOLLOWED

if TYPE_CHECKING:
    from aiokafka import AIOKafkaConsumer

    from duijie_matcher.stream.engine import Engine
    from duijie_matcher.stream.follow import Follower

ANSWER_S = 2.0
"""How long the probe waits for the event loop and the broker."""

ALL = [TopicPartition(ORDERS, number) for number in range(TOPICS[ORDERS].partitions)]


class Status:
    """`lag` counts the records of the assigned partitions whose effects are not all acknowledged: 0 means
    that everything that was on the topic when it was asked is reflected in what is published. Constraints that
    are not read yet count as well; what they change makes markets dirty. While the
    group has assigned nothing yet, every record of the topic counts.
    """

    def __init__(
        self,
        engine: Engine,
        follower: Follower,
        consumer: AIOKafkaConsumer,
        loop: asyncio.AbstractEventLoop,
    ) -> None:
        self._engine = engine
        self._follower = follower
        self._consumer = consumer
        self._loop = loop

    async def lag(self) -> int:
        """The lag now. Raises `KafkaError` when the broker does not answer."""
        ends = await self._consumer.end_offsets([*ALL, *FOLLOWED])
        unread = self._follower.lag(ends)
        # Only now: what was settled while the broker answered counts, what arrived since does not.
        if self._engine.assigned:
            return unread + self._engine.lag({tp.partition: ends[tp] for tp in ALL})
        begins = await self._consumer.beginning_offsets(ALL)
        return unread + sum(int(ends[tp] - begins[tp]) for tp in ALL)

    async def details(self) -> dict[str, object]:
        """What `/readyz` says."""
        engine = self._engine
        lag = await self.lag()
        return {
            "ready": engine.assigned and engine.may_clear,
            "lag": lag,
            "dirty_markets": engine.dirty_markets,
            "orders": engine.orders,
            "matches": engine.matches,
            "partitions": sorted(engine.partitions),
        }

    def ready(self) -> dict[str, object]:
        """`details`, from the probe's thread."""
        asked = asyncio.run_coroutine_threadsafe(self.details(), self._loop)
        try:
            return asked.result(ANSWER_S)
        except (TimeoutError, KafkaError) as error:
            asked.cancel()
            # A lag that cannot be told must not look like none.
            return {"ready": False, "lag": None, "dirty_markets": None, "reason": repr(error)}
