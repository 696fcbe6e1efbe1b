"""Records as they go out: headers, partitions, correlation ids."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from duijie_shared.events.codec import headers_of, new_envelope
from duijie_shared.kafka import dead_letters

from duijie_matcher.stream.items import EVENT_TYPES
from duijie_matcher.stream.publisher import Message

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Sequence

    from duijie_shared.events.codec import Headers
    from duijie_shared.kafka.ports import Record

    from duijie_matcher.stream.causes import Causes
    from duijie_matcher.stream.publication import Change

SOURCE = "duijie/matcher"
CONSUMER = "matcher"
ID, SUBJECT, CORRELATION = "ce_id", "ce_subject", "ce_correlationid"
UUID_BYTES = 16


def change_messages(
    changes: Sequence[Change], partition: int, causes: Causes, now: dt.datetime
) -> Iterator[Message]:
    """Changes of what is published, to the partition that their market's orders are in."""
    headers = {topic: _Headers(type_, now) for topic, type_ in EVENT_TYPES.items()}
    for change, event_id in zip(changes, _event_ids(len(changes)), strict=True):
        cause = causes.of(change.orders).encode()
        yield Message(
            change.topic,
            partition,
            change.key,
            change.value,
            headers[change.topic].of(event_id, change.key, cause),
        )


def tombstone_message(record: Record, now: dt.datetime) -> Message:
    """The end of one of our own records that nobody can read."""
    key = record.key or b""
    envelope = new_envelope(SOURCE, EVENT_TYPES[record.topic], key.decode(errors="replace"), now, "")
    return Message(record.topic, record.partition, key, None, headers_of(envelope))


def dead_letter_message(record: Record, reason: str, now: dt.datetime) -> Message:
    """A record put aside, keyed by where it was found."""
    key, value, headers = dead_letters.dead_letter(record, consumer=CONSUMER, reason=reason, now=now)
    return Message(dead_letters.TOPIC, None, key, value, headers)


class _Headers:
    """The headers of many records of one type, as `headers_of` makes them; what they share is made once."""

    def __init__(self, type_: str, now: dt.datetime) -> None:
        self._shared = headers_of(new_envelope(SOURCE, type_, SUBJECT, now, CORRELATION))
        names = [name for name, _ in self._shared]
        self._id, self._subject, self._cause = (names.index(name) for name in (ID, SUBJECT, CORRELATION))

    def of(self, event_id: str, subject: bytes, cause: bytes) -> Headers:
        """The headers of one record; without a cause there is no correlation id."""
        headers = self._shared.copy()
        headers[self._id] = (ID, event_id.encode())
        headers[self._subject] = (SUBJECT, subject)
        if cause:
            headers[self._cause] = (CORRELATION, cause)
        else:
            del headers[self._cause]
        return headers


def _event_ids(count: int) -> Iterator[str]:
    """Random UUIDs (RFC 4122, version 4); the system is asked for them all at once."""
    drawn = os.urandom(UUID_BYTES * count).hex()
    for start in range(0, len(drawn), 2 * UUID_BYTES):
        digits = drawn[start : start + 2 * UUID_BYTES]
        variant = "89ab"[int(digits[16], 16) & 3]
        yield f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-{variant}{digits[17:20]}-{digits[20:]}"
