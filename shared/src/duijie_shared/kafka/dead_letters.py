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


def dead_letter(
    record: Record, *, consumer: str, reason: str, now: dt.datetime
) -> tuple[bytes, bytes, Headers]:
    """Key, value and headers of the dead letter of `record`. The same record gives the same key."""
    where = f"{record.topic}/{record.partition}/{record.offset}"
    letter = DeadLetter(
        topic=record.topic,
        partition=record.partition,
        offset=record.offset,
        consumer=consumer,
        reason=reason,
        sha256=hashlib.sha256(record.value or b"").hexdigest(),
        key_base64=_text(record.key),
        value_base64=_text(record.value),
    )
    correlation = next((v.decode(errors="replace") for n, v in record.headers if n == "ce_correlationid"), "")
    envelope = new_envelope(f"duijie/{consumer}", "duijie.dead-letter.v1", where, now, correlation)
    value, headers = encode(letter, envelope)
    return where.encode(), value, headers


def _text(raw: bytes | None) -> str | None:
    return None if raw is None else base64.b64encode(raw).decode()
