"""The registry of topics as an AsyncAPI 3 document: channels, who sends and receives, messages with kept examples.

The payload schemas are those that `codec.decode` validates with. Source: AsyncAPI 3.0.0, Kafka bindings 0.5.0.
"""

from __future__ import annotations

import json
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from duijie_shared.events.topics import TOPICS, Topic

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

    from duijie_shared.events.base import Contract

DIALECT = "application/schema+json;version=draft-2020-12"
KAFKA_BINDING = "0.5.0"
_FOLDER = files("duijie_shared.events")
DOCUMENT: Traversable = _FOLDER / "asyncapi.json"
"""Where the document is kept."""

_DESCRIPTION = """What Duijie's services tell each other on Kafka. Every record is a CloudEvent 1.0 in binary content
mode: attributes as headers `ce_*`, JSON as the value, the key as each channel says. On a compacted channel the newest
record of a key is the whole truth, and a record without a value (a tombstone, with its headers) ends the key. Unknown
fields are to be ignored."""


def asyncapi() -> dict[str, Any]:
    """The document. Every reference in it is to a place in it."""
    types = {type_: (topic, body) for topic in TOPICS.values() for type_, body in topic.events.items()}
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Duijie events",
            "version": "1",
            "description": _DESCRIPTION,
            "license": {"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"},
        },
        "defaultContentType": "application/json",
        "channels": {topic.name: _channel(topic) for topic in TOPICS.values()},
        "operations": {
            f"{who}.{action}.{topic.name}".replace(" ", "-"): _operation(topic, action, who)
            for topic in TOPICS.values()
            for action, who in [("send", topic.producer), *(("receive", each) for each in topic.consumers)]
        },
        "components": {
            "messages": {type_: _message(type_, topic) for type_, (topic, _) in types.items()},
            "schemas": {
                type_: {"schemaFormat": DIALECT, "schema": _payload(type_, body)}
                for type_, (_, body) in types.items()
            },
        },
    }


def asyncapi_text() -> str:
    """The document as it is kept and served."""
    return json.dumps(asyncapi(), ensure_ascii=False, indent=2) + "\n"


def _channel(topic: Topic) -> dict[str, Any]:
    configuration: dict[str, Any] = {"cleanup.policy": [topic.cleanup]}
    if topic.retention_ms is not None:
        configuration["retention.ms"] = topic.retention_ms
    return {
        "address": topic.name,
        "title": topic.zh,
        "description": f"{topic.en}. Key: {topic.key}.",
        "messages": {type_: {"$ref": f"#/components/messages/{type_}"} for type_ in topic.events},
        "bindings": {
            "kafka": {
                "topic": topic.name,
                "partitions": topic.partitions,
                "topicConfiguration": configuration,
                "bindingVersion": KAFKA_BINDING,
            }
        },
    }


def _operation(topic: Topic, action: str, who: str) -> dict[str, Any]:
    return {
        "action": action,
        "channel": {"$ref": f"#/channels/{topic.name}"},
        "summary": f"{who} {'writes' if action == 'send' else 'reads'} {topic.name}",
        "messages": [{"$ref": f"#/channels/{topic.name}/messages/{type_}"} for type_ in topic.events],
    }


def _message(type_: str, topic: Topic) -> dict[str, Any]:
    return {
        "name": type_,
        "title": topic.zh,
        "contentType": "application/json",
        "headers": _headers(type_),
        "payload": {"$ref": f"#/components/schemas/{type_}"},
        "bindings": {
            "kafka": {
                "key": {"type": "string", "description": topic.key},
                "bindingVersion": KAFKA_BINDING,
            }
        },
        "examples": [
            {"name": each.name.removesuffix(".json"), "payload": json.loads(each.read_text("utf-8"))}
            for each in sorted(
                (_FOLDER / "examples" / topic.name / type_).iterdir(), key=lambda each: each.name
            )
        ],
    }


def _headers(type_: str) -> dict[str, Any]:
    return {
        "type": "object",
        "required": ["ce_specversion", "ce_id", "ce_source", "ce_type", "ce_time", "content-type"],
        "properties": {
            "ce_specversion": {"const": "1.0"},
            "ce_id": {"type": "string", "description": "Unique with ce_source"},
            "ce_source": {"type": "string", "description": "duijie/<service>"},
            "ce_type": {"const": type_},
            "ce_time": {"type": "string", "format": "date-time"},
            "ce_subject": {"type": "string", "description": "What the record is about: mostly its key"},
            "ce_correlationid": {"type": "string", "description": "Follows an order to its matches"},
            "content-type": {"const": "application/json"},
        },
    }


def _payload(type_: str, body: type[Contract]) -> dict[str, Any]:
    # References are written from the root of this document: a schema inside it has no root of its own.
    return body.model_json_schema(ref_template=f"#/components/schemas/{type_}/schema/$defs/{{model}}")
