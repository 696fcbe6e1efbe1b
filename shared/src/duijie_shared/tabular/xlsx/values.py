"""Numbers and dates of cells as the text that people see in them."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Context, Decimal, InvalidOperation
from functools import lru_cache

from duijie_shared.tabular.records import Fault

SIGNIFICANT = 15
"""Digits of a number that a spreadsheet shows. It stores binary fractions, 0.1 + 0.2 as 0.30000000000000004."""

_SHOWN = Context(prec=SIGNIFICANT)
_AS_SHOWN = re.compile(r"-?(?:[1-9][0-9]*|0(?=\.))(?:\.[0-9]*[1-9])?|0")
_LONGEST = 30
"""Digits of a number written out; larger and smaller ones keep their exponent."""

_EPOCH_1900 = dt.datetime(1899, 12, 30)  # noqa: DTZ001 - a day of the calendar, without a time zone
_EPOCH_1904 = dt.datetime(1904, 1, 1)  # noqa: DTZ001
_FIRST_RIGHT_DAY = 61
"""1 March 1900. The days before are one off: the 1900 system has a 29 February 1900."""
_LAST_DAY = 2_958_465
_DAY = 86_400


def number_text(raw: str) -> str:
    """A number as shown: to 15 digits, without an exponent, without trailing zeros.

    Raises
    ------
    ValueError
        When `raw` is no number.
    """
    if len(raw) <= SIGNIFICANT and _AS_SHOWN.fullmatch(raw):
        return raw
    try:
        value = _SHOWN.create_decimal(raw.strip())
    except InvalidOperation as error:
        raise ValueError(raw) from error
    if not value.is_finite():
        raise ValueError(raw)
    if not value:
        return "0"
    if abs(value.adjusted()) > _LONGEST:
        return str(value)
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def has_lost_digits(text: str) -> bool:
    """Whether a number as shown is too long to be one: an 18-digit code typed as a number has lost its last digits."""
    return len(text) > SIGNIFICANT and len(text.lstrip("-").partition(".")[0]) > SIGNIFICANT


def lost_digits_fault(column: int) -> Fault:
    """The refusal of such a number."""
    return Fault(
        column,
        "lost-digits",
        "超过 15 位的数字在表格中会丢失末尾数字; 请先把单元格设为文本再重新输入",
        "a spreadsheet loses the last digits of a number this long; format the cell as text and type it anew",
    )


@lru_cache(4096)
def date_text(raw: str, *, since_1904: bool) -> str:
    """The day, YYYY-MM-DD, of a serial number that is shown as a date; with the time where it is not midnight.

    What no calendar has (a negative number, a year above 9999) stays a number.

    Raises
    ------
    ValueError
        When `raw` is no number.
    """
    shown = number_text(raw)
    serial = Decimal(shown)
    if not 0 <= serial <= _LAST_DAY:
        return shown
    if not since_1904 and serial < _FIRST_RIGHT_DAY:
        serial += 1
    moment = (_EPOCH_1904 if since_1904 else _EPOCH_1900) + dt.timedelta(seconds=round(serial * _DAY))
    return iso_text(moment)


def iso_text(moment: dt.datetime) -> str:
    """A day, with the time where it is not midnight."""
    return moment.date().isoformat() if moment.time() == dt.time() else moment.isoformat(" ", "seconds")
