"""Outbox -> broker: at least once, in order, also with two relays and without a broker."""

from __future__ import annotations

import threading
from collections import Counter, defaultdict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import pytest
from duijie_catalog import bootstrap
from duijie_catalog.outgoing.outbox import SHARDS, shard_of
from duijie_catalog.outgoing.outbox_rows import SHARDS_AT_ONCE
from duijie_catalog.outgoing.relay import Lanes, Relay
from duijie_shared.kafka.memory import MemoryBroker, MemoryPublisher
from duijie_shared.kafka.ports import PublishError, Record
from psycopg import OperationalError

pytestmark = pytest.mark.database

Body = Callable[..., dict[str, object]]


class GatedPublisher(MemoryPublisher):
    """A producer whose acknowledgements wait for the test; it may die instead of handing them over."""

    def __init__(self, broker: MemoryBroker) -> None:
        super().__init__(broker)
        self.waiting, self.gate = threading.Event(), threading.Event()
        self.dies_after_sending = False

    def flush(self) -> None:
        """Send, but only when the gate is open."""
        self.waiting.set()
        assert self.gate.wait(30)
        super().flush()
        if self.dies_after_sending:
            raise PublishError("killed between the acknowledgement and the commit")


def drain(relay: Relay) -> None:
    """Send until the outbox is empty."""
    while relay.step():
        pass


def stopped() -> threading.Event:
    """A stop signal that is given already, so that a relay's pauses end at once."""
    stop = threading.Event()
    stop.set()
    return stop


def identity(record: Record) -> str:
    """The event's id: the aggregate's and its version."""
    return (dict(record.headers)["ce_id"] or b"").decode()


def versions(broker: MemoryBroker, id_: str) -> list[int]:
    """The versions of an order in the order that a consumer meets them."""
    return [
        int(identity(record).split(".")[1])
        for records in broker.partitions.values()
        for record in records
        if record.key == id_.encode()
    ]


def post(catalog: Any, body: dict[str, object]) -> str:
    """Post an offer and return its id."""
    made = catalog.client.post("/orders/offers", json=body, headers=catalog.as_party("p1"))
    assert made.status_code == 201, made.text
    return str(made.json()["id"])


def amend(catalog: Any, id_: str, version: int) -> None:
    """Make the next version."""
    changed = catalog.client.patch(
        f"/orders/offers/{id_}",
        json={"quantity": 100 + version},
        headers=catalog.as_party("p1", **{"If-Match": f'"{version}"'}),
    )
    assert changed.status_code == 200, changed.text


def test_what_is_acknowledged_leaves_the_outbox(catalog: Any, an_offer: Body) -> None:
    """Sent where the row says, with the row's headers, and forgotten; then there is nothing to do."""
    id_ = post(catalog, an_offer())
    (row,) = [row for row, _, _ in catalog.outbox() if row.key == id_]
    broker = MemoryBroker()
    drain(relay := catalog.relay(broker))
    (record,) = [r for r in broker.partitions["orders-v1", row.partition] if r.key == id_.encode()]
    assert {name: (value or b"").decode() for name, value in record.headers} == row.headers
    assert record.value == row.value.encode()
    assert relay.state() == {"ready": True, "outbox_pending": 0}
    assert relay.step() is False


def test_versions_that_waited_together_go_out_in_their_order(catalog: Any, an_offer: Body) -> None:
    """A batch is sent partition by partition; within each, every order's versions rise."""
    ids = [post(catalog, an_offer()) for _ in range(4)]
    for version in (1, 2):
        for id_ in reversed(ids):
            amend(catalog, id_, version)
    broker = MemoryBroker()
    drain(catalog.relay(broker))
    assert [versions(broker, id_) for id_ in ids] == [[1, 2, 3]] * len(ids)


def test_no_version_overtakes_another_relays(catalog: Any, an_offer: Body) -> None:
    """While one relay waits for version 1's acknowledgement, a second one leaves version 2 alone."""
    id_ = post(catalog, an_offer())
    broker = MemoryBroker()
    slow = GatedPublisher(broker)
    first = Relay(catalog.engine, lambda: slow, threading.Event())
    second = catalog.relay(broker)
    with ThreadPoolExecutor(1) as pool:
        sending = pool.submit(first.step)
        assert slow.waiting.wait(30)
        amend(catalog, id_, 1)
        for _ in range(2 * SHARDS):  # it takes half of the shards at a time, by chance
            second.step()
        seen_before = versions(broker, id_)
        slow.gate.set()
        sending.result(30)
    drain(second)
    assert seen_before == []
    assert versions(broker, id_) == [1, 2]


def test_two_relays_share_the_work(catalog: Any, an_offer: Body) -> None:
    """While one waits for the broker with half of the shards, the other sends what is in the rest."""
    ids = [post(catalog, an_offer()) for _ in range(60)]
    assert len({shard_of(id_) for id_ in ids}) > SHARDS_AT_ONCE
    broker = MemoryBroker()
    slow = GatedPublisher(broker)
    first = Relay(catalog.engine, lambda: slow, threading.Event())
    second = catalog.relay(broker)
    with ThreadPoolExecutor(1) as pool:
        sending = pool.submit(first.step)
        assert slow.waiting.wait(30)
        for _ in range(2 * SHARDS):
            second.step()
        sent_beside = sum(len(versions(broker, id_)) for id_ in ids)
        slow.gate.set()
        sending.result(30)
    drain(second)
    assert 0 < sent_beside < len(ids)
    assert Counter(id_ for id_ in ids for _ in versions(broker, id_)) == Counter(ids)


