"""Reading single fields: exact numbers, whole days, clean text. Errors are collected, not thrown one by one."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Mapping, Sequence
from decimal import Decimal
from itertools import islice
from typing import Literal, TypeGuard, TypeVar

from duijie_shared.posting.errors import FieldError, PostingError, UnknownGrade

Source = Literal["text", "json"]
"""`text` for files, where everything is a string; `json` for the API, where numbers are numbers."""

Choice = TypeVar("Choice", bound=str)

NUMBER = re.compile(r"[+-]?[0-9]{1,30}(\.[0-9]{1,30})?")
LIST_SEPARATORS = re.compile(r"[;；]")
EARLIEST, LATEST = dt.date(2000, 1, 1), dt.date(2100, 12, 31)
MAX_ITEMS = 100
FLAGS = {
    "yes": True,
    "true": True,
    "1": True,
    "是": True,
    "no": False,
    "false": False,
    "0": False,
    "否": False,
}

MAX_DIGITS = 40
"""Digits of a number that are looked at; Python itself refuses to print integers of more than 4,300."""
MAX_REFUSED_NAMES = 50
MAX_NAME = 60

FORBIDDEN_CATEGORIES = {"Cc", "Cf", "Co", "Cs", "Zl", "Zp"}
"""Controls, private use, surrogates, line separators, and the marks that turn text around or hide in it."""
JOINERS = "\u200c\u200d"
"""Also of category Cf, but part of how some scripts and emoji are written."""


class Fields:
    """The fields of one posting. Each reader returns a value or None; `finish` throws what was collected."""

    def __init__(self, values: Mapping[str, object], known: Sequence[str], source: Source) -> None:
        self.errors: list[FieldError] = []
        self.unknown_grade: UnknownGrade | None = None
        self._source = source
        self._values = {
            name: value
            for name, value in values.items()
            if value is not None and not (isinstance(value, str) and not value.strip())
        }
        unknown = (name for name in values if name not in known)
        for name in islice(unknown, MAX_REFUSED_NAMES):
            self.refuse(printable(name), "unknown", "没有这个字段", "there is no such field")

    def refuse(self, field: str, code: str, zh: str, en: str) -> None:
        """Note that `field` cannot be accepted."""
        self.errors.append(FieldError(field, code, zh, en))

    def finish(self) -> None:
        """Throw `PostingError` if anything was refused."""
        if self.errors:
            raise PostingError(self.errors, self.unknown_grade)

    def has(self, name: str) -> bool:
        """Whether the field was given and is not empty."""
        return name in self._values

    def require(self, *names: str) -> None:
        """Refuse every one of `names` that is absent or empty."""
        for name in names:
            if name not in self._values:
                self.refuse(name, "required", "必填", "is required")

    def text(self, name: str, *, longest: int = 100, lines: bool = False) -> str | None:
        """Text in NFC without control, invisible and direction marks; `lines` lets line breaks and tabs in."""
        raw = self._values.get(name)
        if raw is None:
            return None
        if self._source == "json" and _is_integer(raw) and abs(raw) < 10**MAX_DIGITS:
            raw = str(raw)  # a grade or a county code sent as a number means the same
        if not isinstance(raw, str):
            self.refuse(name, "not-text", "应为文本", "must be text")
            return None
        cleaned = unicodedata.normalize("NFC", raw.strip())
        # What is printable has none of these; most text is, and a file has millions of cells.
        if not cleaned.isprintable() and any(_forbidden(char, "\n\r\t" if lines else "") for char in cleaned):
            self.refuse(
                name, "bad-characters", "含有控制字符或不可见字符", "has control or invisible characters"
            )
            return None
        if len(cleaned) > longest:
            self.refuse(
                name, "too-long", f"不能超过 {longest} 个字符", f"must be {longest} characters at most"
            )
            return None
        return cleaned

    def number(self, name: str) -> Decimal | None:
        """An exact decimal. In JSON a number, never a string or a boolean; in text plain digits, no separators."""
        raw = self._values.get(name)
        if raw is None:
            return None
        if self._source == "json":
            if isinstance(raw, bool) or not isinstance(raw, (int, float, Decimal)):
                self.refuse(name, "not-a-number", "应为数字 (JSON number)", "must be a JSON number")
                return None
            if isinstance(raw, int) and abs(raw) >= 10**MAX_DIGITS:
                self._out_of_range(name)
                return None
            value = Decimal(str(raw))
        else:
            text = str(raw).strip()
            if not NUMBER.fullmatch(text):
                self.refuse(
                    name,
                    "not-a-number",
                    f"“{_short(text)}”不是数字: 只用 0-9、小数点和正负号, 不用千位分隔符",
                    f"{_short(text)!r} is not a number: digits, a point and a sign, no separators",
                )
                return None
            value = Decimal(text)
        if not value.is_finite() or abs(value.adjusted()) > 30:
            self._out_of_range(name)
            return None
        return value

    def _out_of_range(self, name: str) -> None:
        self.refuse(name, "not-a-number", "数字超出范围", "is out of any sensible range")

    def positive(self, name: str, *, most: Decimal, decimals: int, zero: bool = False) -> Decimal | None:
        """A number above zero (or from zero), at most `most`, with at most `decimals` decimals."""
        value = self.number(name)
        if value is None:
            return None
        if value < 0 or (value == 0 and not zero):
            limit = ("不能为负", "must not be negative") if zero else ("必须大于 0", "must be above 0")
            self.refuse(name, "too-small", *limit)
        elif value > most:
            self.refuse(name, "too-large", f"不能超过 {most:f}", f"must be {most:f} at most")
        elif _decimals(value) > decimals:
            self.refuse(name, "too-fine", f"最多 {decimals} 位小数", f"takes {decimals} decimals at most")
        else:
            return value
        return None

    def date(self, name: str) -> dt.date | None:
        """A whole day, YYYY-MM-DD."""
        raw = self._values.get(name)
        if raw is None:
            return None
        try:
            day = dt.date.fromisoformat(raw.strip()) if isinstance(raw, str) else None
        except ValueError:
            day = None
        if day is None or not (
            isinstance(raw, str) and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", raw.strip())
        ):
            self.refuse(name, "not-a-date", "应为 YYYY-MM-DD 格式的日期", "must be a date, YYYY-MM-DD")
            return None
        if not EARLIEST <= day <= LATEST:
            self.refuse(
                name, "out-of-range", f"日期应在 {EARLIEST} 至 {LATEST}", f"must be {EARLIEST} to {LATEST}"
            )
            return None
        return day

    def choice(self, name: str, options: Mapping[str, Choice]) -> Choice | None:
        """One of a few words; `options` maps every accepted spelling (lower case) to the word."""
        text = self.text(name)
        if text is None:
            return None
        found = options.get(text.lower())
        if found is None:
            words = ", ".join(dict.fromkeys(options.values()))
            self.refuse(name, "not-an-option", f"应为其中之一: {words}", f"must be one of: {words}")
        return found

    def flag(self, name: str) -> bool | None:
        """Yes or no: in JSON true or false, in text one of the words of either language."""
        raw = self._values.get(name)
        if raw is None or isinstance(raw, bool):
            return raw
        found = FLAGS.get(raw.strip().lower()) if isinstance(raw, str) and self._source == "text" else None
        if found is None:
            self.refuse(name, "not-a-flag", "应为 是 或 否", "must be yes or no (in JSON true or false)")
        return found

    def pairs(self, name: str) -> tuple[tuple[str, Decimal], ...]:
        """Numbers by name: in JSON an object or a list of `name=number`, in text `name=number;name=number`."""
        raw = self._values.get(name)
        if isinstance(raw, Mapping):
            items = [(str(key), value) for key, value in islice(raw.items(), MAX_ITEMS + 1)]
            if len(items) > MAX_ITEMS:
                self.refuse(name, "not-a-list", f"最多 {MAX_ITEMS} 项", f"must be up to {MAX_ITEMS}")
                return ()
        else:
            items = []
            for item in self.items(name):
                key, sign, value = item.partition("=")
                if not (sign and value.strip()):
                    self.refuse(
                        name,
                        "not-a-pair",
                        f"“{_short(item)}”应写成 名=数",
                        f"{_short(item)!r} must be name=number",
                    )
                    continue
                items.append((key.strip(), value.strip()))
        found: dict[str, Decimal] = {}
        for key, value in items:
            one = Fields(
                {"name": key, name: value}, ("name", name), "text" if isinstance(value, str) else "json"
            )
            label, number = one.text("name", longest=60), one.number(name)
            self.take_errors(one, name)
            if label is None or number is None:
                continue
            if label in found:
                self.refuse(name, "repeated", f"“{label}”重复", f"{label!r} is repeated")
            found[label] = number
        return tuple(found.items())

    def parts(self, values: Mapping[str, str]) -> Fields:
        """Parts of a field, read by the same rules."""
        return Fields(values, tuple(values), "text")

    def take_errors(self, other: Fields, name: str) -> None:
        """Note what was refused of a field's parts, under the field's own name."""
        self.errors.extend(FieldError(name, error.code, error.zh, error.en) for error in other.errors)

    def items(self, name: str) -> tuple[str, ...]:
        """A list: in JSON an array of text, in text (or as one string) parts separated by `;`."""
        raw = self._values.get(name)
        if raw is None:
            return ()
        parts = LIST_SEPARATORS.split(raw) if isinstance(raw, str) else raw
        if not isinstance(parts, (list, tuple)) or len(parts) > MAX_ITEMS:
            self.refuse(
                name, "not-a-list", f"应为列表, 最多 {MAX_ITEMS} 项", f"must be a list of up to {MAX_ITEMS}"
            )
            return ()
        found = []
        for part in parts:
            if part is None:
                self.refuse(name, "not-text", "列表中有空值 (null)", "has a null in the list")
                continue
            one = Fields({name: part}, (name,), self._source)
            text = one.text(name, longest=60)
            self.errors.extend(one.errors)
            if text:
                found.append(text)
        return tuple(dict.fromkeys(found))


def printable(name: str) -> str:
    """A name that a poster chose, fit to be shown, logged and sent back: short, odd characters escaped."""
    shown = "".join(char if char.isprintable() else f"\\u{ord(char):04x}" for char in name[:MAX_NAME])
    return shown if len(name) <= MAX_NAME else shown + "…"


def _forbidden(char: str, allowed: str) -> bool:
    if unicodedata.category(char) in FORBIDDEN_CATEGORIES:
        return char not in JOINERS and char not in allowed
    return ord(char) & 0xFFFE == 0xFFFE or "\ufdd0" <= char <= "\ufdef"  # noncharacters


def _is_integer(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)


def _short(text: str) -> str:
    return text if len(text) <= 20 else text[:20] + "…"


def _decimals(value: Decimal) -> int:
    exponent = value.normalize().as_tuple().exponent
    return -exponent if isinstance(exponent, int) and exponent < 0 else 0
