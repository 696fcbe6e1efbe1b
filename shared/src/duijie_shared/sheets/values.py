"""Values of fields as the text of a cell, exact."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal

from duijie_shared.posting.columns import Form
from duijie_shared.tabular.formulas import neutralised

Value = str | int | bool | Decimal | dt.date | Sequence[str] | Mapping[str, Decimal] | None
"""What a field may be: text, an exact number, yes or no, a day, a list of text, numbers by name, nothing. No float."""

NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")
SIGNIFICANT = 15
"""Digits that a number in a spreadsheet holds; a longer one is written as text."""


BEFORE_CALENDARS = dt.date(1900, 12, 31)
"""Days up to here are told by spreadsheets in different ways, or not at all."""


def text_of(value: Value) -> str:
    """The text that an import reads as the same value.

    Raises
    ------
    TypeError
        For a float: what it was meant to be is not known exactly.
    """
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        raise TypeError(f"{value!r} is no value of a field")
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, int | Decimal):
        return f"{value:f}" if isinstance(value, Decimal) else str(value)
    if isinstance(value, Mapping):
        return ";".join(f"{name}={number:f}" for name, number in value.items())
    return ";".join(value)


def is_number(text: str, form: Form) -> bool:
    """Whether the text is a number in a column of numbers: a minus there starts no formula."""
    return form == "number" and NUMBER.fullmatch(text) is not None


def fits_a_number(text: str) -> bool:
    """Whether a spreadsheet's number holds all digits."""
    return sum(char.isdigit() for char in text) <= SIGNIFICANT


def day_of(text: str, form: Form) -> dt.date | None:
    """The day of a cell in a column of days; None for any other text."""
    if form != "date" or len(text) != len("2027-09-01"):
        return None
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        return None
    return day if day > BEFORE_CALENDARS else None


def safe(text: str, form: Form) -> str:
    """Text that no spreadsheet takes for a formula."""
    return text if is_number(text, form) else neutralised(text)
