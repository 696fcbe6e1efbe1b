"""Reading bodies and headers: what is hostile is refused, what is exact stays exact."""

from __future__ import annotations

from decimal import Decimal

import pytest
from duijie_catalog.api.context import after_of, page
from duijie_catalog.api.requests import Command, correlation_of
from duijie_catalog.handlers import Caller
from duijie_shared.service.errors import Refusal


def a_command(body: bytes = b"{}", if_match: str | None = None) -> Command:
    """A request with a body and an If-Match header."""
    return Command(Caller(None, "admin"), "c", "POST", "/", if_match, None, body)


def test_numbers_stay_exact() -> None:
    """A price of 0.1 is a tenth, not the nearest binary fraction."""
    assert a_command(b'{"ask_price": 0.1}').fields() == {"ask_price": Decimal("0.1")}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"1",
        b'{"a": NaN}',
        b'{"a": Infinity}',
        b'{"a": 1, "a": 2}',
        b'{"\\ud800": 1}',
        b"\xff{}",
        b'{"a": ' + b"9" * 60_000 + b"}",
        b'{"a": ' + b"[" * 30_000 + b"]" * 30_000 + b"}",
    ],
    ids=["empty", "list", "number", "nan", "infinity", "repeated", "surrogate", "bytes", "digits", "nesting"],
)
def test_anything_but_one_clean_object_is_refused(body: bytes) -> None:
    """With 400, whatever the parser thought of it."""
    with pytest.raises(Refusal) as refused:
        a_command(body).fields()
    assert refused.value.status == 400


@pytest.mark.parametrize(
    ("header", "status"), [(None, 428), ("1", 422), ('W/"1"', 422), ('"0"', 422), ("*", 422)]
)
def test_if_match_must_name_a_version(header: str | None, status: int) -> None:
    """Missing is 428, anything but a quoted version 422."""
    with pytest.raises(Refusal) as refused:
        a_command(if_match=header).expected_version()
    assert refused.value.status == status


def test_if_match_gives_the_version() -> None:
    """Quoted, as an ETag is."""
    assert a_command(if_match='"17"').expected_version() == 17


class Item:
    """Anything with a place in the order."""

    def __init__(self, sequence: int) -> None:
        self.sequence = sequence


def test_a_page_gives_a_cursor_only_when_there_is_more() -> None:
    """Three of three have no next page; three of four have, behind the third."""
    items = [Item(n) for n in (3, 5, 9, 12)]
    assert page(items[:3], 3, lambda item: {"n": item.sequence})["next"] is None
    cut = page(items, 3, lambda item: {"n": item.sequence})
    assert [item["n"] for item in cut["items"]] == [3, 5, 9]
    assert after_of(cut["next"]) == 9


@pytest.mark.parametrize(
    "cursor", ["", "x", "LTE", "MQ==", "4pGg", "' OR 1=1", "OTk5OTk5OTk5OTk5OTk5OTk5OTk5OQ"]
)
def test_a_cursor_of_somebody_elses_making_is_refused(cursor: str) -> None:
    """Garbage, a negative number, padding, another script's digits, SQL, a number too large."""
    with pytest.raises(Refusal) as refused:
        after_of(cursor)
    assert refused.value.status == 422


def test_a_correlation_id_is_taken_over_or_made() -> None:
    """A plain one is kept; one that could break a log or a header is replaced."""

    def scope(value: str) -> dict[str, object]:
        return {"type": "http", "headers": [(b"x-correlation-id", value.encode())]}

    assert correlation_of(scope("abc-123")) == "abc-123"
    for hostile in ("", "a b", "x" * 101, 'a"b', "a\nb"):
        assert correlation_of(scope(hostile)) not in {hostile, ""}
