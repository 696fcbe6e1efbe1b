"""Grades by measurement: a lot is given the best class whose every limit it meets.

Each attribute has one better side (a larger diameter, a smaller share of defects) and each limit bounds it from
the other side, so a better measurement can only meet more limits: it never lowers the grade, whatever the
limits are. What is missing, unknown or outside what can be measured is never guessed: no rank, for review.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from duijie_shared.taxonomy.grades import Grade, GradeScheme

LimitStatus = Literal["verified", "secondary", "sources_differ", "recalled", "planning"]

STATUSES: tuple[LimitStatus, ...] = ("verified", "secondary", "sources_differ", "recalled", "planning")
"""From the text of the standard itself to this project's own planning values; see docs/data.md."""


SHOWN = ".12g"
"""How values are written out in reasons: compared exactly, shown short, whatever was sent."""


@dataclass(frozen=True, slots=True)
class Attribute:
    """Something that is measured, in `unit`. Values lie from `lowest` to `highest`, both included."""

    code: str
    name_zh: str
    name_en: str
    unit: str
    better: Literal["higher", "lower"]
    lowest: Decimal
    highest: Decimal
    definition_zh: str
    definition_en: str

    def meets(self, value: Decimal, limit: Decimal) -> bool:
        """Whether a value is at the limit or on its better side."""
        return value >= limit if self.better == "higher" else value <= limit


@dataclass(frozen=True, slots=True)
class Limit:
    """The bound that one grade sets to one attribute, with the status and source of the figure."""

    attribute: str
    value: Decimal
    status: LimitStatus
    source: str
    note: str


@dataclass(frozen=True, slots=True)
class Reason:
    """One line of the grounds of a grade; `code` is stable, the sentences are not."""

    code: str
    zh: str
    en: str
    attribute: str | None = None


@dataclass(frozen=True, slots=True)
class MeasuredGrade:
    """The grade that measurements earn. `rank` (common scale, 5 best) and `grade` (code in the scheme) are None
    exactly when a person has to look (`review`). `status` is the weakest among the limits of this grade and of the
    better ones that it missed: below "secondary" the grade is not to be shown as an official one.
    """

    rank: int | None
    reasons: tuple[Reason, ...]
    review: bool
    grade: str | None = None
    status: LimitStatus | None = None


