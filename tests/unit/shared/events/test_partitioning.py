"""A market's partition is the one that every Kafka client would choose for its name."""

from __future__ import annotations

import pytest
from duijie_shared.events.topics import MARKET_PARTITIONS, murmur2, partition_for
from hypothesis import given
from hypothesis import strategies as st
from kafka.partitioner.default import murmur2 as kafka_python_murmur2

# From Apache Kafka's own test, org.apache.kafka.common.utils.UtilsTest#testMurmur2.
JAVA_VALUES = {
    b"21": -973932308,
    b"foobar": -790332482,
    b"a-little-bit-long-string": -985981536,
    b"a-little-bit-longer-string": -1486304829,
    b"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8": -58897971,
    b"abc": 479470107,
}


@pytest.mark.parametrize(("data", "expected"), JAVA_VALUES.items())
def test_murmur2_is_that_of_the_java_client(data: bytes, expected: int) -> None:
    """The known values of the Java client, as signed 32-bit integers."""
    assert (murmur2(data) ^ 0x80000000) - 0x80000000 == expected


@given(st.binary(max_size=200))
def test_murmur2_is_that_of_kafka_python(data: bytes) -> None:
    """Every length and every byte, odd ends among them."""
    assert murmur2(data) == kafka_python_murmur2(data) & 0xFFFFFFFF


@given(st.text(min_size=1, max_size=40))
def test_a_market_always_has_the_same_partition(market: str) -> None:
    """In range for any name, Chinese ones among them, and the same each time."""
    name = market.encode("utf-8", "ignore").decode()
    assert 0 <= partition_for(name) < MARKET_PARTITIONS
    assert partition_for(name) == partition_for(name)


def test_known_markets_stay_where_they_are() -> None:
    """Moving a market would split it over two partitions: these numbers are fixed for good."""
    assert {name: partition_for(name) for name in ("potato", "apple", "garlic", "hen_egg")} == {
        "potato": 4,
        "apple": 1,
        "garlic": 1,
        "hen_egg": 0,
    }
