"""One suite on the in-memory broker and on the real one: what the ports promise holds on both."""

from __future__ import annotations

import pytest
from brokers import Broker, drain
from duijie_shared.events.topics import TOPICS, murmur2, partition_for
from duijie_shared.kafka.ports import PublishError

HEADERS = [("ce_id", b"1"), ("ce_type", b"duijie.order.v1"), ("note", "土豆".encode()), ("empty", b"")]
ORDERS = "orders-v1"


def test_records_of_a_partition_come_in_the_order_they_were_published(broker: Broker) -> None:
    """Also over several flushes, and with their offsets one after the other."""
    start = broker.ends(ORDERS)
    publisher = broker.publisher()
    for number in range(300):
        publisher.publish(ORDERS, b"k%d" % (number % 7), b"%d" % number, HEADERS, 5)
        if number % 100 == 99:
            publisher.flush()
    found = drain(broker.reader([ORDERS], start))
    assert [record.value for record in found] == [b"%d" % number for number in range(300)]
    offsets = [record.offset for record in found]
    assert offsets == list(range(offsets[0], offsets[0] + 300))
    assert {record.partition for record in found} == {5}


def test_key_value_and_headers_come_back_as_they_were(broker: Broker) -> None:
    """Any bytes, in the order of the headers, empty values among them."""
    start = broker.ends(ORDERS)
    publisher = broker.publisher()
    key, value = bytes(range(256)), bytes(range(255, -1, -1))
    publisher.publish(ORDERS, key, value, HEADERS, 0)
    publisher.flush()
    (record,) = drain(broker.reader([ORDERS], start))
    assert (record.topic, record.partition) == (ORDERS, 0)
    assert (record.key, record.value, record.headers) == (key, value, tuple(HEADERS))


def test_a_tombstone_comes_back_as_none(broker: Broker) -> None:
    """Null is not the empty value."""
    start = broker.ends("matches-v1")
    publisher = broker.publisher()
    publisher.publish("matches-v1", b"k", None, HEADERS, 3)
    publisher.publish("matches-v1", b"k", b"", (), 3)
    publisher.flush()
    assert [record.value for record in drain(broker.reader(["matches-v1"], start))] == [None, b""]


@pytest.mark.parametrize("partition", [0, 11])
def test_an_explicit_partition_wins_over_the_key(broker: Broker, partition: int) -> None:
    """The first and the last: markets choose the partition, not ids."""
    start = broker.ends(ORDERS)
    publisher = broker.publisher()
    for key in (b"a", b"b", b"c"):
        publisher.publish(ORDERS, key, b"x", (), partition)
    publisher.flush()
    assert {record.partition for record in drain(broker.reader([ORDERS], start))} == {partition}


@pytest.mark.parametrize("partition", [-1, 12])
def test_a_partition_that_is_not_there_is_refused(broker: Broker, partition: int) -> None:
    """One before the first and one past the last; nothing is published."""
    start = broker.ends(ORDERS)
    publisher = broker.publisher()
    with pytest.raises(PublishError, match="partitions 0 to 11"):
        publisher.publish(ORDERS, b"k", b"x", (), partition)
    publisher.flush()
    assert drain(broker.reader([ORDERS], start)) == []


def test_a_topic_that_is_not_in_the_registry_is_refused(broker: Broker) -> None:
    """Auto-creation would guess its partitions."""
    with pytest.raises(PublishError, match="registry"):
        broker.publisher().publish("orders-v2", b"k", b"x", ())


def test_without_a_partition_the_key_chooses_one(broker: Broker) -> None:
    """By murmur2, as in Kafka's Java client and in kafka-python: all clients agree."""
    start = broker.ends(ORDERS)
    publisher = broker.publisher()
    keys = [name.encode() for name in ("potato", "土豆", "", "a-longer-key-than-the-others")]
    for key in keys:
        publisher.publish(ORDERS, key, b"x", ())
    publisher.flush()
    found = {record.key: record.partition for record in drain(broker.reader([ORDERS], start))}
    assert found == {key: (murmur2(key) & 0x7FFFFFFF) % 12 for key in keys}
    assert found[b"potato"] == partition_for("potato")


def test_nothing_is_to_be_read_before_it_is_flushed_or_everything_after(broker: Broker) -> None:
    """A flush that returns has published all that came before it."""
    start = broker.ends(ORDERS)
    publisher = broker.publisher()
    for number in range(50):
        publisher.publish(ORDERS, b"k", b"%d" % number, (), number % 12)
    publisher.flush()
    assert broker.reader([ORDERS], start).lag() == 50
    publisher.flush()
    assert broker.reader([ORDERS], start).lag() == 50


def test_a_reader_resumes_at_its_positions(broker: Broker) -> None:
    """What was read is not read again, what was not is, whichever process asks."""
    start = broker.ends(ORDERS, "parties-v1")
    publisher = broker.publisher()
    for number in range(20):
        publisher.publish(ORDERS, b"k", b"o%d" % number, (), number % 2)
        publisher.publish("parties-v1", b"k", b"p%d" % number, (), 2)
    publisher.flush()
    first = broker.reader([ORDERS, "parties-v1"], start)
    seen = drain(first)
    kept = dict(first.positions())
    for number in range(20, 25):
        publisher.publish(ORDERS, b"k", b"o%d" % number, (), 1)
    publisher.flush()
    second = broker.reader([ORDERS, "parties-v1"], kept)
    assert second.lag() == 5
    rest = drain(second)
    assert len(seen) == 40
    assert [record.value for record in rest] == [b"o%d" % number for number in range(20, 25)]
    assert second.positions()[ORDERS, 1] == kept[ORDERS, 1] + 5
    assert second.lag() == 0


def test_positions_name_every_partition_of_every_topic(broker: Broker) -> None:
    """Also those that are empty: a partition that is not stored would be read from its beginning again."""
    positions = broker.ends(*TOPICS)
    assert set(positions) == {(t.name, n) for t in TOPICS.values() for n in range(t.partitions)}


def test_a_reader_without_positions_begins_at_the_beginning(broker: Broker) -> None:
    """That is how books and read models are rebuilt."""
    publisher = broker.publisher()
    publisher.publish("policy-v1", b"policy", b"1", (), 0)
    publisher.flush()
    found = drain(broker.reader(["policy-v1"], None))
    assert found[0].offset == 0
    assert found[-1].value == b"1"


def test_poll_returns_nothing_when_there_is_nothing(broker: Broker) -> None:
    """An empty answer, no error and no waiting for ever."""
    reader = broker.reader([ORDERS], broker.ends(ORDERS))
    assert list(reader.poll(0.0)) == []
    assert reader.lag() == 0
