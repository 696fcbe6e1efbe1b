"""The two brokers that the suite of `test_broker` runs on, and one that may be killed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest
from brokers import Broker, Positions
from duijie_shared.kafka.admin import ensure_topics
from duijie_shared.kafka.consumer import KafkaReader
from duijie_shared.kafka.memory import MemoryBroker
from duijie_shared.kafka.ports import Publisher, Reader
from duijie_shared.kafka.producer import KafkaPublisher


@pytest.fixture(params=["memory", pytest.param("kafka", marks=pytest.mark.broker)])
def broker(request: pytest.FixtureRequest) -> Iterator[Broker]:
    """The in-memory broker and the real one, in turn."""
    if request.param == "memory":
        memory = MemoryBroker()
        yield Broker(memory.publisher, memory.reader)
        return
    bootstrap: str = request.getfixturevalue("embedded_kafka")
    ensure_topics(bootstrap)
    opened: list[Publisher | Reader] = []

    def publisher() -> Publisher:
        opened.append(made := KafkaPublisher(bootstrap, client_id="contract-test"))
        return made

    def reader(topics: Sequence[str], positions: Positions | None) -> Reader:
        opened.append(made := KafkaReader(bootstrap, topics, client_id="contract-test", positions=positions))
        return made

    yield Broker(publisher, reader)
    for port in opened:
        port.close()
