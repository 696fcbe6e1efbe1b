"""Creating the topics of the registry. Nothing else creates topics: auto-creation would guess partitions."""

from __future__ import annotations

from kafka import KafkaAdminClient
from kafka.errors import TopicAlreadyExistsError, for_code

from duijie_shared.events.topics import TOPICS, Topic


class TopicMismatchError(Exception):
    """A topic exists with another number of partitions: markets would land in the wrong ones."""


def ensure_topics(bootstrap: str, *, replication: int = 1) -> list[str]:
    """Create what is missing and return its names; may be run again.

    Raises
    ------
    TopicMismatchError
        When a topic exists with another number of partitions than the registry says.
    """
    admin = KafkaAdminClient(bootstrap_servers=bootstrap, client_id="duijie-admin")
    try:
        existing = set(admin.list_topics())
        present = [name for name in TOPICS if name in existing]
        for found in admin.describe_topics(present) if present else ():
            _check(found)
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


def _options(topic: Topic, replication: int) -> dict[str, object]:
    configs: dict[str, str] = {"cleanup.policy": topic.cleanup}
    if topic.retention_ms is not None:
        configs["retention.ms"] = str(topic.retention_ms)
    return {"num_partitions": topic.partitions, "replication_factor": replication, "configs": configs}
