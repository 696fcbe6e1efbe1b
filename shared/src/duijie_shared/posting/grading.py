"""The grade of an order: a class that was named, or the one that measurements earn."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from duijie_shared.posting.fields import Fields
from duijie_shared.taxonomy import Product, attributes, grade_by_measurements, taxonomy
from duijie_shared.words import folded


@dataclass(frozen=True, slots=True)
class PostedGrade:
    """`rank` on the common scale (5 best), None for none; `measurements` as `code=value`, sorted."""

    rank: int | None
    scheme: str | None
    measurements: tuple[str, ...] = ()


def grade_of(read: Fields, name: str, product: Product | None) -> PostedGrade:
    """The grade of the fields `grade_scheme`, `name` and `measurements`; what is unknown is refused, never guessed."""
    scheme = read.text("grade_scheme")
    if scheme is not None and taxonomy().scheme(scheme) is None:
        read.refuse(
            "grade_scheme",
            "unknown-scheme",
            f"没有等级标准“{scheme}”",
            f"there is no grade scheme {scheme!r}",
        )
        return PostedGrade(None, scheme)
    measured = _measurements(read)
    if product is None:
        return PostedGrade(None, scheme)
    named = _named(read, name, scheme, product)
    if not measured:
        return PostedGrade(named, scheme)
    return PostedGrade(_earned(read, name, scheme, product, measured, named), scheme, _texts(measured))


def _named(read: Fields, name: str, scheme: str | None, product: Product) -> int | None:
    text = read.text(name)
    if text is None:
        return None
    rank = taxonomy().grade_rank(scheme or "", text, product)
    if rank is None:
        read.refuse(
            name,
            "unknown-grade",
            f"标准 {scheme or '5-1 (5 最好)'} 中没有适用于{product.name_zh}的等级“{text}”",
            f"the scheme {scheme or '5-1 (5 best)'} has no grade {text!r} for {product.name_en}",
        )
    return rank


def _earned(
    read: Fields,
    name: str,
    scheme: str | None,
    product: Product,
    measured: dict[str, Decimal],
    named: int | None,
) -> int | None:
    """The rank that the measurements earn; a class named beside them may be lower, never better."""
    found = taxonomy().scheme(scheme or "")
    earned = grade_by_measurements("" if found is None else found.code, measured, product)
    reasons_zh = "; ".join(reason.zh for reason in earned.reasons)
    reasons_en = "; ".join(reason.en for reason in earned.reasons)
    if earned.rank is None:
        if named is None:
            read.refuse(
                "measurements", "not-graded", f"无法据此定级: {reasons_zh}", f"give no grade: {reasons_en}"
            )
        return named
    if named is not None and named > earned.rank:
        read.refuse(
            name,
            "better-than-measured",
            f"高于实测所得的等级 {earned.rank}: {reasons_zh}",
            f"is better than the rank {earned.rank} that was measured: {reasons_en}",
        )
    return named or earned.rank


def _measurements(read: Fields) -> dict[str, Decimal]:
    """Values by attribute code, from `diameter_mm=62` or `横径=62`."""
    known = {
        folded(word): code for code, one in attributes().items() for word in (code, one.name_zh, one.name_en)
    }
    values: dict[str, Decimal] = {}
    for quantity, value in read.pairs("measurements"):
        code = known.get(folded(quantity))
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
