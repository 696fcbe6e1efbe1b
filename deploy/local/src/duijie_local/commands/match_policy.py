"""A policy file: TOML with the knobs of `duijie_shared.events.policy.Policy`, everything else refused."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING, Any, TypeGuard

from duijie_shared.events.base import Contract
from duijie_shared.events.policy import Policy
from duijie_shared.geography import designations
from duijie_shared.posting import FieldError
from pydantic import ValidationError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class PolicyFileError(Exception):
    """A policy file that cannot be used, with every setting that is to blame."""

    def __init__(self, errors: list[FieldError]) -> None:
        super().__init__("; ".join(f"{error.field}: {error.en}" for error in errors))
        self.errors = tuple(errors)


def read_policy(path: Path) -> Policy:
    """The policy of a TOML file; what it does not set keeps its default.

    Raises
    ------
    PolicyFileError
        For a file that is no TOML, an unknown setting, or a value of the wrong type or range.
    """
    try:
        settings = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise PolicyFileError(
            [FieldError("file", "unreadable", f"不是 TOML 文件: {error}", f"is no TOML: {error}")]
        ) from error
    unknown = list(_unknown(settings, Policy, ()))
    if unknown:
        raise PolicyFileError(unknown)
    try:
        policy = Policy.model_validate(settings)
    except ValidationError as error:
        raise PolicyFileError([_refused(dict(fault)) for fault in error.errors()]) from error
    known = designations().lists
    if policy.tilt.designation not in known:
        options = ", ".join(known)
        zh, en = f"没有该名单; 可用: {options}", f"there is no such list; there are: {options}"
        raise PolicyFileError([FieldError("tilt.designation", "unknown-designation", zh, en)])
    return policy


def _unknown(settings: dict[str, Any], kind: type[Contract], above: tuple[str, ...]) -> Iterator[FieldError]:
    for name, value in settings.items():
        known = kind.model_fields.get(name)
        path = ".".join((*above, name))
        if known is None:
            options = ", ".join(kind.model_fields)
            zh, en = f"没有该设置; 可用: {options}", f"there is no such setting; there are: {options}"
            yield FieldError(path, "unknown-setting", zh, en)
        elif isinstance(value, dict) and _is_section(known.annotation):
            yield from _unknown(value, known.annotation, (*above, name))


def _is_section(kind: object) -> TypeGuard[type[Contract]]:
    return isinstance(kind, type) and issubclass(kind, Contract)


def _refused(fault: dict[str, Any]) -> FieldError:
    path = ".".join(str(part) for part in fault["loc"])
    return FieldError(path, str(fault["type"]), f"取值不可用: {fault['msg']}", str(fault["msg"]))
