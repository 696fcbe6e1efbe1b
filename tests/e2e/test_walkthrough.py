"""The walk-through of the documents does what it says, and what it leaves on Kafka is read by others' tools."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
from cloudevents.core.bindings.kafka import KafkaMessage, from_binary
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent
from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaError, TopicPartition
from duijie_shared.events.topics import TOPICS
from journeys import day
from jsonschema import Draft202012Validator, FormatChecker
from sources import ROOT

pytestmark = pytest.mark.stack

PAGE = ROOT / "docs" / "walkthrough.md"
WRITTEN = {"orders-v1": "catalog", "deals-v1": "catalog", "parties-v1": "catalog", "matches-v1": "matcher"}
"""Topics that the walk-through leaves records on, and who writes them."""


@pytest.fixture(scope="module")
def walked(stack: Any, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """What the page's blocks print, run as one shell session that ends at the first failure."""
    folder: Path = tmp_path_factory.mktemp("walk")
    parties = folder / "parties.csv"
    parties.write_text("row_key,name,kind\nw-p1,芋头合作社,producer\nw-b1,芋头电商,buyer\n", "utf-8")
    stack.import_file(parties, "parties")
    blocks = re.findall(r"^```sh\n(.*?)^```", PAGE.read_text("utf-8"), re.DOTALL | re.MULTILINE)
    environment = {
        "GATEWAY": stack.gateway,
        "PRODUCER": stack.key("producer", party="w-p1"),
        "BUYER": stack.key("buyer", party="w-b1"),
        "FROM": day(3),
        "TO": day(50),
        "NO_PROXY": "127.0.0.1",
    }
    done = subprocess.run(
        ["sh", "-eu", "-c", "\n".join(blocks)],
        env=os.environ | environment, capture_output=True, text=True, timeout=240, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.splitlines()


def test_the_walk_through_ends_in_a_deal(walked: list[str]) -> None:
    """A reason in Chinese, the deal, the other side's name, and the same deal by the feed."""
    reason, status, name, told = walked
    assert re.search("[一-鿿]", reason)
    assert (status, name, told) == ("dealt", "芋头合作社", "dealt")


@pytest.mark.parametrize("topic", WRITTEN)
def test_another_client_reads_cloudevents_off_kafka(stack: Any, walked: list[str], topic: str) -> None:
    """Librdkafka reads what catalog and matcher wrote; the CloudEvents SDK finds attributes and a body that fits the
    published schema. Tombstones have their attributes still.
    """
    found = records(stack.addresses.kafka, topic)
    assert found
    document = json.loads((ROOT / "shared/src/duijie_shared/events/asyncapi.json").read_text("utf-8"))
    for headers, key, value in found:
        if value is None:
            assert headers["ce_specversion"] == b"1.0"
            continue
        event = from_binary(KafkaMessage(headers=headers, key=key, value=value), JSONFormat(), CloudEvent)
        assert event.get_type() in TOPICS[topic].events
        assert event.get_source() == f"duijie/{WRITTEN[topic]}"
        assert event.get_time() is not None
        schema = {
            "$ref": f"#/components/schemas/{event.get_type()}/schema", "components": document["components"],
        }  # fmt: skip
        Draft202012Validator(schema, format_checker=FormatChecker()).validate(event.get_data())


def records(bootstrap: str, topic: str) -> list[tuple[dict[str, bytes], bytes | None, bytes | None]]:
    """Headers, key and value of every record that is on a topic now: each partition up to its end."""
    consumer = Consumer(
        {"bootstrap.servers": bootstrap, "group.id": "other-tools", "enable.auto.commit": False,
         "enable.partition.eof": True}
    )  # fmt: skip
    found: list[tuple[dict[str, bytes], bytes | None, bytes | None]] = []
    try:
        for number in range(TOPICS[topic].partitions):
            consumer.assign([TopicPartition(topic, number, OFFSET_BEGINNING)])
            while (error := (message := _next(consumer)).error()) is None:
                found.append((_headers(message), message.key(), message.value()))
            assert error.code() == KafkaError._PARTITION_EOF
    finally:
        consumer.close()
    return found


def _next(consumer: Consumer) -> Any:
    (message,) = consumer.consume(1, timeout=60)
    return message


def _headers(message: Any) -> dict[str, bytes]:
    return dict(message.headers() or [])
