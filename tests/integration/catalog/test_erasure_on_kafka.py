"""What is deleted leaves the topics of a real broker: compaction has a deadline, and quiet partitions are moved on."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable
from typing import Any

import pytest
from brokers import MortalKafka, drain
from duijie_catalog import bootstrap
from duijie_catalog.clockwork import advance
from duijie_catalog.outgoing.relay import Relay
from duijie_catalog.outgoing.turnover import QUIET_TOPICS
from duijie_shared.events.topics import TOPICS
from duijie_shared.kafka.admin import ensure_topics
from duijie_shared.kafka.consumer import KafkaReader
from kafka import KafkaAdminClient
from kafka.admin import ConfigResource, ConfigResourceType

pytestmark = [pytest.mark.database, pytest.mark.broker]

Body = Callable[..., dict[str, object]]

TOLD = ("orders-v1", "parties-v1", "capacities-v1")
NAME, POINT = "李四合作社", {"latitude": 26.8591234, "longitude": 104.2871234}
SECRETS = (NAME.encode(), b"268591234", b"1042871234")
SHORTLY = {"segment.ms": "100", "max.compaction.lag.ms": "100"}
"""The deadline of this test's broker, instead of hours; all other settings are as in every installation."""


def test_old_bytes_can_no_longer_be_read_after_compaction(
    catalog: Any, an_offer: Body, mortal_kafka: MortalKafka, eventually: Callable[..., Any]
) -> None:
    """Before the erasure name and exact places are on the topics; the hourly clock then moves every partition on,
    and a reader who starts at the beginning finds none of them, but finds what is others'.
    """
    ensure_topics(mortal_kafka.bootstrap)
    hurry(mortal_kafka.bootstrap)
    relay = Relay(catalog.engine, lambda: bootstrap.connect(mortal_kafka.bootstrap), threading.Event())
    farm = enter(catalog, "farm", NAME)
    post(catalog, "farm", an_offer())
    kept = post(catalog, "other", an_offer(latitude=None, longitude=None))
    send_all(relay)
    assert all(secret in on_topics(mortal_kafka.bootstrap) for secret in SECRETS)
    done = catalog.client.post(
        f"/parties/{farm}/erasure", json={"reason": "own-request"}, headers=catalog.as_operator()
    )
    assert done.status_code == 200, done.text

    def gone() -> bool:
        catalog.now += dt.timedelta(hours=1)
        advance(catalog.engine, catalog.now, "test")
        send_all(relay)
        told = on_topics(mortal_kafka.bootstrap)
        assert kept.encode() in told
        return not any(secret in told for secret in SECRETS)

    eventually(gone, seconds=120)
    relay.close()


def test_every_hour_each_quiet_partition_gets_a_record_that_readers_pass_over(catalog: Any) -> None:
    """A tombstone with a key and an id of its own; the topics with ticks need none."""
    catalog.worker().step()
    events = [(row, envelope) for row, body, envelope in catalog.outbox() if body is None]
    assert {(row.topic, row.partition) for row, _ in events} == {
        (name, number) for name in QUIET_TOPICS for number in range(TOPICS[name].partitions)
    }
    assert all(row.key.startswith("tick-") for row, _ in events)
    assert len({envelope.event_id for _, envelope in events}) == len(events)


def send_all(relay: Relay) -> None:
    """Send until the outbox is empty."""
    while relay.step():
        pass


def hurry(kafka: str) -> None:
    """Bring the deadline near."""
    admin = KafkaAdminClient(bootstrap_servers=kafka)
    admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, name, configs=SHORTLY) for name in TOLD])
    admin.close()


def enter(catalog: Any, row_key: str, name: str) -> str:
    """A party with an exact place; its id."""
    body = {"row_key": row_key, "name": name, "kind": "producer", "county": "520526", **POINT}
    made = catalog.client.post("/parties", json=body, headers=catalog.as_operator())
    catalog.parties[row_key] = made.json()["id"]
    return str(made.json()["id"])


def post(catalog: Any, party: str, body: dict[str, object]) -> str:
    """An offer at the party's exact place, unless the body has another; its id."""
    made = catalog.client.post("/orders/offers", json=POINT | body, headers=catalog.as_party(party))
    assert made.status_code == 201, made.text
    return str(made.json()["id"])


def on_topics(kafka: str) -> bytes:
    """All that a reader gets who starts at the beginning: keys, values, headers."""
    reader = KafkaReader(kafka, TOLD, client_id="catalog-test")
    found = drain(reader)
    reader.close()
    parts = [part or b"" for r in found for part in (r.key, r.value, *(value for _, value in r.headers))]
    return b"\n".join(parts)
