"""From measurements to the common scale, by the limits that this release knows for each scheme."""

from __future__ import annotations

from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, cast

from duijie_shared.taxonomy.book import taxonomy
from duijie_shared.taxonomy.grades import ANY_PRODUCT, CATEGORY_PREFIX, COMMON_SCALE
from duijie_shared.taxonomy.load import rows
from duijie_shared.taxonomy.measured import Attribute, Limit, LimitSet, LimitStatus, MeasuredGrade, Reason
from duijie_shared.words import folded

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Literal

    from duijie_shared.taxonomy.model import Product


def grade_by_measurements(scheme: str, measurements: Mapping[str, object], product: Product) -> MeasuredGrade:
    """The grade that measured values earn under a scheme, on the common scale.

    Parameters
    ----------
    scheme
        A scheme's code or standard number; empty is the common scale with this project's planning limits.
    measurements
        Attribute codes with numbers in the attribute's own unit (`attributes()` lists both). Attributes that
        exist but that the scheme does not limit change nothing.
    product
        Decides which limits of the scheme hold: those nearest to it among its own, its ancestors', its
        categories' and the scheme's for all its products.

    Returns
    -------
    MeasuredGrade
        Without rank and for review when the scheme is unknown, does not grade the product or has no limits
        for it, and when a measurement is missing, of an unknown attribute or impossible.
    """
    known = taxonomy()
    found = known.scheme(scheme)
    if found is None:
        return _review("unknown-scheme", f"没有等级标准“{scheme}”", f"there is no grade scheme {scheme!r}")
    if not known.scheme_fits(found, product):
        return _review(
            "scheme-does-not-fit",
            f"标准 {found.code} 不适用于{product.name_zh}",
            f"the scheme {found.code} does not grade {product.name_en}",
        )
    limits = limits_for(found.code, product)
    if limits is None:
        return _review(
            "no-limits",
            f"标准 {found.code} 对{product.name_zh}没有可用的界限 (或须写明品种)",
            f"no limits of {found.code} are known for {product.name_en} (or its variety must be named)",
        )
    strange = sorted(measurements.keys() - attributes().keys())
    if strange:
        return MeasuredGrade(
            None,
            tuple(
                Reason("unknown-attribute", f"没有指标“{code}”", f"there is no attribute {code!r}", code)
                for code in strange
            ),
            review=True,
        )
    return limits.grade(measurements)


def limits_for(scheme: str, product: Product) -> LimitSet | None:
    """The limits of a scheme (by its code, empty for the common scale) that hold for a product, nearest first."""
    sets = _limit_sets().get(scheme or COMMON_SCALE, {})
    return next((sets[scope] for scope in _scopes(product) if scope in sets), None)


@cache
def attributes() -> Mapping[str, Attribute]:
    """Every attribute that can be measured, by its code."""
    return {
        row["attribute"]: Attribute(
            code=row["attribute"],
            name_zh=row["name_zh"],
            name_en=row["name_en"],
            unit=row["unit"],
            better=cast("Literal['higher', 'lower']", row["better"]),
            lowest=Decimal(row["lowest"]),
            highest=Decimal(row["highest"]),
            definition_zh=row["definition_zh"],
            definition_en=row["definition_en"],
        )
        for row in rows("attributes.csv")
    }


@cache
def attribute_words() -> Mapping[str, str]:
    """Attribute codes by every word for them, folded: the code itself and both names."""
    return {
        folded(word): code for code, one in attributes().items() for word in (code, one.name_zh, one.name_en)
    }


def limit_sets() -> Iterator[tuple[str, str, LimitSet]]:
    """Every scheme's code with a scope (slug, `category:<path>` or `*`) and the limits that hold there."""
    return (
        (scheme, scope, limits) for scheme, sets in _limit_sets().items() for scope, limits in sets.items()
    )


def _scopes(product: Product) -> Iterator[str]:
    yield from taxonomy().lineage(product.slug)
    path = product.category
    while path:
        yield f"{CATEGORY_PREFIX}{path}"
        path = path.rpartition("/")[0]
    yield ANY_PRODUCT


@cache
def _limit_sets() -> Mapping[str, Mapping[str, LimitSet]]:
    """By scheme and scope, read on the first call; ValueError where the file contradicts the taxonomy or itself."""
    schemes = taxonomy().grade_schemes
    read: dict[tuple[str, str], dict[str, tuple[Limit, ...]]] = {}
    for row in rows("grade_limits.csv"):
        for scheme in row["schemes"].split(";"):
            for scope in (row["products"] or ANY_PRODUCT).split(";"):
                grades = read.setdefault((scheme, scope), {})
                earlier = grades.setdefault(row["grade"], ())
                if row["attribute"]:
                    grades[row["grade"]] = (*earlier, _limit(row))
    sets: dict[str, dict[str, LimitSet]] = {}
    for (scheme, scope), grades in read.items():
        _check_scope(scope)
        sets.setdefault(scheme, {})[scope] = LimitSet(schemes[scheme], grades, attributes())
    return sets


def _limit(row: Mapping[str, str]) -> Limit:
    status = cast("LimitStatus", row["status"])
    return Limit(row["attribute"], Decimal(row["limit"]), status, row["source"], row["note"])


def _check_scope(scope: str) -> None:
    path = scope.removeprefix(CATEGORY_PREFIX)
    known = path in taxonomy().categories if path != scope else scope == ANY_PRODUCT
    if not known:
        taxonomy().product(scope)


def _review(code: str, zh: str, en: str) -> MeasuredGrade:
    return MeasuredGrade(None, (Reason(code, zh, en),), review=True)