def test_a_lane_that_fails_waits_for_the_other(catalog: Any, an_offer: Body) -> None:
    """A step that fails in one lane ends when the other lane is done: the next step finds no relay at work."""

    class Away(Relay):
        def step(self) -> bool:
            raise OperationalError("the database is away")

    id_ = post(catalog, an_offer())
    broker = MemoryBroker()
    slow = GatedPublisher(broker)
    sending_lane = Relay(catalog.engine, lambda: slow, threading.Event())
    failing_lane = Away(catalog.engine, broker.publisher, threading.Event())
    lanes = Lanes([failing_lane, sending_lane])

    def steps() -> None:
        while not slow.waiting.is_set():  # a lane takes half of the shards at a time, by chance
            with suppress(OperationalError):
                lanes.step()

    with ThreadPoolExecutor(1) as pool:
        stepping = pool.submit(steps)
        assert slow.waiting.wait(30)
        with pytest.raises(TimeoutError):
            stepping.result(0.3)
        slow.gate.set()
        stepping.result(30)
    lanes.close()
    assert versions(broker, id_) == [1]


def test_two_lanes_send_everything_once(catalog: Any, an_offer: Body) -> None:
    """As the process runs them: nothing left, nothing twice, versions in order."""
    ids = [post(catalog, an_offer()) for _ in range(40)]
    for id_ in ids[:10]:
        amend(catalog, id_, 1)
    broker = MemoryBroker()
    lanes = Lanes([catalog.relay(broker) for _ in range(2)])
    while lanes.step():
        pass
    assert lanes.state() == {"ready": True, "outbox_pending": 0}
    lanes.close()
    assert [versions(broker, id_) for id_ in ids] == [[1, 2]] * 10 + [[1]] * 30


def test_a_relay_that_dies_after_sending_sends_again(catalog: Any, an_offer: Body) -> None:
    """At least once: the copy has the same id, so that a consumer knows it."""
    id_ = post(catalog, an_offer())
    broker = MemoryBroker()
    dying = GatedPublisher(broker)
    dying.dies_after_sending = True
    dying.gate.set()
    relay = Relay(catalog.engine, lambda: dying, stopped())
    while not versions(broker, id_):
        relay.step()
    drain(catalog.relay(broker))
    assert versions(broker, id_) == [1, 1]


def test_without_a_broker_posts_go_on_and_nothing_is_dropped(catalog: Any, an_offer: Body) -> None:
    """The relay says that it is not ready, keeps all, and sends all once the broker is back."""
    broker = MemoryBroker()
    broker.down = True
    relay = Relay(catalog.engine, broker.publisher, stopped())
    ids = []
    for _ in range(5):
        ids.append(post(catalog, an_offer()))
        assert relay.step() is True
    waiting = len(catalog.outbox())
    assert relay.state() == {"ready": False, "outbox_pending": waiting}
    broker.down = False
    drain(relay)
    assert relay.state() == {"ready": True, "outbox_pending": 0}
    assert [versions(broker, id_) for id_ in ids] == [[1]] * 5


def test_a_record_that_commits_late_is_not_passed_over(catalog: Any, an_offer: Body) -> None:
    """A transaction that took an earlier place but commits later still has its record sent: no cursor."""
    with catalog.engine.connect() as late, late.begin():
        late.exec_driver_sql(
            "INSERT INTO outbox (shard, topic, key, partition, headers, value, aggregate_id,"
            " aggregate_version, created_at) VALUES (0, 'policy-v1', 'late', 0,"
            """ '{"ce_id": "late.1"}', '{}', 'late', 1, now())"""
        )
        id_ = post(catalog, an_offer())
        broker = MemoryBroker()
        drain(catalog.relay(broker))
        assert (versions(broker, id_), versions(broker, "late")) == ([1], [])
    drain(catalog.relay(broker))
    assert versions(broker, "late") == [1]


@pytest.mark.broker
def test_two_relays_on_a_real_broker_keep_every_orders_versions_in_order(
    catalog: Any, an_offer: Body, kafka_records: Callable[..., list[Any]], embedded_kafka: str
) -> None:
    """Twenty orders amended while both relays run: each version once, rising."""
    stop = threading.Event()
    relays = [Relay(catalog.engine, lambda: bootstrap.connect(embedded_kafka), stop) for _ in range(2)]

    def run(relay: Relay) -> None:
        while not stop.is_set():
            relay.step()

    ids = [post(catalog, an_offer()) for _ in range(20)]
    with ThreadPoolExecutor(2) as pool:
        running = [pool.submit(run, relay) for relay in relays]
        try:
            for version in range(1, 6):
                for id_ in ids:
                    amend(catalog, id_, version)
        finally:
            stop.set()
        for each in running:
            each.result(60)
    drain(relays[0])
    for relay in relays:
        relay.close()
    met: dict[str, list[int]] = defaultdict(list)
    for record in kafka_records("orders-v1"):
        key, _, number = identity(record).partition(".")
        met[key].append(int(number) if number.isdigit() else -1)
    assert {id_: met[id_] for id_ in ids} == {id_: [1, 2, 3, 4, 5, 6] for id_ in ids}
