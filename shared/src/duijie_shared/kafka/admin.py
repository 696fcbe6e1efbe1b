"""Creating the topics of the registry. Nothing else creates topics: auto-creation would guess partitions."""

from __future__ import annotations

from kafka import KafkaAdminClient
from kafka.admin import ConfigResource, ConfigResourceType
from kafka.errors import TopicAlreadyExistsError, for_code

from duijie_shared.events.topics import TOPICS, Topic

HOUR_MS = 3_600_000
COMPACTION_LAG_MS = 6 * HOUR_MS
"""After this long a superseded value must go. The broker closes a segment of this age when the next record comes,
which on catalog's topics is within an hour, and compacts it in its next round."""
TOMBSTONE_MS = 24 * HOUR_MS
"""How long a tombstone itself is still to be read; a consumer that was away longer rebuilds from the start."""


class TopicMismatchError(Exception):
    """A topic exists with another number of partitions: markets would land in the wrong ones."""


class TopicSettingsError(Exception):
    """The broker refuses a topic's settings: what is deleted might stay readable."""


def ensure_topics(bootstrap: str, *, replication: int = 1) -> list[str]:
    """Create what is missing, bring what is there to the registry's settings; the names of what was created.

    May be run again, and beside another copy.

    Raises
    ------
    TopicMismatchError
        When a topic exists with another number of partitions than the registry says.
    TopicSettingsError
        When the broker does not let its settings be changed.
    """
    admin = KafkaAdminClient(bootstrap_servers=bootstrap, client_id="duijie-admin")
    try:
        existing = set(admin.list_topics())
        present = [name for name in TOPICS if name in existing]
        for found in admin.describe_topics(present) if present else ():
            _check(found)
        _align(admin, present)
        missing = {
            name: _options(topic, replication) for name, topic in TOPICS.items() if name not in existing
        }
        if missing:
            # Another copy may be quicker with the same registry, so "already exists" is no error.
            created = admin.create_topics(missing, raise_errors=False, wait_for_metadata=True)
            for topic in created["topics"]:
                if topic["error_code"] not in {0, TopicAlreadyExistsError.errno}:
                    raise for_code(topic["error_code"])(topic["name"])
        return list(missing)
    finally:
        admin.close()


def _check(found: dict[str, object]) -> None:
    name = str(found.get("name") or found.get("topic"))
    partitions = found["partitions"]
    count = len(partitions) if isinstance(partitions, (list, dict)) else -1
    if count != TOPICS[name].partitions:
        raise TopicMismatchError(
            f"{name} has {count} partitions, the registry says {TOPICS[name].partitions}"
        )


def topic_configs(topic: Topic) -> dict[str, str]:
    """The broker's settings of a topic. Compaction has a deadline: by default the newest segment, which may be all
    there is, is never compacted, and what was deleted could be read for ever.
    """
    if topic.cleanup == "compact":
        return {
            "cleanup.policy": "compact",
            "segment.ms": str(COMPACTION_LAG_MS),
            "max.compaction.lag.ms": str(COMPACTION_LAG_MS),
            "delete.retention.ms": str(TOMBSTONE_MS),
        }
    return {"cleanup.policy": "delete"} | (
        {} if topic.retention_ms is None else {"retention.ms": str(topic.retention_ms)}
    )


def _align(admin: KafkaAdminClient, names: list[str]) -> None:
    """Topics of an earlier release get the settings of this one."""
    if not names:
        return
    asked = [ConfigResource(ConfigResourceType.TOPIC, name) for name in names]
    stored = admin.describe_configs(asked, config_filter="all")["topic"]
    changed = []
    for name in names:
        wanted = topic_configs(TOPICS[name])
        other = {key: value for key, value in wanted.items() if stored[name][key]["value"] != value}
        if other:
            changed.append(ConfigResource(ConfigResourceType.TOPIC, name, configs=other))
    if not changed:
        return
    answered = admin.alter_configs(changed)["topic"]
    refused = {name: said for name, said in answered.items() if said != "OK"}
    if refused:
        raise TopicSettingsError(f"the broker keeps other settings: {refused}")


def _options(topic: Topic, replication: int) -> dict[str, object]:
    return {
        "num_partitions": topic.partitions,
        "replication_factor": replication,
        "configs": topic_configs(topic),
    }
