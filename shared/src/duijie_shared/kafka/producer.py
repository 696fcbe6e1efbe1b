"""The kafka-python producer: idempotent, every acknowledgement awaited."""

from __future__ import annotations

from typing import Any

from kafka import KafkaProducer
from kafka.errors import KafkaError

from duijie_shared.kafka.ports import Headers, PublishError, partition_of

LINGER_MS = 5
"""Long enough to fill batches under load, too short to be felt by one order."""


class KafkaPublisher:
    """A `Publisher` on a real broker.

    Sends are idempotent (the client's default, KIP-679), so that a retry neither repeats nor reorders.
    """

    def __init__(self, bootstrap: str, *, client_id: str, deadline_s: float = 30.0) -> None:
        self._deadline_s = deadline_s
        self._pending: list[Any] = []  # kafka-python's futures, which have no types
        self._producer = KafkaProducer(
            bootstrap_servers=bootstrap,
            client_id=client_id,
            acks="all",
            enable_idempotence=True,
            linger_ms=LINGER_MS,
            batch_size=256 * 1024,
            delivery_timeout_ms=int(deadline_s * 1000),
            request_timeout_ms=int(min(deadline_s / 2, 10.0) * 1000),  # room for a second try
            max_block_ms=int(deadline_s * 1000),
            bootstrap_timeout_ms=int(deadline_s * 1000),
        )

    def publish(
        self, topic: str, key: bytes, value: bytes | None, headers: Headers, partition: int | None = None
    ) -> None:
        """Buffer one record. Raises `PublishError` when the buffer stays full or there is no such partition."""
        partition = partition_of(topic, key, partition)
        try:
            self._pending.append(
                self._producer.send(topic, value=value, key=key, headers=list(headers), partition=partition)
            )
        except KafkaError as error:
            raise PublishError(f"{topic}: {error!r}") from error

    def flush(self) -> None:
        """Wait for every acknowledgement since the last flush."""
        pending, self._pending = self._pending, []
        try:
            self._producer.flush(timeout=self._deadline_s)
            for sent in pending:
                if not sent.succeeded():
                    sent.get(timeout=self._deadline_s)
        except (KafkaError, TimeoutError) as error:
            raise PublishError(repr(error)) from error

    def close(self) -> None:
        """Release the sockets; what was not flushed is not sent."""
        self._producer.close(timeout=5)
