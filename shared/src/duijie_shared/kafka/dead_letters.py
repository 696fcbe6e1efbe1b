"""Putting a record aside that cannot be read: whole, with the reason, so that it can be replayed."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
from typing import TYPE_CHECKING

from duijie_shared.events.codec import Headers, encode, new_envelope
from duijie_shared.events.dead_letters import DeadLetter

if TYPE_CHECKING:
    from duijie_shared.kafka.ports import Record

TOPIC = "dead-letters-v1"

LONGEST_VALUE = 600_000
"""Bytes of a value that are kept: in base64 they stay below the 1 MB that brokers and producers take by default."""
LONGEST_HEADERS = 50_000
"""Bytes of all headers that are kept; ours come to a few hundred."""


def dead_letter(
    record: Record, *, consumer: str, reason: str, now: dt.datetime
) -> tuple[bytes, bytes, Headers]:
    """Key, value and headers of the dead letter of `record`. The same record gives the same key."""
    where = f"{record.topic}/{record.partition}/{record.offset}"
    value = record.value
    size_of_headers = sum(len(name) + len(raw or b"") for name, raw in record.headers)
    letter = DeadLetter(
        topic=record.topic,
        partition=record.partition,
        offset=record.offset,
        consumer=consumer,
        reason=reason,
        sha256=hashlib.sha256(value or b"").hexdigest(),
        key_base64=_base64(record.key, LONGEST_HEADERS),
        value_base64=_base64(value, LONGEST_VALUE),
        headers_base64=()
        if size_of_headers > LONGEST_HEADERS
        else tuple((name, _base64(raw, LONGEST_HEADERS)) for name, raw in record.headers),
        truncated=len(value or b"") > LONGEST_VALUE
        or len(record.key or b"") > LONGEST_HEADERS
        or size_of_headers > LONGEST_HEADERS,
    )
    envelope = new_envelope(
        f"duijie/{consumer}", "duijie.dead-letter.v1", where, now, _correlation_id(record)
    )
    body, headers = encode(letter, envelope)
    return where.encode(), body, headers


def _correlation_id(record: Record) -> str:
    """The id that the record came with, as far as it can be read; a hostile one is not passed on."""
    raw = dict(record.headers).get("ce_correlationid") or b""
    text = raw[:200].decode(errors="replace")
    return text if text.isprintable() else ""


def _base64(raw: bytes | None, longest: int) -> str | None:
    return None if raw is None else base64.b64encode(raw[:longest]).decode()
