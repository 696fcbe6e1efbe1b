"""What goes out beside a record's value."""

from __future__ import annotations

from uuid import UUID

from duijie_matcher.stream.causes import Causes
from duijie_matcher.stream.items import DIAGNOSES, EVENT_TYPES, MATCHES, PLANS
from duijie_matcher.stream.messages import SOURCE, change_messages
from duijie_matcher.stream.publication import Change
from duijie_shared.events.codec import Envelope, headers_of
from order_records import NOW, order_id

OFFER = order_id("o").int


def test_headers_are_those_of_the_codec() -> None:
    """For each topic, with a cause and without one, for a value and a tombstone."""
    causes = Causes()
    causes.note(OFFER, 3, "c-3")
    for found, cause in ((causes, "c-3"), (Causes(), "")):
        changes = [
            Change(topic, b"key", value, (OFFER,))
            for topic in (MATCHES, PLANS, DIAGNOSES)
            for value in (b"{}", None)
        ]
        for change, message in zip(changes, change_messages(changes, 7, found, NOW), strict=True):
            event_id = dict(message.headers)["ce_id"].decode()
            envelope = Envelope(event_id, SOURCE, EVENT_TYPES[change.topic], NOW, "key", cause)
            assert message.headers == headers_of(envelope)
            assert (message.topic, message.partition) == (change.topic, 7)
            assert (message.key, message.value) == (change.key, change.value)


def test_every_record_has_a_random_id_of_its_own() -> None:
    """Version 4 UUIDs in their usual form, no two alike, nor alike from one clearing to the next."""
    changes = [Change(MATCHES, str(at).encode(), b"{}") for at in range(500)]
    ids = [
        dict(message.headers)["ce_id"].decode()
        for _ in range(2)
        for message in change_messages(changes, 0, Causes(), NOW)
    ]
    assert len(set(ids)) == 1000
    assert all(str(UUID(each)) == each and UUID(each).version == 4 for each in ids)
    assert list(change_messages([], 0, Causes(), NOW)) == []
