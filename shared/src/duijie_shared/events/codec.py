"""Bytes <-> event: JSON CloudEvents 1.0 in Kafka's binary content mode.

Source: CloudEvents Kafka protocol binding 1.0.2, section 3.2 (attributes as headers `ce_*`, the body as the
value). `correlationid` is an extension attribute: it follows an order from the door to its matches.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import uuid4

from pydantic import ValidationError

from duijie_shared.events.base import Contract
from duijie_shared.events.topics import TOPICS

Headers = list[tuple[str, bytes]]

LONGEST_REASON = 500
NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
"""An escaped NUL: JSON carries it, PostgreSQL's text cannot, so it is stopped before anyone stores it."""


class ContractError(Exception):
    """A record that is not what its topic promises: it goes to the dead letters, never back to the queue."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason if len(reason) <= LONGEST_REASON else reason[: LONGEST_REASON - 1] + "…")


@dataclass(frozen=True)
class Envelope:
    """The CloudEvents attributes. `event_id` with `source` is unique; `time` has an offset."""

    event_id: str
    source: str
    type: str
    time: dt.datetime
    subject: str
    correlation_id: str


def new_envelope(source: str, type_: str, subject: str, now: dt.datetime, correlation_id: str) -> Envelope:
    """An envelope with a fresh random id."""
    return Envelope(str(uuid4()), source, type_, now, subject, correlation_id)


def encode(body: Contract, envelope: Envelope) -> tuple[bytes, Headers]:
    """The value and the headers of a record. Nulls are written out: absent and empty are not the same."""
    return body.model_dump_json().encode(), headers_of(envelope)


def headers_of(envelope: Envelope) -> Headers:
    """The headers alone, as a tombstone needs them. An attribute without a value is left out: CloudEvents has none."""
    return [(name, value.encode()) for name, value in attributes_of(envelope).items()]


def attributes_of(envelope: Envelope) -> dict[str, str]:
    """The headers before they are encoded."""
    attributes = {
        "ce_specversion": "1.0",
        "ce_id": envelope.event_id,
        "ce_source": envelope.source,
        "ce_type": envelope.type,
        "ce_time": envelope.time.isoformat(),
        "ce_subject": envelope.subject,
        "ce_correlationid": envelope.correlation_id,
        "content-type": "application/json",
    }
    return {name: value for name, value in attributes.items() if value}


def decode(
    topic: str, value: bytes | None, headers: Iterable[Sequence[object]] | None
) -> tuple[Contract | None, Envelope]:
    """Body (None for a tombstone) and envelope of a record.

    Raises
    ------
    ContractError
        When a header is missing, the type is none of the topic's, the body breaks its contract, or a topic
        that is not compacted has a record without a value.
    """
    envelope = _envelope(headers)
    body = TOPICS[topic].events.get(envelope.type)
    if body is None:
        raise ContractError(f"{topic} carries no events of type {envelope.type!r}")
    if value is None:
        if TOPICS[topic].cleanup != "compact":
            raise ContractError(f"{topic} has no tombstones")
        return None, envelope
    if rb"\u0000" in value and NUL.search(value):
        raise ContractError(f"{envelope.type}: a text has the character NUL")
    try:
        return body.model_validate_json(value), envelope
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "body"
        raise ContractError(f"{envelope.type}: {where}: {first['msg']}") from error


def _envelope(headers: Iterable[Sequence[object]] | None) -> Envelope:
    found: dict[str, str] = {}
    for name, raw in headers or ():
        if not isinstance(raw, bytes) or not raw:
            continue  # Kafka allows headers without a value; for us, as in CloudEvents, they are absent
        if b"\0" in raw:
            raise ContractError(f"header {name} has the character NUL")
        try:
            found[str(name)] = raw.decode()
        except UnicodeDecodeError as error:
            raise ContractError(f"header {name} is not UTF-8") from error
    try:
        if found["ce_specversion"] != "1.0":
            raise ContractError(f"CloudEvents {found['ce_specversion']} is not 1.0")
        time = dt.datetime.fromisoformat(found["ce_time"])
        if time.tzinfo is None:
            raise ContractError("header ce_time has no offset")
        return Envelope(
            event_id=found["ce_id"],
            source=found["ce_source"],
            type=found["ce_type"],
            time=time,
            subject=found.get("ce_subject", ""),
            correlation_id=found.get("ce_correlationid", ""),
        )
    except KeyError as error:
        raise ContractError(f"header {error.args[0]} is missing") from error
    except ValueError as error:
        raise ContractError(f"header ce_time: {error}") from error
