"""A policy as staff write it, in TOML or JSON: the one parser and the one writer of both.

It is the whole policy: what it leaves out has its default. `version` may be there and is the file's own word.
"""

from __future__ import annotations

import difflib
import math
import tomllib
from collections.abc import Collection, Iterator, Mapping
from decimal import Decimal
from typing import Any

from duijie_shared.events.policy import Policy
from duijie_shared.policy_knobs import KNOBS, SECTIONS, Knob, Value, value_of
from duijie_shared.posting import FieldError

_KIND = {"integer": ("整数", "a whole number"), "number": ("数值", "a number"), "text": ("文本", "text")}
_CLOSE = 0.6
"""Likeness from which on a name is suggested, of 1 (difflib's ratio)."""
_LONGEST = 100
"""Characters of a name or value that a refusal repeats."""


class PolicyFileError(Exception):
    """A policy that cannot be used, with every setting that is to blame."""

    def __init__(self, errors: Collection[FieldError]) -> None:
        super().__init__("; ".join(f"{error.field}: {error.en}" for error in errors))
        self.errors = tuple(errors)


def policy_of_toml(content: bytes, lists: Collection[str]) -> Policy:
    """The policy of a TOML file; `lists` are the codes of the county lists there are.

    Raises
    ------
    PolicyFileError
        For a file that is no TOML, an unknown setting, or a value of the wrong type or out of its limits.
    """
    try:
        settings = tomllib.loads(content.decode("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise PolicyFileError(
            [FieldError("file", "unreadable", f"不是 TOML 文件: {error}", f"is no TOML: {error}")]
        ) from error
    return policy_of(settings, lists)


def policy_of(settings: Mapping[str, Any], lists: Collection[str]) -> Policy:
    """The policy of parsed settings; numbers may be `Decimal`. Raises as `policy_of_toml`."""
    errors = [*_unknown(settings), *_unacceptable(settings, lists)]
    if errors:
        raise PolicyFileError(errors)
    given = {
        section: {name: _plain(value) for name, value in found.items()}
        for section, found in settings.items()
        if section in SECTIONS
    }
    return Policy.model_validate({"version": settings.get("version", 1), **given})


def policy_toml(policy: Policy) -> str:
    """The policy as a file with the why of every knob as comments; read back it is the same policy."""
    lines = ["# 政策 · Policy", f"version = {policy.version}"]
    for section in SECTIONS:
        lines += ["", f"[{section}]"]
        for knob in KNOBS:
            if knob.section == section:
                lines += [f"# {knob.zh}", f"# {knob.en}", f"# {_said(knob)}"]
                lines.append(f"{knob.name} = {_written(value_of(policy, knob))}")
    return "\n".join(lines) + "\n"


def _said(knob: Knob) -> str:
    limits = "" if knob.least is None else f"; {knob.least} – {knob.most}"
    return f"{knob.unit}; 默认 default {_written(knob.default)}{limits}"


def _written(value: Value) -> str:
    # A list's code or a word is all that is text: letters, digits and hyphens.
    return f'"{value}"' if isinstance(value, str) else repr(value)


def _unknown(settings: Mapping[str, Any]) -> Iterator[FieldError]:
    for name, value in settings.items():
        if name == "version":
            continue
        if name not in SECTIONS:
            yield _no_such(name, [*SECTIONS], [knob.path for knob in KNOBS if knob.name == name])
        elif not isinstance(value, Mapping):
            zh, en = "应为一组设置", "must be a section of settings"
            yield FieldError(name, "not-a-section", zh, en)
        else:
            known = [knob.name for knob in KNOBS if knob.section == name]
            for inner in value:
                if inner not in known:
                    yield _no_such(f"{name}.{inner}", [f"{name}.{each}" for each in known], [])


def _no_such(path: str, known: list[str], elsewhere: list[str]) -> FieldError:
    close = elsewhere or difflib.get_close_matches(path[:_LONGEST], known, n=1, cutoff=_CLOSE)
    options = ", ".join(known)
    meant_zh, meant_en = (f"; 是否为 {close[0]}?", f"; did you mean {close[0]}?") if close else ("", "")
    zh, en = (
        f"没有该设置{meant_zh} 可用: {options}",
        f"there is no such setting{meant_en} There are: {options}",
    )
    return FieldError(path[:_LONGEST], "unknown-setting", zh, en)


def _unacceptable(settings: Mapping[str, Any], lists: Collection[str]) -> Iterator[FieldError]:
    version = settings.get("version", 1)
    if not _is_whole(version) or not 1 <= version < 2**31:
        zh, en = "应为从 1 起的整数", "must be a whole number from 1 on"
        yield FieldError("version", "not-a-version", zh, en)
    for knob in KNOBS:
        section = settings.get(knob.section)
        if isinstance(section, Mapping) and knob.name in section:
            yield from _faults(knob, section[knob.name], lists)


def _faults(knob: Knob, value: Any, lists: Collection[str]) -> Iterator[FieldError]:
    if not _is(knob.kind, value):
        zh, en = _KIND[knob.kind]
        yield FieldError(
            knob.path, f"not-{knob.kind}", f"应为{zh} ({knob.unit})", f"must be {en} ({knob.unit})"
        )
    elif knob.options:
        if value not in knob.options:
            words = ", ".join(knob.options)
            yield FieldError(knob.path, "not-an-option", f"应为其中之一: {words}", f"must be one of: {words}")
    elif knob.kind == "text":
        if value not in lists:
            options = ", ".join(lists)
            zh, en = f"没有该名单; 可用: {options}", f"there is no such list; there are: {options}"
            yield FieldError(knob.path, "unknown-designation", zh, en)
    elif knob.least is not None and knob.most is not None and not knob.least <= _plain(value) <= knob.most:
        limits = str(knob.least), str(knob.most)
        zh = f"应在 {limits[0]} 与 {limits[1]} 之间 ({knob.unit})"
        en = f"must be between {limits[0]} and {limits[1]} ({knob.unit})"
        yield FieldError(knob.path, "out-of-range", zh, en)


def _is(kind: str, value: Any) -> bool:
    match kind:
        case "text":
            return isinstance(value, str)
        case "integer":
            return _is_whole(value)
        case _:
            return _is_whole(value) or (isinstance(value, float | Decimal) and math.isfinite(value))


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _plain(value: Any) -> Any:
    # Judged as what it becomes: a decimal 0.01 lies below the float that is nearest to it.
    return float(value) if isinstance(value, Decimal) else value
