"""The registry of topics keeps its own rules, and every event type has kept examples and a checked-in schema."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path

import pytest
from duijie_gateway.decoding import READ_TOPICS
from duijie_shared.events.export import schemas
from duijie_shared.events.topics import MARKET_PARTITIONS, TOPICS, Topic
from jsonschema import Draft202012Validator, FormatChecker

EVENTS = Path(str(files("duijie_shared.events")))
EXAMPLES = sorted((EVENTS / "examples").rglob("*.json"))
KNOWN_PARTS = {"catalog", "matcher", "gateway", "staff", "every consumer"}
BY_MARKET = {"orders-v1", "matches-v1", "plans-v1", "diagnoses-v1", "calls-v1"}
PERSONAL = ("contact", "phone", "mobile", "telephone", "email", "wechat", "id_card", "token", "secret", "password",
            "key_hash", "address", "bank", "account", "person", "surname", "legal_representative")  # fmt: skip
NAMES_ALLOWED = {("parties-v1", "duijie.party.v1", "name")}
"""The name of an enterprise, which is public; no other field may be a name."""
PRIVATE = {"latitude", "longitude", "reserve", "area", "note", "row_key", "key_id", "label", "uscc"}
"""What a party shows nobody before a deal, by a word of the field's name."""
PRIVATE_ALLOWED = {
    ("orders-v1", "duijie.order.v1"): {"latitude_e7", "longitude_e7"},
    ("capacities-v1", "duijie.capacity.v1"): {
        "latitude_e7",
        "longitude_e7",
        "to_latitude_e7",
        "to_longitude_e7",
    },
}
"""The matcher reckons distances from these, so they are on these two topics and nowhere else; the gateway does not
store them, and no reader of the platform has access to a topic."""

topics = pytest.mark.parametrize("topic", TOPICS.values(), ids=lambda topic: topic.name)
examples = pytest.mark.parametrize(
    "path", EXAMPLES, ids=lambda path: path.relative_to(EVENTS / "examples").as_posix()
)


def event_types() -> list[tuple[str, str]]:
    return [(topic.name, type_) for topic in TOPICS.values() for type_ in topic.events]


@topics
def test_names_have_no_dot_or_underscore_and_end_in_a_version(topic: Topic) -> None:
    """Kafka's metrics treat `.` and `_` alike, so neither is in a name; the version is the last part."""
    assert set(topic.name) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
    assert topic.name.rsplit("-", 1)[1] == "v1"


@topics
def test_every_topic_has_a_producer_and_consumers(topic: Topic) -> None:
    """Nobody publishes into the void, and nobody is named that does not exist."""
    assert topic.producer in KNOWN_PARTS
    assert topic.consumers
    assert set(topic.consumers) <= KNOWN_PARTS


def test_the_gateway_reads_what_the_registry_says() -> None:
    """The map is of the code as it is, not as it was meant."""
    assert set(READ_TOPICS) == {topic.name for topic in TOPICS.values() if "gateway" in topic.consumers}


@topics
def test_every_topic_says_what_it_is_in_both_languages(topic: Topic) -> None:
    """`duijie topics` prints these lines."""
    assert topic.zh
    assert topic.en
    assert topic.zh != topic.en
    assert topic.key


@topics
def test_topics_cut_by_market_have_equal_partitions(topic: Topic) -> None:
    """A market has the same partition number on each of them, so one worker sees all of it; 12 for good."""
    assert MARKET_PARTITIONS == 12
    assert (topic.partitions == MARKET_PARTITIONS) == (topic.name in BY_MARKET)


@topics
def test_compacted_topics_keep_for_good_and_others_say_how_long(topic: Topic) -> None:
    """A compacted topic is rebuilt from; a topic that forgets says when, and only compacted ones have tombstones."""
    assert (topic.retention_ms is None) == (topic.cleanup == "compact")


