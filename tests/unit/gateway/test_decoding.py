"""Bytes to events: what is read, what is passed over, what is refused."""

from __future__ import annotations

from typing import Any

import pytest
from duijie_gateway.decoding import event_of
from duijie_shared.events.codec import ContractError, encode, new_envelope
from duijie_shared.events.orders import Tick
from duijie_shared.kafka.ports import Record
from gateway_records import NOW, a_diagnosis, a_match, a_plan, a_record, an_order


@pytest.mark.parametrize("body", [a_match(), an_order("offer"), a_plan(), a_diagnosis()])
def test_each_body_comes_back_under_its_own_key(body: object) -> None:
    """What was sent is what is projected."""
    event = event_of(a_record(body))  # type: ignore[arg-type]
    assert event is not None
    assert event.body == body


def test_ticks_say_nothing_about_orders() -> None:
    """Neither the record nor its tombstone."""
    tick = Tick(partition=0, as_of=NOW)
    value, headers = encode(tick, new_envelope("test", "duijie.tick.v1", "tick-0", NOW, ""))
    for content in (value, None):
        assert event_of(Record("orders-v1", 0, 0, b"tick-0", content, tuple(headers))) is None


def test_a_tombstone_names_its_key() -> None:
    """It has no body to take it from."""
    event = event_of(a_record(a_match(), value=None))
    assert event is not None
    assert (event.key, event.body) == (a_match().match_id, None)


@pytest.mark.parametrize(
    "changes",
    [
        {"key": None},
        {"key": b"\xff"},
        {"key": b"no id"},
        {"key": str(a_match(2).match_id).encode()},
        {"value": b"not json"},
        {"value": b"\xff\xfe"},
        {"value": b"{}"},
        {"value": b'{"match_id": 1}'},
        {"headers": ()},
        {"value": None, "headers": ()},
        {"value": None, "key": None},
    ],
)
def test_what_is_not_what_its_topic_promises_is_refused(changes: dict[str, Any]) -> None:
    """A reason for the dead letter, never another error."""
    with pytest.raises(ContractError):
        event_of(a_record(a_match(), **changes))
