"""The matcher's own idempotent producer: nothing is published until the broker said so."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError
from duijie_shared.kafka.ports import PublishError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable

    from aiokafka.producer.message_accumulator import BatchBuilder
    from duijie_shared.kafka.ports import Headers

BATCH_BYTES = 256 * 1024
LINGER_MS = 2
YIELD_EVERY = 200
"""Messages after which other work gets a turn: a market may have ten thousand to send."""


@dataclass(frozen=True, slots=True)
class Message:
    """One record to send; `partition` None leaves the choice to the key's hash."""

    topic: str
    partition: int | None
    key: bytes
    value: bytes | None
    headers: Headers


class Publisher:
    """Faust's own producer is neither idempotent nor does it tell of failed sends, so it is not used.

    aiokafka never gives up on an idempotent batch, hence the deadline. After any error the producer's
    sequence numbers cannot be trusted: the process is to end and start anew.
    """

    def __init__(self, bootstrap: str, *, client_id: str, deadline: float) -> None:
        self._deadline = deadline
        self._producer = AIOKafkaProducer(
            bootstrap_servers=bootstrap,
            client_id=client_id,
            acks="all",
            enable_idempotence=True,
            linger_ms=LINGER_MS,
            max_batch_size=BATCH_BYTES,
        )

    async def start(self) -> None:
        """Connect."""
        await self._producer.start()

    async def publish(self, messages: Iterable[Message]) -> None:
        """Send, in order within each partition, and wait for every acknowledgement.

        Raises
        ------
        PublishError
            When one is not acknowledged within the deadline.
        """
        try:
            async with asyncio.timeout(self._deadline):
                await asyncio.gather(*[sent async for sent in self._send(messages)])
        except (KafkaError, TimeoutError) as error:
            raise PublishError(repr(error)) from error

    async def stop(self) -> None:
        """Disconnect."""
        await self._producer.stop()

    async def _send(self, messages: Iterable[Message]) -> AsyncIterator[asyncio.Future[object]]:
        # Whole batches: a market may have ten thousand records, and sent one by one each costs a future.
        batches: dict[tuple[str, int], BatchBuilder] = {}
        for number, message in enumerate(messages, start=1):
            if message.partition is None:
                yield await self._producer.send(
                    message.topic, value=message.value, key=message.key, headers=list(message.headers)
                )
                continue
            place = (message.topic, message.partition)
            if place not in batches or not _append(batches[place], message):
                if place in batches:
                    yield await self._send_batch(place, batches[place])
                batches[place] = self._producer.create_batch()
                _append(batches[place], message)
            if number % YIELD_EVERY == 0:
                await asyncio.sleep(0)
        for place, batch in batches.items():
            yield await self._send_batch(place, batch)

    async def _send_batch(self, place: tuple[str, int], batch: BatchBuilder) -> asyncio.Future[object]:
        batch.close()
        topic, partition = place
        sent: asyncio.Future[object] = await self._producer.send_batch(batch, topic, partition=partition)
        return sent


def _append(batch: BatchBuilder, message: Message) -> bool:
    """Whether the batch had room; an empty one always has."""
    appended = batch.append(
        timestamp=None, key=message.key, value=message.value, headers=list(message.headers)
    )
    return appended is not None
