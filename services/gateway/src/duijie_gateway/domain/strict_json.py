"""The one strict reading of JSON that comes from outside.

Every JSON body passes here once, at the door; catalog gets the same bytes and may trust their form. Refused,
with the field named: NaN and infinities, repeated keys, numbers of absurd length, deep nesting, and text
that no page or column should hold (NUL and other controls, lone surrogates, bidirectional overrides).
Numbers keep their exact decimal text (`Decimal`), never passing through binary floating point.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from duijie_shared.service.errors import FieldError

MAX_DEPTH = 8
"""Orders are flat with lists of words; eight leaves room for what comes."""
MAX_NUMBER_CHARS = 40
"""No quantity, price or coordinate needs more, and huge integers are slow to parse."""

# The closing quote is optional and the repeat possessive, so that no body makes the search go back.
_TOKENS = re.compile(rb'"(?:[^"\\]|\\.)*+"?|[\[{\]}]', re.DOTALL)
_FORBIDDEN_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069]")


class StrictJsonError(Exception):
    """The body is refused; `errors` name each field."""

    def __init__(self, errors: list[FieldError]) -> None:
        super().__init__("; ".join(f"{e.field}: {e.en}" for e in errors))
        self.errors = tuple(errors)


@dataclass(frozen=True, slots=True)
class _Refused:
    """Stands in the parsed value for what must not be there, until its path is known."""

    code: str
    zh: str
    en: str


_NOT_FINITE = _Refused("number", "必须是有限的数值", "must be a finite number")
_TOO_LONG = _Refused("number", "数值过长", "the number has too many digits")
_REPEATED = _Refused("repeated", "同一字段出现多次", "the field is given more than once")


def parse_object(body: bytes) -> dict[str, object]:
    """The object in `body`. Raises `StrictJsonError`."""
    if _too_deep(body):
        raise StrictJsonError(
            [_error("body", "nesting", "嵌套过深", f"nested deeper than {MAX_DEPTH} levels")]
        )
    try:
        value = json.loads(
            body.decode(),
            parse_float=_number,
            parse_int=_integer,
            parse_constant=lambda _: _NOT_FINITE,
            object_pairs_hook=_object,
        )
    except UnicodeDecodeError:
        raise StrictJsonError([_error("body", "encoding", "不是 UTF-8 编码", "not UTF-8")]) from None
    except json.JSONDecodeError as error:
        raise StrictJsonError([_error("body", "json", "不是合法的 JSON", f"not JSON: {error}")]) from None
    if not isinstance(value, dict):
        raise StrictJsonError([_error("body", "json", "应为 JSON 对象", "must be a JSON object")])
    if errors := list(_faults(value, "")):
        raise StrictJsonError(errors)
    return value


def _too_deep(body: bytes) -> bool:
    # The parser recurses, so depth is judged before it runs; brackets inside strings do not count.
    depth = 0
    for token in _TOKENS.finditer(body):
        first = token.group()[:1]
        if first in b"[{":
            depth += 1
            if depth > MAX_DEPTH:
                return True
        elif first in b"]}":
            depth -= 1
    return False


def _number(text: str) -> Decimal | _Refused:
    return _TOO_LONG if len(text) > MAX_NUMBER_CHARS else Decimal(text)


def _integer(text: str) -> int | _Refused:
    return _TOO_LONG if len(text) > MAX_NUMBER_CHARS else int(text)


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found: dict[str, object] = {}
    for name, value in pairs:
        found[name] = _REPEATED if name in found else value
    return found


def _faults(value: object, path: str) -> Iterator[FieldError]:
    match value:
        case _Refused():
            yield _error(path, value.code, value.zh, value.en)
        case str():
            if _FORBIDDEN_TEXT.search(value):
                yield _error(
                    path,
                    "text",
                    "含有不允许的控制字符",
                    "holds control or direction characters that are not allowed",
                )
        case list():
            for index, item in enumerate(value):
                yield from _faults(item, f"{path}[{index}]")
        case dict():
            for name, item in value.items():
                if _FORBIDDEN_TEXT.search(name):
                    zh, en = "字段名含有不允许的字符", "a field's name holds characters that are not allowed"
                    yield _error(path or "body", "text", zh, en)
                yield from _faults(item, f"{path}.{name}" if path else name)


def _error(field: str, code: str, zh: str, en: str) -> FieldError:
    return FieldError(field, code, zh, en)
