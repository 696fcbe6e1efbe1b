"""The taxonomy as one object, read once when it is first asked for."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from duijie_shared.taxonomy.grades import CATEGORY_PREFIX, COMMON_SCALE, GradeScheme, common_rank
from duijie_shared.taxonomy.load import load_categories, load_grade_schemes, load_products
from duijie_shared.words import folded

if TYPE_CHECKING:
    from collections.abc import Mapping

    from duijie_shared.taxonomy.model import Category, Product


class Taxonomy:
    """Look-ups over products, categories and grade schemes.

    Raises ValueError when the data contradict themselves: a word that names two products, a variety
    outside its parent's family, a family without its head.
    """

    def __init__(
        self,
        products: tuple[Product, ...],
        categories: tuple[Category, ...],
        grade_schemes: tuple[GradeScheme, ...],
    ) -> None:
        self.products = products
        self.category_tree = categories
        self.categories: Mapping[str, Category] = _words_of_categories(categories)
        """Every word that names a category and no product: paths as they are, and folded paths, names and synonyms."""
        self.grade_schemes: Mapping[str, GradeScheme] = {scheme.code: scheme for scheme in grade_schemes}
        self._by_slug = {product.slug: product for product in products}
        self._by_word = _words_of_products(products)
        self._children: dict[str, tuple[str, ...]] = {}
        for product in products:
            if product.parent is not None:
                self._children[product.parent] = (*self._children.get(product.parent, ()), product.slug)
        self._schemes = {
            folded(word): scheme
            for scheme in reversed(grade_schemes)
            for word in (scheme.standard, scheme.code)
            if word
        }
        clash = self.categories.keys() & self._by_word.keys()
        if clash:
            raise ValueError(f"words that name both a category and a product: {sorted(clash)}")
        self._check()

    def product(self, slug: str) -> Product:
        """The product of this slug; KeyError where there is none."""
        return self._by_slug[slug]

    def find(self, text: str) -> Product | None:
        """The product that a code, slug, zh or en name or synonym names, whatever its case and width; else None."""
        return self._by_word.get(folded(text))

    def find_category(self, text: str) -> Category | None:
        """The category that a path, name or synonym names; None for a word that names a product or nothing."""
        return self.categories.get(folded(text))

    def lineage(self, slug: str) -> tuple[str, ...]:
        """The product's slug and those of its ancestors, nearest first; KeyError for an unknown slug."""
        product = self._by_slug[slug]
        return (slug,) if product.parent is None else (slug, *self.lineage(product.parent))

    def is_descendant(self, slug: str, ancestor: str) -> bool:
        """Whether `slug` is `ancestor` or a variety below it: whether a demand for `ancestor` accepts it."""
        return ancestor in self.lineage(slug)

    def children(self, slug: str) -> tuple[str, ...]:
        """The slugs of the product's varieties, in the order of their codes."""
        return self._children.get(slug, ())

    def scheme(self, text: str) -> GradeScheme | None:
        """The grade scheme of this code or standard number; an empty text is the common scale."""
        return self._schemes.get(folded(text) or folded(COMMON_SCALE))

    def scheme_fits(self, scheme: GradeScheme, product: Product) -> bool:
        """Whether the scheme grades the product, itself or through an ancestor or category."""
        return scheme.fits(product, self.lineage(product.slug))

    def grade_rank(self, scheme: str, grade: str, product: Product) -> int | None:
        """The common rank, 5 best, of a grade as posted.

        An empty scheme is the common scale, where only 1 to 5 and G1 to G5 are grades. None where the scheme
        is unknown, does not grade this product, or has no such grade: an unknown mapping is never guessed.
        """
        if not scheme.strip():
            return common_rank(grade)
        found = self.scheme(scheme)
        if found is None or not self.scheme_fits(found, product):
            return None
        return found.rank(grade)

    def _check(self) -> None:
        paths = {category.path for category in self.category_tree}
        for product in self.products:
            head = self._by_slug.get(product.family)
            if head is None or not head.is_head:
                raise ValueError(f"{product.slug}: family {product.family} has no head")
            if product.parent is not None and self._by_slug[product.parent].family != product.family:
                raise ValueError(f"{product.slug}: not in the family of its parent {product.parent}")
            if product.category not in paths:
                raise ValueError(f"{product.slug}: unknown category {product.category}")
        for scheme in self.grade_schemes.values():
            for entry in scheme.products:
                slug, path = entry, entry.removeprefix(CATEGORY_PREFIX)
                if entry != "*" and slug not in self._by_slug and (path == entry or path not in paths):
                    raise ValueError(f"grade scheme {scheme.code}: unknown product {entry}")


def _words_of_products(products: tuple[Product, ...]) -> dict[str, Product]:
    words: dict[str, Product] = {}
    for product in products:
        for word in (
            product.code,
            product.slug,
            product.name_zh,
            product.name_en,
            *product.synonyms_zh,
            *product.synonyms_en,
        ):
            other = words.setdefault(folded(word), product)
            if other is not product:
                raise ValueError(f"{word!r} names both {other.slug} and {product.slug}")
    return words


def _words_of_categories(categories: tuple[Category, ...]) -> dict[str, Category]:
    words = {category.path: category for category in categories}
    for category in categories:
        for word in (category.path, category.name_zh, category.name_en, *category.synonyms):
            other = words.setdefault(folded(word), category)
            if other is not category:
                raise ValueError(f"{word!r} names both {other.path} and {category.path}")
    return words


@cache
def taxonomy() -> Taxonomy:
    """The taxonomy of this release, read on the first call and kept."""
    return Taxonomy(load_products(), load_categories(), load_grade_schemes())
