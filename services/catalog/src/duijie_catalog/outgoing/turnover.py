"""Keeping the topics' deadline for what was deleted.

A broker compacts a segment only once a newer one has begun, and begins one only when a record comes. A quiet
partition would hold superseded values for ever; a tombstone of a key that nothing else has is all it takes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from duijie_shared.events.topics import TOPICS

from duijie_catalog.outgoing.outbox import Event

if TYPE_CHECKING:
    import datetime as dt

QUIET_TOPICS = ("parties-v1", "capacities-v1", "deals-v1")
"""Those without a tick; `orders-v1` has one an hour in each partition, and `policy-v1` nothing of anybody's."""


def turnover(as_of: dt.datetime) -> list[Event]:
    """One tombstone for each partition of the quiet topics; readers pass it over like a tick's."""
    version = int(as_of.timestamp())
    return [
        Event(name, next(iter(TOPICS[name].events)), f"tick-{name}-{partition}", version, None, partition)
        for name in QUIET_TOPICS
        for partition in range(TOPICS[name].partitions)
    ]
