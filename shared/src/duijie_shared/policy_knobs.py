"""The knobs of the policy, one by one, as `duijie_shared.events.policy` describes them."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal, get_args, get_origin

from duijie_shared.events.base import Contract
from duijie_shared.events.policy import Policy, Why

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo

Value = str | int | float


@dataclass(frozen=True, slots=True)
class Knob:
    """One number or text that staff may set. `path` is `section.name`; a text has no limits, and `options` where it is one
    of a few words (none: the code of a county list).
    """

    path: str
    kind: str
    unit: str
    default: Value
    least: float | None
    most: float | None
    options: tuple[str, ...]
    zh: str
    en: str

    @property
    def section(self) -> str:
        """The part of the policy that it is in."""
        return self.path.partition(".")[0]

    @property
    def name(self) -> str:
        """Its name within the section."""
        return self.path.partition(".")[2]

    def shown(self) -> dict[str, Any]:
        """As JSON."""
        return {**asdict(self), "options": list(self.options)}


@dataclass(frozen=True, slots=True)
class KnobChange:
    """One knob that differs between two versions."""

    knob: str
    old: Value
    new: Value


def value_of(policy: Policy, knob: Knob) -> Value:
    """What a policy sets a knob to."""
    found: Value = getattr(getattr(policy, knob.section), knob.name)
    return found


def changes(old: Policy, new: Policy) -> tuple[KnobChange, ...]:
    """The knobs in which two policies differ, in their order; versions are no knobs."""
    pairs = ((knob, value_of(old, knob), value_of(new, knob)) for knob in KNOBS)
    return tuple(KnobChange(knob.path, before, after) for knob, before, after in pairs if before != after)


def _knob(section: str, name: str, field: FieldInfo) -> Knob:
    (why,) = (each for each in field.metadata if isinstance(each, Why))
    least = [each.ge for each in field.metadata if hasattr(each, "ge")]
    most = [each.le for each in field.metadata if hasattr(each, "le")]
    return Knob(
        path=f"{section}.{name}",
        kind=_KINDS[type(field.default)],
        unit=why.unit,
        default=field.default,
        least=_number(least[0]) if least else None,
        most=_number(most[0]) if most else None,
        options=get_args(field.annotation) if get_origin(field.annotation) is Literal else (),
        zh=why.zh,
        en=why.en,
    )


_KINDS: dict[type, str] = {int: "integer", float: "number", str: "text"}


def _number(bound: Any) -> float:
    found: float = bound
    return found


def _sections() -> dict[str, type[Contract]]:
    kinds = ((name, field.annotation) for name, field in Policy.model_fields.items())
    return {name: kind for name, kind in kinds if isinstance(kind, type) and issubclass(kind, Contract)}


SECTIONS: dict[str, type[Contract]] = _sections()
KNOBS: tuple[Knob, ...] = tuple(
    _knob(section, name, field)
    for section, kind in SECTIONS.items()
    for name, field in kind.model_fields.items()
)
