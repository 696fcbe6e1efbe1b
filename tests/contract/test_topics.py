"""Topics are created from the registry, once, and never with other partitions than it says."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

import pytest
from duijie_shared.events import topics
from duijie_shared.events.topics import TOPICS
from duijie_shared.kafka.admin import HOUR_MS, TopicMismatchError, ensure_topics, topic_configs
from kafka import KafkaAdminClient, KafkaConsumer
from kafka.admin import ConfigResource, ConfigResourceType

pytestmark = pytest.mark.broker


def test_ensure_topics_creates_what_is_missing_and_may_be_run_again(embedded_kafka: str) -> None:
    """After it every topic of the registry is there with its partitions; the second run creates nothing."""
    ensure_topics(embedded_kafka)
    assert ensure_topics(embedded_kafka) == []
    consumer = KafkaConsumer(bootstrap_servers=embedded_kafka)
    try:
        found = {name: len(consumer.partitions_for_topic(name) or ()) for name in TOPICS}
    finally:
        consumer.close()
    assert found == {topic.name: topic.partitions for topic in TOPICS.values()}


def test_topics_have_the_cleanup_and_retention_of_the_registry(embedded_kafka: str) -> None:
    """A topic that is not compacted as promised would lose the books after a week."""
    ensure_topics(embedded_kafka)
    admin = KafkaAdminClient(bootstrap_servers=embedded_kafka)
    try:
        asked = [ConfigResource(ConfigResourceType.TOPIC, name) for name in TOPICS]
        found = admin.describe_configs(asked, config_filter="all")["topic"]
    finally:
        admin.close()
    for topic in TOPICS.values():
        assert found[topic.name]["cleanup.policy"]["value"] == topic.cleanup
        if topic.retention_ms is not None:
            assert found[topic.name]["retention.ms"]["value"] == str(topic.retention_ms)


def test_superseded_values_have_a_deadline_on_every_compacted_topic() -> None:
    """By default a broker compacts when it likes, and the newest segment never."""
    for topic in TOPICS.values():
        settings = topic_configs(topic)
        if topic.cleanup == "compact":
            assert int(settings["max.compaction.lag.ms"]) <= 6 * HOUR_MS
            assert int(settings["segment.ms"]) <= 6 * HOUR_MS
            assert int(settings["delete.retention.ms"]) <= 24 * HOUR_MS


def test_a_topic_of_an_earlier_release_gets_the_settings_of_this_one(embedded_kafka: str) -> None:
    """At the next start; what has them already is left alone."""
    ensure_topics(embedded_kafka)
    admin = KafkaAdminClient(bootstrap_servers=embedded_kafka)
    try:
        earlier = {"segment.ms": str(168 * HOUR_MS), "max.compaction.lag.ms": str(2**63 - 1)}
        admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, "policy-v1", configs=earlier)])
        assert ensure_topics(embedded_kafka) == []
        asked = [ConfigResource(ConfigResourceType.TOPIC, "policy-v1")]
        found = admin.describe_configs(asked, config_filter="all")["topic"]["policy-v1"]
    finally:
        admin.close()
    wanted = topic_configs(TOPICS["policy-v1"])
    assert {name: found[name]["value"] for name in wanted} == wanted


def test_a_topic_with_other_partitions_is_refused(
    embedded_kafka: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Markets would land in the wrong partitions; it says which topic, and what is wrong."""
    ensure_topics(embedded_kafka)
    other: Mapping[str, topics.Topic] = {
        **TOPICS,
        "plans-v1": dataclasses.replace(TOPICS["plans-v1"], partitions=13),
    }
    for name, topic in other.items():
        monkeypatch.setitem(TOPICS, name, topic)
    with pytest.raises(TopicMismatchError, match="plans-v1 has 12 partitions, the registry says 13"):
        ensure_topics(embedded_kafka)
