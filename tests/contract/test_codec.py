"""Records are CloudEvents 1.0 in Kafka's binary mode, read by others' tools as by ours; what is not is refused."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from uuid import UUID

import pytest
from cloudevents.core.bindings.kafka import KafkaMessage, from_binary, from_kafka, to_binary
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent
from duijie_shared.events.codec import LONGEST_REASON, ContractError, Envelope, decode, encode, headers_of
from duijie_shared.events.matches import ScorePart
from duijie_shared.events.orders import OrderSnapshot, Tick
from duijie_shared.events.topics import TOPICS
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

EXAMPLES = Path(str(files("duijie_shared.events"))) / "examples"
OFFER = EXAMPLES / "orders-v1" / "duijie.order.v1" / "offer_of_designated_county.json"
NEGOTIABLE = EXAMPLES / "orders-v1" / "duijie.order.v1" / "negotiable_piece_goods_without_county.json"
NOW = dt.datetime(2026, 11, 25, 8, tzinfo=dt.timezone(dt.timedelta(hours=8)))
ENVELOPE = Envelope("e-1", "duijie/catalog", "duijie.order.v1", NOW, "o-1", "c-1")


def offer() -> OrderSnapshot:
    return OrderSnapshot.model_validate_json(OFFER.read_bytes())


def changed(**fields: object) -> bytes:
    return json.dumps({**json.loads(OFFER.read_text("utf-8")), **fields}).encode()


def headers(**changes: bytes | None) -> list[tuple[str, bytes]]:
    found = dict(headers_of(ENVELOPE))
    for name, value in changes.items():
        name = name.replace("content_type", "content-type")
        if value is None:
            found.pop(name)
        else:
            found[name] = value
    return list(found.items())


@pytest.mark.parametrize("read", [from_binary, from_kafka])
def test_the_cloudevents_sdk_reads_what_we_write(read: Callable[..., CloudEvent]) -> None:
    """The project's own SDK finds every attribute, the extension that follows an order, and the body."""
    value, ours = encode(offer(), ENVELOPE)
    event = read(KafkaMessage(headers=dict(ours), key=b"o-1", value=value), JSONFormat(), CloudEvent)
    assert (event.get_id(), event.get_source(), event.get_type()) == (
        "e-1", "duijie/catalog", "duijie.order.v1",
    )  # fmt: skip
    assert event.get_specversion() == "1.0"
    assert event.get_time() == NOW
    assert event.get_subject() == "o-1"
    assert event.get_datacontenttype() == "application/json"
    assert event.get_extension("correlationid") == "c-1"
    assert OrderSnapshot.model_validate_json(json.dumps(event.get_data())) == offer()


def test_we_read_what_the_cloudevents_sdk_writes() -> None:
    """An adapter in another language, written with an SDK, can publish to us."""
    event = CloudEvent(
        {"id": "e-9", "source": "urn:other", "type": "duijie.order.v1", "specversion": "1.0", "time": NOW,
         "subject": "o-9", "datacontenttype": "application/json", "correlationid": "c-9"},
        json.loads(OFFER.read_text("utf-8")),
    )  # fmt: skip
    message = to_binary(event, JSONFormat())
    value = message.value if isinstance(message.value, bytes) else message.value.encode()
    body, envelope = decode("orders-v1", value, list(message.headers.items()))
    assert body == offer()
    assert envelope == Envelope("e-9", "urn:other", "duijie.order.v1", NOW, "o-9", "c-9")


def test_an_empty_attribute_is_left_out() -> None:
    """CloudEvents has no empty attributes: the SDK refuses an empty subject, so none is written."""
    bare = Envelope("e-1", "duijie/catalog", "duijie.tick.v1", NOW, "", "")
    value, ours = encode(Tick(partition=0, as_of=NOW), bare)
    assert not {"ce_subject", "ce_correlationid"} & {name for name, _ in ours}
    from_binary(KafkaMessage(headers=dict(ours), key=None, value=value), JSONFormat(), CloudEvent)
    assert decode("orders-v1", value, ours)[1] == bare


@pytest.mark.parametrize("path", sorted(EXAMPLES.rglob("*.json")), ids=lambda path: path.stem)
def test_what_is_written_is_read_back(path: Path) -> None:
    """Encoding and decoding any kept example gives the same body, its nulls among it."""
    topic, type_, _ = path.relative_to(EXAMPLES).parts
    body = TOPICS[topic].events[type_].model_validate_json(path.read_bytes())
    envelope = Envelope("e", "s", type_, NOW, "x", "c")
    assert decode(topic, *encode(body, envelope)) == (body, envelope)


def test_a_negotiable_price_survives_as_none() -> None:
    """Null is written out: were it left out, the reader would miss the field and refuse the record."""
    body = OrderSnapshot.model_validate_json(NEGOTIABLE.read_bytes())
    assert body.price is None
    assert decode("orders-v1", *encode(body, ENVELOPE))[0] == body


def test_unknown_fields_are_ignored() -> None:
    """An old consumer survives a newer producer."""
    body, _ = decode("orders-v1", changed(brix=12.5, packaging={"kind": "mesh"}), headers())
    assert body == offer()


