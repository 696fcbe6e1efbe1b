"""A record goes out with the correlation id of what caused it."""

from __future__ import annotations

from duijie_matcher.stream.causes import Causes
from order_records import order_id


def number(name: str) -> int:
    return order_id(name).int


def causes() -> Causes:
    """Three orders changed, `o` twice."""
    found = Causes()
    found.note(number("o"), 1, "c-1")
    found.note(number("d"), 5, "c-5")
    found.note(number("o"), 3, "c-3")
    found.note(number("z"), 9, "c-9")
    return found


def test_the_newest_event_of_the_own_orders_counts() -> None:
    """A pair goes out with whatever of its two sides changed last."""
    assert causes().of([number("o"), number("d")]) == "c-5"
    assert causes().of([number("o")]) == "c-3"


def test_a_pair_whose_orders_did_not_change_goes_out_with_the_newest_event() -> None:
    """Something else displaced it; without any event there is no id."""
    assert causes().of([number("x")]) == "c-9"
    assert Causes().of([number("x")]) == ""


def test_the_log_names_the_newest_events_once_each() -> None:
    """Newest first, and no more than asked for."""
    found = causes()
    found.note(number("w"), 10, "c-9")
    found.note(number("v"), 11, "")
    assert found.newest(3) == ["c-9"]
    assert found.newest(9) == ["c-9", "c-5", "c-3"]
