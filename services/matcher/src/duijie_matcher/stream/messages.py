"""Records as they go out: headers, partitions, correlation ids."""

from __future__ import annotations

from typing import TYPE_CHECKING

from duijie_shared.events.codec import headers_of, new_envelope
from duijie_shared.kafka import dead_letters

from duijie_matcher.stream.items import EVENT_TYPES
from duijie_matcher.stream.publisher import Message

if TYPE_CHECKING:
    import datetime as dt

    from duijie_shared.kafka.ports import Record

    from duijie_matcher.stream.causes import Causes
    from duijie_matcher.stream.publication import Change

SOURCE = "duijie/matcher"
CONSUMER = "matcher"


def change_message(change: Change, partition: int, causes: Causes, now: dt.datetime) -> Message:
    """A change of what is published, to the partition that its market's orders are in."""
    envelope = new_envelope(
        SOURCE, EVENT_TYPES[change.topic], change.key.decode(), now, causes.of(change.orders)
    )
    return Message(change.topic, partition, change.key, change.value, headers_of(envelope))


def tombstone_message(record: Record, now: dt.datetime) -> Message:
    """The end of one of our own records that nobody can read."""
    key = record.key or b""
    envelope = new_envelope(SOURCE, EVENT_TYPES[record.topic], key.decode(errors="replace"), now, "")
    return Message(record.topic, record.partition, key, None, headers_of(envelope))


def dead_letter_message(record: Record, reason: str, now: dt.datetime) -> Message:
    """A record put aside, keyed by where it was found."""
    key, value, headers = dead_letters.dead_letter(record, consumer=CONSUMER, reason=reason, now=now)
    return Message(dead_letters.TOPIC, None, key, value, headers)
