"""Grade schemes and their crosswalk to the common scale, 5 (best) to 1."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from duijie_shared.words import folded

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from duijie_shared.taxonomy.model import Product

COMMON_SCALE = "PLATFORM_5"
"""The scheme that an empty scheme stands for."""

CATEGORY_PREFIX = "category:"
ANY_PRODUCT = "*"

_COMMON_RANKS = {form: rank for rank in range(1, 6) for form in (str(rank), f"g{rank}")}


@dataclass(frozen=True, slots=True)
class Grade:
    """One class of a scheme. `ordinal` 1 is the scheme's best; `rank` is its place on the common scale."""

    code: str
    name_zh: str
    name_en: str
    ordinal: int
    rank: int


@dataclass(frozen=True, slots=True)
class GradeScheme:
    """A named scheme with its grades, best first.

    `products` are slugs, `category:<path>` for a whole category, or `*`. The two statuses say how far the
    standard's number and the grades' names are verified; `recalled` ones are not to be shown as official.
    """

    code: str
    authority: str
    standard: str
    title: str
    products: tuple[str, ...]
    standard_status: str
    names_status: str
    source: str
    note: str
    grades: tuple[Grade, ...]
    _ranks: Mapping[str, int] = field(repr=False, compare=False)

    def fits(self, product: Product, lineage: Iterable[str]) -> bool:
        """Whether the scheme grades this product; `lineage` is its slug and those of its ancestors."""
        if ANY_PRODUCT in self.products or any(slug in self.products for slug in lineage):
            return True
        return any(
            f"{product.category}/".startswith(f"{entry.removeprefix(CATEGORY_PREFIX)}/")
            for entry in self.products
            if entry.startswith(CATEGORY_PREFIX)
        )

    def rank(self, grade: str) -> int | None:
        """The common rank of a grade's code or its zh or en name; None for a word the scheme does not have."""
        return self._ranks.get(folded(grade))


def common_rank(grade: str) -> int | None:
    """The rank that a grade names on the common scale: "1" to "5", or G1 to G5; None for anything else."""
    return _COMMON_RANKS.get(folded(grade))


def ranks_by_word(grades: Iterable[Grade]) -> dict[str, int]:
    """Every word that names a grade, folded, with its rank. A code wins over another grade's name."""
    ranks: dict[str, int] = {}
    rows = tuple(grades)
    for words in ((g.code for g in rows), (g.name_zh for g in rows), (g.name_en for g in rows)):
        for word, grade in zip(words, rows, strict=True):
            if word:
                ranks.setdefault(folded(word), grade.rank)
    return ranks
