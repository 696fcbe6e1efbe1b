"""What the door takes for JSON, and what it refuses by name."""

from __future__ import annotations

from decimal import Decimal

import pytest
from duijie_gateway.domain.strict_json import MAX_DEPTH, MAX_NUMBER_CHARS, StrictJsonError, parse_object


def refused(body: bytes) -> list[tuple[str, str]]:
    """(field, code) of every refusal."""
    with pytest.raises(StrictJsonError) as caught:
        parse_object(body)
    assert all(error.zh and error.en for error in caught.value.errors)
    return [(error.field, error.code) for error in caught.value.errors]


def test_numbers_keep_their_decimal_text() -> None:
    """0.1 stays a tenth, and a large integer stays whole."""
    parsed = parse_object(b'{"price": 0.1, "quantity": 9007199254740993, "list": [1, 2.50]}')
    assert parsed == {"price": Decimal("0.1"), "quantity": 9007199254740993, "list": [1, Decimal("2.50")]}


@pytest.mark.parametrize("word", ["NaN", "Infinity", "-Infinity"])
def test_numbers_that_are_none_are_refused_where_they_stand(word: str) -> None:
    """Python's parser takes them; JSON has none."""
    assert refused(f'{{"a": {{"quantity": {word}}}}}'.encode()) == [("a.quantity", "number")]


@pytest.mark.parametrize(
    "number", ["1" * (MAX_NUMBER_CHARS + 1), "0." + "1" * MAX_NUMBER_CHARS, "1" * 100_000]
)
def test_numbers_of_absurd_length_are_refused(number: str) -> None:
    """Also those that are longer than Python's own limit for integers."""
    assert refused(f'{{"quantity": {number}}}'.encode()) == [("quantity", "number")]


def test_the_longest_number_is_taken() -> None:
    """One digit less than what is refused."""
    assert parse_object(f'{{"q": {"1" * MAX_NUMBER_CHARS}}}'.encode()) == {"q": int("1" * MAX_NUMBER_CHARS)}


def test_a_field_given_twice_is_refused() -> None:
    """Two readers must not take two different values for the same body."""
    assert refused(b'{"quantity": 1, "quantity": 2}') == [("quantity", "repeated")]
    assert refused(b'{"a": [{"b": 1, "b": 1}]}') == [("a[0].b", "repeated")]


def test_nesting_has_a_limit() -> None:
    """The deepest that is taken, and one deeper; far deeper must not reach the parser's recursion."""
    deepest = b'{"a":' * (MAX_DEPTH - 1) + b"{}" + b"}" * (MAX_DEPTH - 1)
    assert parse_object(deepest)
    assert refused(b'{"a":' * MAX_DEPTH + b"{}" + b"}" * MAX_DEPTH) == [("body", "nesting")]
    for depth in (1_000, 100_000):
        assert refused(b"[" * depth) == [("body", "nesting")]


def test_brackets_inside_text_are_no_nesting() -> None:
    """A note may well hold them, with quotes and backslashes."""
    assert parse_object(rb'{"note": "[[[[[[[[[[ \" [[[[[[[[[[ \\"}') == {"note": '[[[[[[[[[[ " [[[[[[[[[[ \\'}


def test_quotes_that_never_close_are_read_once() -> None:
    """A quarter of a megabyte of escaped quotes is refused like any other text that is no JSON."""
    assert refused(b'{"a": "' + b'\\"' * 120_000) == [("body", "json")]
    assert refused(b'"' * 200_001) == [("body", "json")]


@pytest.mark.parametrize(
    "text",
    ["\\u0000", "a\\u001fb", "\\u202eabc", "\\u2066abc", "\\ud800", "\\u0085"],
    ids=["nul", "control", "override", "isolate", "lone-surrogate", "c1"],
)
def test_text_that_no_page_should_hold_is_refused(text: str) -> None:
    """Controls, lone surrogates and marks that turn text around, in values and in names."""
    assert refused(f'{{"note": "{text}"}}'.encode()) == [("note", "text")]
    assert refused(f'{{"{text}": 1}}'.encode()) == [("body", "text")]


def test_ordinary_text_is_taken() -> None:
    """Chinese, emoji as surrogate pairs, tabs and line ends."""
    assert parse_object('{"note": "土豆\\t\\n\\ud83e\\udd54 é"}'.encode()) == {"note": "土豆\t\n🥔 é"}


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"1", b'"a"', b"null", b"{", b"\xff\xfe", b"{} {}", b"{'a': 1}"]
)
def test_what_is_no_object_is_refused_as_a_whole(body: bytes) -> None:
    """Nothing of it can be named but the body."""
    assert [field for field, _ in refused(body)] == ["body"]


def test_every_fault_is_named() -> None:
    """Not only the first one."""
    assert refused(b'{"a": NaN, "b": [1, Infinity], "c": "\\u0000"}') == [
        ("a", "number"),
        ("b[1]", "number"),
        ("c", "text"),
    ]