@pytest.mark.parametrize(
    ("value", "why"),
    [
        (b"", "body"),
        (b"\xff\xfe", "body"),
        (b"not json", "body"),
        (b"[1]", "body"),
        (b"null", "body"),
        (b"[" * 100_000, "body"),
        (b"{}", "order_id"),
        (changed(order_id="7"), "order_id"),
        (changed(version="1"), "version"),
        (changed(version=True), "version"),
        (changed(version=0), "version"),
        (changed(quantity=1.5), "quantity"),
        (changed(quantity=0), "quantity"),
        (changed(remaining=-1), "remaining"),
        (changed(side="both"), "side"),
        (changed(grade=6), "grade"),
        (changed(window_from="25.11.2026"), "window_from"),
        (changed(latitude_e7=900_000_001), "latitude_e7"),
        (changed(certificates="green"), "certificates"),
        (changed(market="a\0b"), "NUL"),
        (changed(product="\ud800"), "body"),
    ],
)
def test_a_body_that_breaks_its_contract_is_refused_naming_the_field(value: bytes, why: str) -> None:
    """Nothing is coerced: a string is no number, a flag no version, a float no quantity."""
    with pytest.raises(ContractError, match=why):
        decode("orders-v1", value, headers())


def test_the_limits_themselves_are_accepted() -> None:
    """The other side of the limits above: the least version, quantity and grade, the poles."""
    body, _ = decode(
        "orders-v1", changed(version=1, quantity=1, remaining=0, grade=1, latitude_e7=900_000_000), headers()
    )
    assert isinstance(body, OrderSnapshot)
    assert body.latitude_e7 == 900_000_000


def test_a_backslash_before_u0000_is_no_nul() -> None:
    """Only the escape is refused, not the six characters that look like it."""
    body, _ = decode("orders-v1", changed(market=r"a\u0000b"), headers())
    assert isinstance(body, OrderSnapshot)
    assert body.market == r"a\u0000b"


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("ce_id", None, "ce_id"),
        ("ce_id", b"", "ce_id"),
        ("ce_source", None, "ce_source"),
        ("ce_type", None, "ce_type"),
        ("ce_specversion", None, "ce_specversion"),
        ("ce_specversion", b"0.3", "0.3"),
        ("ce_time", None, "ce_time"),
        ("ce_time", b"yesterday", "ce_time"),
        ("ce_time", b"2026-11-25T08:00:00", "offset"),
        ("ce_type", b"duijie.match.v1", "carries no events"),
        ("ce_type", b"duijie.order.v2", "carries no events"),
        ("ce_type", b"\xff", "UTF-8"),
        ("ce_subject", b"a\0b", "NUL"),
    ],
)
def test_headers_that_break_the_contract_are_refused(name: str, value: bytes | None, why: str) -> None:
    """A missing attribute, another specification, a type of another topic, a time without offset."""
    with pytest.raises(ContractError, match=why):
        decode("orders-v1", OFFER.read_bytes(), headers(**{name: value}))


@pytest.mark.parametrize("none", [None, []])
def test_a_record_without_headers_is_refused(none: list[tuple[str, bytes]] | None) -> None:
    """Somebody else's record on our topic."""
    with pytest.raises(ContractError, match="ce_specversion"):
        decode("orders-v1", OFFER.read_bytes(), none)


def test_a_header_without_value_is_an_absent_header() -> None:
    """Kafka allows null values of headers."""
    raw = [*headers(ce_subject=None), ("ce_subject", None)]
    assert decode("orders-v1", OFFER.read_bytes(), raw)[1].subject == ""


def test_a_tombstone_has_no_body_and_keeps_its_envelope() -> None:
    """Null as a value ends a key on a compacted topic; the headers still say who ended what."""
    assert decode("orders-v1", None, headers()) == (None, ENVELOPE)


def test_a_topic_that_is_not_compacted_has_no_tombstones() -> None:
    """There a record without a value is a fault."""
    with pytest.raises(ContractError, match="tombstone"):
        decode("dead-letters-v1", None, headers(ce_type=b"duijie.dead-letter.v1"))


def test_a_reason_is_short_whatever_was_sent() -> None:
    """A hostile header does not make a hostile reason."""
    with pytest.raises(ContractError) as caught:
        decode("orders-v1", b"{}", headers(ce_type=b"x" * 100_000))
    assert len(str(caught.value)) <= LONGEST_REASON


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
def test_numbers_that_json_cannot_carry_are_refused_on_making(value: float) -> None:
    """They would be written as null and refused by the reader; they must fail where they are made."""
    with pytest.raises(ValidationError):
        ScorePart(feature="price", value=value, points=1.0)


@given(st.binary(max_size=300), st.lists(st.tuples(st.text(max_size=20), st.binary(max_size=20)), max_size=8))
def test_any_bytes_are_read_or_refused(value: bytes, more: list[tuple[str, bytes]]) -> None:
    """Whatever is on a topic, decoding ends in a body or in ContractError, never in another error."""
    with contextlib.suppress(ContractError):
        decode("orders-v1", value, [*headers(), *more])


def test_ids_are_uuids() -> None:
    """Typed ids: two spellings of one id are one id."""
    assert decode("orders-v1", changed(order_id=str(offer().order_id).upper()), headers())[0] == offer()
    assert isinstance(offer().order_id, UUID)
