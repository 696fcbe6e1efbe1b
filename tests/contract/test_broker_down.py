"""What is not acknowledged is never taken for sent."""

from __future__ import annotations

import pytest
from brokers import MortalKafka, drain
from duijie_shared.kafka.admin import ensure_topics
from duijie_shared.kafka.consumer import KafkaReader
from duijie_shared.kafka.memory import MemoryBroker
from duijie_shared.kafka.ports import PublishError
from duijie_shared.kafka.producer import KafkaPublisher


def test_flush_fails_while_the_memory_broker_is_down() -> None:
    """And works again afterwards; what failed is gone, so the caller publishes it again."""
    broker = MemoryBroker()
    publisher = broker.publisher()
    publisher.publish("policy-v1", b"policy", b"1", ())
    broker.down = True
    with pytest.raises(PublishError):
        publisher.flush()
    broker.down = False
    publisher.flush()
    assert drain(broker.reader(["policy-v1"])) == []
    publisher.publish("policy-v1", b"policy", b"1", ())
    publisher.flush()
    assert [record.value for record in drain(broker.reader(["policy-v1"]))] == [b"1"]


@pytest.mark.broker
def test_flush_fails_when_the_real_broker_was_killed(mortal_kafka: MortalKafka) -> None:
    """Within the publisher's deadline, as PublishError; acknowledged records had been there to read."""
    ensure_topics(mortal_kafka.bootstrap)
    publisher = KafkaPublisher(mortal_kafka.bootstrap, client_id="contract-test", deadline_s=3.0)
    publisher.publish("policy-v1", b"policy", b"1", (), 0)
    publisher.flush()
    reader = KafkaReader(mortal_kafka.bootstrap, ["policy-v1"], client_id="contract-test")
    assert [record.value for record in drain(reader)] == [b"1"]
    reader.close()
    mortal_kafka.kill()

    def publish() -> None:
        publisher.publish("policy-v1", b"policy", b"2", (), 0)
        publisher.flush()

    with pytest.raises(PublishError):
        publish()
    publisher.close()
