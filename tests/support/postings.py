"""Small postings with defaults, for tests: what is not named is as in a valid one."""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal

from duijie_shared.posting import OrderTerms, PostingError, parse_demand, parse_offer

TODAY = dt.date(2026, 11, 23)
Source = Literal["text", "json"]

OFFER: dict[str, object] = {
    "product": "potato",
    "grade": "4",
    "quantity": 30,
    "unit": "t",
    "ask_price": 1800,
    "county": "520526",
    "available_from": "2026-11-25",
    "available_to": "2027-01-20",
}
DEMAND: dict[str, object] = {
    "product": "potato",
    "min_grade": "3",
    "quantity": 30,
    "unit": "t",
    "bid_price": 2600,
    "county": "310115",
    "needed_from": "2026-11-25",
    "needed_to": "2027-01-20",
}


def fields(base: dict[str, object], source: Source, changes: dict[str, object]) -> dict[str, object]:
    """`base` with `changes`; a change to `...` leaves the field out. As text, every number is written out."""
    merged = {name: value for name, value in {**base, **changes}.items() if value is not ...}
    if source == "text":
        return {name: str(value) if isinstance(value, int) else value for name, value in merged.items()}
    return merged


def an_offer(source: Any = "json", today: Any = TODAY, **changes: Any) -> OrderTerms:
    """The terms of a valid offer with changes."""
    return parse_offer(fields(OFFER, source, changes), source=source, today=today)


def a_demand(source: Any = "json", today: Any = TODAY, **changes: Any) -> OrderTerms:
    """The terms of a valid demand with changes."""
    return parse_demand(fields(DEMAND, source, changes), source=source, today=today)


def refusals(error: PostingError) -> list[tuple[str, str]]:
    """Field and code of every refusal, after a look that each says why in both languages and can be sent."""
    for one in error.errors:
        assert any("\u4e00" <= char <= "\u9fff" for char in one.zh), one
        assert one.en, one
        assert f"{one.field}{one.zh}{one.en}".encode(), one
    return [(one.field, one.code) for one in error.errors]