class LimitSet:
    """The limits of a scheme for some products, per grade, best first.

    `limits` maps a grade's code to its limits; an empty tuple takes whatever meets no better class, a grade
    that is absent is never given. Raises ValueError for a grade or an attribute that does not exist, for a
    better class with a laxer limit than a worse one, for a limit outside the attribute's range, and for a best
    class that is limited by nothing.
    """

    def __init__(
        self,
        scheme: GradeScheme,
        limits: Mapping[str, tuple[Limit, ...]],
        attributes: Mapping[str, Attribute],
    ) -> None:
        self.scheme = scheme
        unknown = limits.keys() - {grade.code for grade in scheme.grades}
        if unknown:
            raise ValueError(f"{scheme.code} has no grade {sorted(unknown)}")
        self.grades: tuple[tuple[Grade, tuple[Limit, ...]], ...] = tuple(
            (grade, limits[grade.code]) for grade in scheme.grades if grade.code in limits
        )
        used = {limit.attribute for _, row in self.grades for limit in row}
        if not used <= attributes.keys():
            raise ValueError(f"{scheme.code}: unknown attributes {sorted(used - attributes.keys())}")
        self.attributes = {code: attribute for code, attribute in attributes.items() if code in used}
        self._check()

    def grade(self, measurements: Mapping[str, object]) -> MeasuredGrade:
        """The best grade whose limits are all met.

        `measurements` maps attribute codes to numbers (Decimal, int or float) in the attribute's unit. Every
        attribute that any grade of the set limits must be there, whichever grade is earned.
        """
        values, problems = self._read(measurements)
        if problems:
            return MeasuredGrade(None, tuple(problems), review=True)
        missed: list[Reason] = []
        compared: list[LimitStatus] = []
        for grade, limits in self.grades:
            compared += [limit.status for limit in limits]
            failed = [limit for limit in limits if not self._met(limit, values)]
            if not failed:
                met = (self._reason("meets", grade, limit, values) for limit in limits)
                status = max(compared, key=STATUSES.index)
                return MeasuredGrade(
                    grade.rank,
                    (*met, *missed, *_status_reason(status)),
                    review=False,
                    grade=grade.code,
                    status=status,
                )
            missed = [self._reason("misses", grade, limit, values) for limit in failed]
        below = Reason(
            "below-scheme",
            f"未达到标准 {self.scheme.code} 的最低等级",
            f"is below the lowest class of {self.scheme.code}",
        )
        return MeasuredGrade(None, (below, *missed), review=True)

    def _read(self, measurements: Mapping[str, object]) -> tuple[dict[str, Decimal], list[Reason]]:
        values: dict[str, Decimal] = {}
        problems: list[Reason] = []
        for code, attribute in self.attributes.items():
            if measurements.get(code) is None:
                zh = f"缺少{attribute.name_zh} ({attribute.unit})"
                en = f"{attribute.name_en} ({attribute.unit}) is missing"
                problems.append(Reason("missing", zh, en, code))
                continue
            value = exact(measurements[code])
            if value is None or not attribute.lowest <= value <= attribute.highest:
                span = f"{attribute.lowest:f}–{attribute.highest:f} {attribute.unit}"
                zh = f"{attribute.name_zh}应为数字, {span}"
                en = f"{attribute.name_en} must be a number, {span}"
                problems.append(Reason("out-of-range", zh, en, code))
                continue
            values[code] = value
        return values, problems

    def _met(self, limit: Limit, values: Mapping[str, Decimal]) -> bool:
        return self.attributes[limit.attribute].meets(values[limit.attribute], limit.value)

    def _reason(self, code: str, grade: Grade, limit: Limit, values: Mapping[str, Decimal]) -> Reason:
        attribute = self.attributes[limit.attribute]
        sign = "≥" if attribute.better == "higher" else "≤"
        value, unit = values[limit.attribute], attribute.unit
        zh_class, en_class = grade.name_zh or grade.name_en or grade.code, grade.name_en or grade.code
        zh, en = ("符合", "meets") if code == "meets" else ("未达到", "misses")
        return Reason(
            code,
            f"{attribute.name_zh} {value:{SHOWN}} {unit}, {zh}{zh_class} ({sign} {limit.value:f})",
            f"{attribute.name_en} {value:{SHOWN}} {unit} {en} {en_class} ({sign} {limit.value:f})",
            limit.attribute,
        )

    def _check(self) -> None:
        if not self.grades or not self.grades[0][1]:
            raise ValueError(f"{self.scheme.code}: nothing limits the best class")
        for limit in (limit for _, row in self.grades for limit in row):
            attribute = self.attributes[limit.attribute]
            if not attribute.lowest <= limit.value <= attribute.highest:
                raise ValueError(f"{self.scheme.code}: {limit.attribute} can't be {limit.value}")
        for (better, strict), (worse, lax) in zip(self.grades, self.grades[1:], strict=False):
            bounds = {limit.attribute: limit.value for limit in strict}
            for limit in lax:
                bound = bounds.get(limit.attribute)
                if bound is None or not self.attributes[limit.attribute].meets(bound, limit.value):
                    raise ValueError(
                        f"{self.scheme.code}: {better.code} is laxer than {worse.code} in {limit.attribute}"
                    )


def exact(value: object) -> Decimal | None:
    """A finite number as the decimal that is written for it; None for anything else, booleans among it."""
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal)):
        return None
    number = Decimal(value) if isinstance(value, int) else Decimal(str(value))
    return number if number.is_finite() else None


def _status_reason(status: LimitStatus) -> tuple[Reason, ...]:
    if status == "planning":
        return (
            Reason(
                "planning-limits",
                "按本平台的参考界限评定, 不是官方等级",
                "by planning limits of this platform, no official grade",
            ),
        )
    if status in {"recalled", "sources_differ"}:
        return (
            Reason(
                "unverified-limits",
                "部分界限未经核实, 不可作为官方等级",
                "some limits are unverified: no official grade",
            ),
        )
    return ()
