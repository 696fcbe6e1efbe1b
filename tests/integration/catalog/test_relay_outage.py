"""The outbox over a real broker that is killed and comes back: what was accepted arrives."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from brokers import MortalKafka, drain
from duijie_catalog import bootstrap, process
from duijie_catalog.outgoing import outbox_rows
from duijie_catalog.outgoing.relay import Relay
from duijie_catalog.outgoing.wakeup import Wakeup
from duijie_shared.kafka.admin import ensure_topics
from duijie_shared.kafka.consumer import KafkaReader

pytestmark = [pytest.mark.database, pytest.mark.broker]

Body = Callable[..., dict[str, object]]
POSTS, AMENDED, POSTERS = 1_000, 50, 50
AT_ONCE = 8


def test_a_thousand_posts_while_the_broker_is_down_are_all_accepted_and_all_arrive(
    catalog: Any, an_offer: Body, mortal_kafka: MortalKafka, eventually: Callable[..., Any]
) -> None:
    """Two relays are at it the whole time. Every order arrives, its versions rising, none left out, none made up."""
    ensure_topics(mortal_kafka.bootstrap)
    stop = threading.Event()
    relays = [
        Relay(catalog.engine, lambda: bootstrap.connect(mortal_kafka.bootstrap), stop) for _ in range(2)
    ]
    posters = [catalog.as_party(f"p{number}") for number in range(POSTERS)]  # each within its quota

    def post(number: int) -> str:
        headers = posters[number % POSTERS]
        made = catalog.client.post("/orders/offers", json=an_offer(), headers=headers)
        assert made.status_code == 201, made.text
        return str(made.json()["id"])

    def amend(number: int) -> None:
        id_, changes = ids[number], posters[number % POSTERS] | {"If-Match": '"1"'}
        assert (
            catalog.client.patch(f"/orders/offers/{id_}", json={"quantity": 31}, headers=changes).status_code
            == 200
        )

    with ThreadPoolExecutor(AT_ONCE + len(relays)) as pool:
        running = [
            pool.submit(process.run, relay.step, Wakeup(catalog.engine, outbox_rows.CHANNEL), stop)
            for relay in relays
        ]
        try:
            before = post(0)
            eventually(lambda: relays[0].state()["outbox_pending"] == 0)
            mortal_kafka.kill()
            ids = list(pool.map(post, range(POSTS)))
            list(pool.map(amend, range(AMENDED)))
            assert relays[0].state()["outbox_pending"] == POSTS + AMENDED
            mortal_kafka.start()
            eventually(lambda: relays[0].state()["outbox_pending"] == 0, seconds=120)
        finally:
            stop.set()
        for each in running:
            each.result(60)
    for relay in relays:
        relay.close()
    met: dict[str, list[int]] = defaultdict(list)
    reader = KafkaReader(mortal_kafka.bootstrap, ("orders-v1",), client_id="catalog-test")
    for record in drain(reader):
        key, _, version = (dict(record.headers)["ce_id"] or b"").decode().partition(".")
        met[key].append(int(version))
    reader.close()
    assert len(set(ids)) == POSTS
    assert set(met) == {before, *ids}
    for id_, versions in met.items():
        # A batch of which the acknowledgement was lost comes again whole, so versions may repeat from the first.
        assert list(dict.fromkeys(versions)) == ([1, 2] if id_ in ids[:AMENDED] else [1])
        assert versions[-1] == max(versions)
