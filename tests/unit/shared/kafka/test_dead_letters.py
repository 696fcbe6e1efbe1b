"""A record that cannot be read is put aside whole, and its dead letter can always be published."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib

import pytest
from duijie_shared.events.codec import decode
from duijie_shared.events.dead_letters import DeadLetter
from duijie_shared.kafka.dead_letters import LONGEST_HEADERS, LONGEST_VALUE, TOPIC, dead_letter
from duijie_shared.kafka.ports import Record

NOW = dt.datetime(2026, 11, 25, tzinfo=dt.UTC)
RECORD_LIMIT = 1_000_000
"""What a broker and a producer take by default is a little above this."""


def letter_of(record: Record) -> tuple[bytes, DeadLetter, str]:
    key, value, headers = dead_letter(record, consumer="matcher", reason="because", now=NOW)
    assert len(key) + len(value) + sum(len(name) + len(raw) for name, raw in headers) < RECORD_LIMIT
    body, envelope = decode(TOPIC, value, headers)
    assert isinstance(body, DeadLetter)
    return key, body, envelope.correlation_id


def a_record(value: bytes | None, *headers: tuple[str, bytes | None], key: bytes | None = b"k") -> Record:
    return Record("orders-v1", 3, 412, key, value, headers)


def test_where_it_was_and_what_it_was_are_kept() -> None:
    """Source, reason, and all bytes of key, value and headers, so that it can be replayed."""
    value = bytes(range(256))
    key, letter, correlation = letter_of(
        a_record(value, ("ce_correlationid", b"c-1"), ("odd", b"\xff"), ("none", None))
    )
    assert key == b"orders-v1/3/412"
    assert (letter.topic, letter.partition, letter.offset) == ("orders-v1", 3, 412)
    assert (letter.consumer, letter.reason) == ("matcher", "because")
    assert base64.b64decode(letter.value_base64 or "") == value
    assert letter.sha256 == hashlib.sha256(value).hexdigest()
    assert letter.headers_base64 == (("ce_correlationid", "Yy0x"), ("odd", "/w=="), ("none", None))
    assert not letter.truncated
    assert correlation == "c-1"


def test_the_same_record_has_the_same_key() -> None:
    """A consumer that restarts writes the same dead letter again, not another."""
    first, *_ = letter_of(a_record(b"x"))
    assert letter_of(a_record(b"x"))[0] == first
    assert letter_of(Record("orders-v1", 3, 413, b"k", b"x", ()))[0] != first


def test_a_record_without_key_value_and_headers_has_a_dead_letter_too() -> None:
    """Null is kept as null, not as the empty text."""
    _, letter, correlation = letter_of(a_record(None, key=None))
    assert letter.key_base64 is None
    assert letter.value_base64 is None
    assert correlation == ""


@pytest.mark.parametrize(
    ("size", "truncated"), [(LONGEST_VALUE, False), (LONGEST_VALUE + 1, True), (2_000_000, True)]
)
def test_a_long_value_is_cut_so_that_the_letter_fits_a_record(size: int, truncated: bool) -> None:
    """A letter that the broker refuses would stop the partition; the digest is of the whole value."""
    value = b"\xff" * size
    _, letter, _ = letter_of(a_record(value))
    assert letter.truncated == truncated
    assert base64.b64decode(letter.value_base64 or "") == value[:LONGEST_VALUE]
    assert letter.sha256 == hashlib.sha256(value).hexdigest()


@pytest.mark.parametrize(("size", "truncated"), [(LONGEST_HEADERS - 1, False), (LONGEST_HEADERS, True)])
def test_huge_headers_are_left_out(size: int, truncated: bool) -> None:
    """Headers count towards the size of a record as well."""
    _, letter, _ = letter_of(a_record(b"x", ("h", b"a" * size)))
    assert letter.truncated == truncated
    assert bool(letter.headers_base64) != truncated


@pytest.mark.parametrize("hostile", [b"\xff\x00", b"line\nbreak", None, b""])
def test_a_hostile_correlation_id_is_not_passed_on(hostile: bytes | None) -> None:
    """It would spoil the very letter that reports it, or a log line."""
    assert "\n" not in letter_of(a_record(b"x", ("ce_correlationid", hostile)))[2]
