"""The AsyncAPI document says of the topics what the code says, with the very schemas that records are validated with."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from duijie_shared.events.asyncapi import DOCUMENT, asyncapi, asyncapi_text
from duijie_shared.events.codec import attributes_of, new_envelope
from duijie_shared.events.topics import TOPICS
from gateway_records import NOW
from jsonschema import Draft7Validator, Draft202012Validator, FormatChecker
from referencing import Registry
from referencing.jsonschema import DRAFT202012

EVENTS = Path(str(files("duijie_shared.events")))
RULES = Path(__file__).with_name("asyncapi-3.0.0.schema.json")
EXPORT = "run `python -m duijie_shared.events.export` and review the difference"
TYPES = [type_ for topic in TOPICS.values() for type_ in topic.events]


def kept() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(DOCUMENT.read_text("utf-8"))
    return found


def test_the_kept_document_is_that_of_the_code() -> None:
    """A change of a contract is seen in review."""
    assert DOCUMENT.read_text("utf-8") == asyncapi_text(), EXPORT


def test_it_is_asyncapi_3() -> None:
    """By the AsyncAPI Initiative's own JSON Schema, Kafka bindings included; a document with a fault is not."""
    rules = Draft7Validator(json.loads(RULES.read_text("utf-8")))
    document = kept()
    assert [error.message for error in rules.iter_errors(document)] == []
    document["channels"]["orders-v1"]["bindings"]["kafka"]["partitions"] = 0
    assert list(rules.iter_errors(document))


def test_every_topic_is_a_channel_with_its_writer_and_readers() -> None:
    """No topic is left out, and nobody is missing who sends or receives."""
    document = asyncapi()
    assert set(document["channels"]) == set(TOPICS)
    for topic in TOPICS.values():
        found = [
            name.split(".")[:2]
            for name, operation in document["operations"].items()
            if operation["channel"]["$ref"] == f"#/channels/{topic.name}"
        ]
        wanted = [[topic.producer, "send"], *([each, "receive"] for each in topic.consumers)]
        assert found == [[who.replace(" ", "-"), action] for who, action in wanted]


def test_every_reference_leads_somewhere() -> None:
    """Readers resolve references from the root of the document."""
    document = asyncapi()
    for reference in references(document):
        place: Any = document
        for step in reference.removeprefix("#/").split("/"):
            place = place[step]


@pytest.mark.parametrize("type_", TYPES)
def test_a_payload_is_the_schema_that_records_are_validated_with(type_: str) -> None:
    """Word for word the checked-in schema, but for where its references begin."""
    payload = asyncapi()["components"]["schemas"][type_]["schema"]
    text = json.dumps(payload).replace(f"#/components/schemas/{type_}/schema/", "#/")
    own = json.loads((EVENTS / "schemas" / f"{type_}.schema.json").read_text("utf-8"))
    assert {"$schema": own["$schema"], "$id": own["$id"], **json.loads(text)} == own


@pytest.mark.parametrize("type_", TYPES)
def test_examples_are_the_kept_ones_and_fit(type_: str) -> None:
    """All of them, held to the payload as a reader of the document would; and our headers to the headers' schema."""
    document = asyncapi()
    message = document["components"]["messages"][type_]
    (topic,) = (topic.name for topic in TOPICS.values() if type_ in topic.events)
    assert {each["name"] for each in message["examples"]} == {
        path.stem for path in (EVENTS / "examples" / topic / type_).glob("*.json")
    }
    registry: Registry[Any] = Registry().with_resource("urn:events", DRAFT202012.create_resource(document))

    def validator(pointer: str) -> Draft202012Validator:
        return Draft202012Validator(
            {"$ref": f"urn:events#{pointer}"}, registry=registry, format_checker=FormatChecker()
        )

    payload = validator(f"/components/schemas/{type_}/schema")
    for each in message["examples"]:
        payload.validate(each["payload"])
    assert not payload.is_valid([])
    envelope = new_envelope("duijie/catalog", type_, "s", NOW, "c")
    headers = validator(f"/components/messages/{type_}/headers")
    headers.validate(attributes_of(envelope))
    assert not headers.is_valid(attributes_of(envelope) | {"ce_type": "another"})


def references(value: object) -> list[str]:
    """Every `$ref` in a document, but those in examples."""
    if isinstance(value, dict):
        own = [value["$ref"]] if isinstance(value.get("$ref"), str) else []
        return own + [each for name, part in value.items() if name != "examples" for each in references(part)]
    return [each for part in value for each in references(part)] if isinstance(value, list) else []
