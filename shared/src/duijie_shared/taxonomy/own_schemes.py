"""A buyer's own grade scheme: its classes, where each stands on the common scale, and what it measures.

Held to the same rules as the schemes of this release: ranks never rise from a better class to a worse one, and a
better class is never laxer, so its crosswalk is monotone too.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from duijie_shared.taxonomy.book import taxonomy
from duijie_shared.taxonomy.crosswalk import attributes
from duijie_shared.taxonomy.grades import Grade, GradeScheme, ranks_by_word
from duijie_shared.taxonomy.measured import Limit, LimitSet, MeasuredGrade, Reason, exact
from duijie_shared.taxonomy.model import Product
from duijie_shared.words import folded

SCHEME_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{1,39}")
MOST_GRADES, MOST_PRODUCTS, LONGEST_NAME = 10, 50, 60
BEST_RANK, WORST_RANK = 5, 1


@dataclass(frozen=True, slots=True)
class SchemeProblem:
    """Why a scheme can't be taken; `field` is a path such as `grades.1.limits.brix`."""

    field: str
    code: str
    zh: str
    en: str


class SchemeRefusedError(Exception):
    """A scheme with everything that is wrong with it."""

    def __init__(self, problems: Sequence[SchemeProblem]) -> None:
        super().__init__("; ".join(f"{problem.field}: {problem.en}" for problem in problems))
        self.problems = tuple(problems)


@dataclass(frozen=True, slots=True)
class OwnScheme:
    """A scheme of one buyer. `limits` is None where its classes are words alone."""

    scheme: GradeScheme
    limits: LimitSet | None

    def rank(self, grade: str, product: Product) -> int | None:
        """The common rank of a class by its code or name; None for a class or product that it does not know."""
        return self.scheme.rank(grade) if self._fits(product) else None

    def grade(self, measurements: Mapping[str, object], product: Product) -> MeasuredGrade:
        """As `grade_by_measurements`: the best class whose limits are met, in doubt for review."""
        if self.limits is None or not self._fits(product):
            zh, en = f"没有适用于{product.name_zh}的界限", f"has no limits for {product.name_en}"
            return MeasuredGrade(None, (Reason("no-limits", zh, en),), review=True)
        strange = sorted(measurements.keys() - attributes().keys())
        if strange:
            zh, en = f"没有指标“{strange[0]}”", f"there is no attribute {strange[0]!r}"
            return MeasuredGrade(None, (Reason("unknown-attribute", zh, en, strange[0]),), review=True)
        return self.limits.grade(measurements)

    def _fits(self, product: Product) -> bool:
        return taxonomy().scheme_fits(self.scheme, product)


def own_scheme(body: Mapping[str, object]) -> OwnScheme:
    """The scheme that plain data state: `code`, `title`, `products` (any of their names) and `grades`, best first.

    Each grade has a `code`, may have `name_zh` and `name_en`, has its `rank` on the common scale (5 best) and may have
    `limits`: numbers by attribute code, in the attribute's unit. Limits never say "official": their status is
    "planning".

    Raises
    ------
    SchemeRefusedError
        Naming every field that cannot be taken.
    """
    read = _Reader()
    code = read.text(body, "code", "code")
    if code and (not SCHEME_CODE.fullmatch(code) or taxonomy().scheme(code) is not None):
        read.refuse(
            "code",
            "bad-code",
            "应为 2 至 40 个字母、数字、- 或 _, 且不与已有标准重复",
            "must be 2 to 40 letters, digits, - or _, and new",
        )
    title = read.text(body, "title", "title")
    products = read.products(body.get("products"))
    grades, limits = read.grades(body.get("grades"))
    read.finish()
    scheme = GradeScheme(
        code=code,
        authority="buyer",
        standard="",
        title=title,
        products=products,
        standard_status="not_applicable",
        names_status="not_applicable",
        source="",
        note="",
        grades=grades,
        _ranks=ranks_by_word(grades),
    )
    return OwnScheme(scheme, LimitSet(scheme, limits, attributes()) if any(limits.values()) else None)


