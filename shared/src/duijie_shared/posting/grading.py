"""The grade of an order: a class that was named, or the one that measurements earn."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from duijie_shared.posting.errors import UnknownGrade
from duijie_shared.posting.fields import Fields
from duijie_shared.taxonomy import (
    GradeScheme,
    MeasuredGrade,
    Product,
    attribute_words,
    grade_by_measurements,
    taxonomy,
)
from duijie_shared.taxonomy.own_schemes import OwnScheme
from duijie_shared.words import folded

OWN_PREFIX = "own:"
"""`own:<buyer's id or row key>/<code>`, with `@<version>` for another than the newest."""


@dataclass(frozen=True, slots=True)
class PostedGrade:
    """`rank` on the common scale (5 best), None for none; `measurements` as `code=value`, sorted."""

    rank: int | None
    scheme: str | None
    measurements: tuple[str, ...] = ()


class GradeBook(Protocol):
    """What is known beside the schemes of this release."""

    def own(self, reference: str) -> tuple[str, OwnScheme] | None:
        """The scheme that a buyer published and the reference that names this version of it for ever."""
        ...

    def mapped(self, unknown: UnknownGrade) -> int | None:
        """The common rank that staff have given to a class or to measurements; None where they have not."""
        ...


@dataclass(frozen=True, slots=True)
class _Scheme:
    """The scheme that a posting names: one of this release, a buyer's own, or neither."""

    name: str | None
    """As it is kept with the order; None for the common scale."""
    released: GradeScheme | None
    own: OwnScheme | None = None

    @property
    def known(self) -> bool:
        return self.released is not None or self.own is not None

    @property
    def key(self) -> str:
        """By which mappings of its classes are known, however it was spelled."""
        return self.released.code if self.released is not None and self.name else self.name or ""

    def rank(self, grade: str, product: Product) -> int | None:
        if self.own is not None:
            return self.own.rank(grade, product)
        return taxonomy().grade_rank(self.name or "", grade, product) if self.known else None

    def measure(self, measured: dict[str, Decimal], product: Product) -> MeasuredGrade:
        if self.own is not None:
            return self.own.grade(measured, product)
        return grade_by_measurements(self.key, measured, product)


def is_own(reference: str) -> bool:
    """Whether a text names a buyer's own scheme."""
    return folded(reference).startswith(OWN_PREFIX)


def grade_of(read: Fields, name: str, product: Product | None, grades: GradeBook | None) -> PostedGrade:
    """The grade of the fields `grade_scheme`, `name` and `measurements`; what is unknown is refused, never guessed.

    Without a book buyers' own schemes are unknown and nothing is mapped.
    """
    scheme = _scheme(read.text("grade_scheme"), grades)
    measured = _measurements(read)
    text = read.text(name)
    given = text is not None or bool(measured)
    if not scheme.known and (product is None or not given or is_own(scheme.name or "")):
        return _refuse_scheme(read, scheme)
    if product is None:
        return PostedGrade(None, scheme.name)
    named = _named(read, name, scheme, product, text, grades)
    if not measured:
        return PostedGrade(named, scheme.name)
    if scheme.known or text is None:
        named = _earned(read, name, scheme, product, measured, named, grades)
    return PostedGrade(named, scheme.name, _texts(measured))


def _scheme(text: str | None, grades: GradeBook | None) -> _Scheme:
    if text is not None and is_own(text):
        found = grades.own(text) if grades is not None else None
        return _Scheme(text, None) if found is None else _Scheme(found[0], None, found[1])
    return _Scheme(text, taxonomy().scheme(text or ""))


def _refuse_scheme(read: Fields, scheme: _Scheme) -> PostedGrade:
    read.refuse(
        "grade_scheme",
        "unknown-scheme",
        f"没有等级标准“{scheme.name}”",
        f"there is no grade scheme {scheme.name!r}",
    )
    return PostedGrade(None, scheme.name)


def _named(
    read: Fields,
    name: str,
    scheme: _Scheme,
    product: Product,
    text: str | None,
    grades: GradeBook | None,
) -> int | None:
    if text is None:
        return None
    rank = scheme.rank(text, product)
    if rank is None:
        rank = _mapped(read, UnknownGrade(scheme.key, text, (), product.slug), grades)
    if rank is None and not scheme.known:
        _refuse_scheme(read, scheme)
    elif rank is None:
        read.refuse(
            name,
            "unknown-grade",
            f"标准 {scheme.name or '5-1 (5 最好)'} 中没有适用于{product.name_zh}的等级“{text}”",
            f"the scheme {scheme.name or '5-1 (5 best)'} has no grade {text!r} for {product.name_en}",
        )
    return rank


def _earned(
    read: Fields,
    name: str,
    scheme: _Scheme,
    product: Product,
    measured: dict[str, Decimal],
    named: int | None,
    grades: GradeBook | None,
) -> int | None:
    """The rank that the measurements earn; a class named beside them may be lower, never better."""
    earned = scheme.measure(measured, product) if scheme.known else None
    if earned is None or earned.rank is None:
        if named is not None or read.has(name):
            return named
        rank = _mapped(read, UnknownGrade(scheme.key, "", _texts(measured), product.slug), grades)
        if rank is None:
            _refuse_measured(read, scheme, earned)
        return rank
    if named is not None and named > earned.rank:
        reasons_zh, reasons_en = _reasons(earned)
        read.refuse(
            name,
            "better-than-measured",
            f"高于实测所得的等级 {earned.rank}: {reasons_zh}",
            f"is better than the rank {earned.rank} that was measured: {reasons_en}",
        )
    return named or earned.rank


def _refuse_measured(read: Fields, scheme: _Scheme, earned: MeasuredGrade | None) -> None:
    if earned is None:
        _refuse_scheme(read, scheme)
        return
    reasons_zh, reasons_en = _reasons(earned)
    read.refuse("measurements", "not-graded", f"无法据此定级: {reasons_zh}", f"give no grade: {reasons_en}")


def _reasons(earned: MeasuredGrade) -> tuple[str, str]:
    return "; ".join(reason.zh for reason in earned.reasons), "; ".join(
        reason.en for reason in earned.reasons
    )


def _mapped(read: Fields, unknown: UnknownGrade, grades: GradeBook | None) -> int | None:
    rank = grades.mapped(unknown) if grades is not None else None
    if rank is None:
        read.unknown_grade = unknown
    return rank


def _measurements(read: Fields) -> dict[str, Decimal]:
    """Values by attribute code, from `diameter_mm=62` or `横径=62`."""
    values: dict[str, Decimal] = {}
    for quantity, value in read.pairs("measurements"):
        code = attribute_words().get(folded(quantity))
        if code is None:
            read.refuse(
                "measurements",
                "unknown-attribute",
                f"没有指标“{quantity}”",
                f"there is no attribute {quantity!r}",
            )
        else:
            values[code] = value
    return values


def _texts(measured: dict[str, Decimal]) -> tuple[str, ...]:
    return tuple(f"{code}={value:f}" for code, value in sorted(measured.items()))