def test_dead_letters_are_kept_for_thirty_days() -> None:
    """Long enough for staff to come back from a holiday and replay."""
    assert TOPICS["dead-letters-v1"].retention_ms == 30 * 24 * 3600 * 1000


def test_an_event_type_is_on_one_topic_alone() -> None:
    """The type says what a body is, wherever it is found."""
    types = [type_ for _, type_ in event_types()]
    assert len(types) == len(set(types))
    assert all(type_.startswith("duijie.") and type_.endswith(".v1") for type_ in types)


@pytest.mark.parametrize(("topic", "type_"), event_types())
def test_every_event_type_has_two_kept_examples_or_more(topic: str, type_: str) -> None:
    """One example shows the form; a second shows what else is allowed."""
    assert len(list((EVENTS / "examples" / topic / type_).glob("*.json"))) >= 2


@examples
def test_no_example_is_left_without_its_event_type(path: Path) -> None:
    """An example nobody reads guards nothing."""
    topic, type_, _ = path.relative_to(EVENTS / "examples").parts
    assert type_ in TOPICS[topic].events


@examples
def test_kept_examples_are_decoded_for_ever(path: Path) -> None:
    """Old records are still on the topics: their bytes must be read by today's models and written back unchanged."""
    topic, type_, _ = path.relative_to(EVENTS / "examples").parts
    model = TOPICS[topic].events[type_]
    body = model.model_validate_json(path.read_bytes())
    again = json.loads(body.model_dump_json())
    kept = json.loads(path.read_text("utf-8"))
    for field in kept.keys() & type(body).model_fields.keys():
        assert _same(again[field], kept[field]), field


@examples
def test_kept_examples_fit_their_checked_in_schema(path: Path) -> None:
    """The schema that others validate with says the same as the models."""
    type_ = path.parent.name
    schema = json.loads((EVENTS / "schemas" / f"{type_}.schema.json").read_text("utf-8"))
    Draft202012Validator(schema, format_checker=FormatChecker()).validate(json.loads(path.read_text("utf-8")))


def test_checked_in_schemas_are_those_of_the_models() -> None:
    """When this fails, run `python -m duijie_shared.events.export` and review the difference."""
    kept = {path.name: path.read_text("utf-8") for path in (EVENTS / "schemas").glob("*.json")}
    assert kept == schemas()


@pytest.mark.parametrize(("topic", "type_"), event_types())
def test_no_event_carries_what_is_personal(topic: str, type_: str) -> None:
    """No contact, no person's name, no secret travels in an event; only an enterprise's name does."""
    for field in _field_names(TOPICS[topic].events[type_].model_json_schema()):
        assert not any(word in field for word in PERSONAL), field
        if "name" in field.split("_"):
            assert (topic, type_, field) in NAMES_ALLOWED


@pytest.mark.parametrize(("topic", "type_"), event_types())
def test_an_exact_place_is_where_distances_are_reckoned_and_nothing_else_private_is_anywhere(
    topic: str, type_: str
) -> None:
    """Exactly the fields that are allowed, so that one that is no longer needed is struck off here too."""
    fields = _field_names(TOPICS[topic].events[type_].model_json_schema())
    found = {field for field in fields if any(word in field for word in PRIVATE)}
    assert found == PRIVATE_ALLOWED.get((topic, type_), set())


def _field_names(schema: object) -> set[str]:
    if isinstance(schema, dict):
        found = set(schema.get("properties", ()))
        return found.union(*(_field_names(value) for value in schema.values()))
    if isinstance(schema, list):
        return set().union(*(_field_names(value) for value in schema))
    return set()


def _same(written: object, kept: object) -> bool:
    if isinstance(kept, str) and isinstance(written, str) and "T" in kept:
        return written.replace("Z", "+00:00") == kept.replace("Z", "+00:00")
    if isinstance(kept, dict) and isinstance(written, dict):
        return all(_same(written[name], value) for name, value in kept.items())
    if isinstance(kept, list) and isinstance(written, list):
        return len(kept) == len(written) and all(map(_same, written, kept))
    return written == kept