class _Reader:
    """Fields of a scheme; problems are collected."""

    def __init__(self) -> None:
        self.problems: list[SchemeProblem] = []

    def refuse(self, field: str, code: str, zh: str, en: str) -> None:
        self.problems.append(SchemeProblem(field, code, zh, en))

    def finish(self) -> None:
        if self.problems:
            raise SchemeRefusedError(self.problems)

    def text(self, body: Mapping[str, object], name: str, path: str, *, required: bool = True) -> str:
        value = body.get(name)
        if value is None or value == "":
            if required:
                self.refuse(path, "required", "必填", "is required")
            return ""
        if not isinstance(value, str) or len(value) > LONGEST_NAME or not value.isprintable():
            self.refuse(
                path,
                "bad-text",
                f"应为不超过 {LONGEST_NAME} 字的文本",
                f"must be text of {LONGEST_NAME} characters at most",
            )
            return ""
        return value.strip()

    def products(self, value: object) -> tuple[str, ...]:
        if not isinstance(value, (list, tuple)) or not 0 < len(value) <= MOST_PRODUCTS:
            self.refuse(
                "products",
                "required",
                f"应列出 1 至 {MOST_PRODUCTS} 个产品",
                f"must list 1 to {MOST_PRODUCTS} products",
            )
            return ()
        found: dict[str, None] = {}
        for at, name in enumerate(value):
            product = taxonomy().find(name) if isinstance(name, str) else None
            if product is None:
                self.refuse(f"products.{at}", "unknown-product", "没有这个产品", "is no product")
            else:
                found[product.slug] = None
        return tuple(found)

    def grades(self, value: object) -> tuple[tuple[Grade, ...], dict[str, tuple[Limit, ...]]]:
        if not isinstance(value, (list, tuple)) or not 0 < len(value) <= MOST_GRADES:
            self.refuse(
                "grades",
                "required",
                f"应列出 1 至 {MOST_GRADES} 个等级",
                f"must list 1 to {MOST_GRADES} grades",
            )
            return (), {}
        grades: list[Grade] = []
        limits: dict[str, tuple[Limit, ...]] = {}
        for at, row in enumerate(value):
            path = f"grades.{at}"
            if not isinstance(row, Mapping):
                self.refuse(path, "bad-grade", "应为对象", "must be an object")
                continue
            grade = Grade(
                self.text(row, "code", f"{path}.code"),
                self.text(row, "name_zh", f"{path}.name_zh", required=False),
                self.text(row, "name_en", f"{path}.name_en", required=False),
                at + 1,
                self._rank(row.get("rank"), f"{path}.rank", grades),
            )
            if any(folded(grade.code) == folded(other.code) for other in grades):
                self.refuse(f"{path}.code", "repeated", "等级代码重复", "the code is repeated")
            better = limits[grades[-1].code] if grades else None
            grades.append(grade)
            limits[grade.code] = self._limits(row.get("limits"), f"{path}.limits", better)
        if any(limits.values()) and not limits[grades[0].code]:
            self.refuse("grades.0.limits", "required", "最高等级应有界限", "the best class must have limits")
        return tuple(grades), limits

    def _rank(self, value: object, path: str, better: Sequence[Grade]) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not WORST_RANK <= value <= BEST_RANK:
            self.refuse(path, "bad-rank", "应为 1 至 5 的整数 (5 最好)", "must be 1 to 5 (5 best)")
            return WORST_RANK
        if better and value > better[-1].rank:
            self.refuse(
                path, "rank-rises", "不能高于更好的等级", "must not be above that of the better class"
            )
        return value

    def _limits(self, value: object, path: str, better: tuple[Limit, ...] | None) -> tuple[Limit, ...]:
        if value is None:
            return ()
        if not isinstance(value, Mapping):
            self.refuse(path, "bad-limits", "应为对象", "must be an object")
            return ()
        stricter = {limit.attribute: limit.value for limit in better or ()}
        found: list[Limit] = []
        for name in value:
            attribute, number = attributes().get(str(name)), exact(value[name])
            if attribute is None:
                self.refuse(
                    f"{path}.{str(name)[:LONGEST_NAME]}",
                    "unknown-attribute",
                    "没有这个指标",
                    "is no attribute",
                )
            elif number is None or not attribute.lowest <= number <= attribute.highest:
                span = f"{attribute.lowest:f}–{attribute.highest:f} {attribute.unit}"
                self.refuse(
                    f"{path}.{name}", "out-of-range", f"应为数字, {span}", f"must be a number, {span}"
                )
            else:
                if better is not None and not _nested(attribute.code, number, stricter):
                    self.refuse(
                        f"{path}.{name}",
                        "stricter",
                        "不能严于更好的等级",
                        "must not be stricter than the better class",
                    )
                found.append(Limit(attribute.code, number, "planning", "", ""))
        return tuple(found)


def _nested(code: str, number: Decimal, stricter: Mapping[str, Decimal]) -> bool:
    return code in stricter and attributes()[code].meets(stricter[code], number)
