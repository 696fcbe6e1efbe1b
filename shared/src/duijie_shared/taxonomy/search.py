"""Search over products."""

from __future__ import annotations

from functools import cache

from duijie_shared.names import Hit, Named, NameIndex
from duijie_shared.names.pinyin import syllables
from duijie_shared.taxonomy.book import taxonomy
from duijie_shared.taxonomy.model import Product


def search_products(text: str, limit: int = 10) -> tuple[Hit[Product], ...]:
    """Products whose names, synonyms, code, pinyin or initials a text begins or nearly is, best first.

    Among equals products come before their varieties, then by code.
    """
    return _index().search(text, limit)


@cache
def _index() -> NameIndex[Product]:
    ordered = sorted(taxonomy().products, key=lambda product: (product.parent is not None, product.code))
    return NameIndex(
        Named(
            product,
            names=(product.name_zh, *product.synonyms_zh, product.name_en, *product.synonyms_en),
            readings=tuple((name, syllables(name)) for name in (product.name_zh, *product.synonyms_zh)),
            codes=(product.code, product.slug),
        )
        for product in ordered
    )
