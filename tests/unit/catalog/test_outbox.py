"""What is published, where to, and under which id."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from uuid import UUID

from duijie_catalog.domain.facts import Facts
from duijie_catalog.domain.order import Order
from duijie_catalog.outgoing import outbox
from duijie_shared.events.codec import decode
from duijie_shared.events.topics import partition_for

NOW = dt.datetime(2026, 11, 23, 4, 0, tzinfo=dt.UTC)


def test_an_orders_record_decodes_to_its_snapshot(offer: Callable[..., Order]) -> None:
    """In the partition of its market, with the correlation id of the request in its headers."""
    made = offer(ask_price=None)
    row = outbox.order_snapshots([made], {made.id: Facts()})[0].row(NOW, "corr-1")
    body, envelope = decode("orders-v1", row["value"].encode(), outbox.headers_from(row["headers"]))
    assert body == made.snapshot(Facts())
    assert row["partition"] == partition_for("potato")
    assert (envelope.correlation_id, envelope.event_id) == ("corr-1", f"{made.id}.1")


def test_a_tombstone_has_headers_and_no_value(offer: Callable[..., Order]) -> None:
    """It goes where the order's records went, under an id of its own."""
    made = offer()
    events = outbox.order_snapshots([made], {made.id: Facts()}) + outbox.tombstones([made])
    snapshot, tombstone = (event.row(NOW, "") for event in events)
    assert tombstone["value"] is None
    assert (tombstone["key"], tombstone["partition"], tombstone["shard"]) == (
        snapshot["key"],
        snapshot["partition"],
        snapshot["shard"],
    )
    assert tombstone["headers"]["ce_id"] != snapshot["headers"]["ce_id"]


def test_each_partition_of_orders_gets_its_own_tick() -> None:
    """Keyed tick-<partition> and sent there, so that every worker hears the clock."""
    rows = [event.row(NOW, "") for event in outbox.ticks(range(12), NOW)]
    assert [(row["key"], row["partition"]) for row in rows] == [(f"tick-{n}", n) for n in range(12)]
    body, _ = decode("orders-v1", rows[3]["value"].encode(), outbox.headers_from(rows[3]["headers"]))
    assert body is not None
    assert body.model_dump() == {"partition": 3, "as_of": NOW}


def test_shards_are_all_used_and_never_change() -> None:
    """A thousand aggregates spread over every shard; a known one stays where it always was."""
    assert {outbox.shard_of(str(UUID(int=n))) for n in range(1000)} == set(range(outbox.SHARDS))
    assert outbox.shard_of("tick-0") == 7
