"""Demands above family level, "any leafy vegetable": which products answer one, and what it asks of each of them."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping
from functools import cache

from duijie_shared.posting.errors import FieldError, PostingError
from duijie_shared.posting.fields import Fields, Source
from duijie_shared.posting.grading import GradeBook
from duijie_shared.posting.orders import OrderTerms, parse_demand
from duijie_shared.taxonomy import Category, Product, taxonomy
from duijie_shared.taxonomy.units import unit

MOST_PRODUCTS = 100
"""Of one demand. Every hold or deal on one child writes and publishes all of them again, in its transaction, and every
one's market is cleared anew; the widest shelf of today, all vegetables, has 76."""


def category_of(fields: Mapping[str, object], source: Source) -> Category | None:
    """The category that the field `product` names; None for a product, an unknown word or no word at all."""
    text = Fields({"product": fields.get("product")}, ("product",), source).text("product")
    return None if text is None or taxonomy().find(text) else taxonomy().find_category(text)


@cache
def products_of(path: str) -> tuple[Product, ...]:
    """What a demand for the category asks for: its products sold by mass, without those that another one covers.

    One to a market as a rule; more where a market has several in the category and none is a variety of another (milk
    and yogurt). In the order of their codes; empty for what is no category.
    """
    held = _within(path)
    slugs = {product.slug for product in held}
    return tuple(
        product
        for product in held
        if product.dimension == "mass" and slugs.isdisjoint(taxonomy().lineage(product.slug)[1:])
    )


@cache
def left_out_of(path: str) -> tuple[str, ...]:
    """The slugs of its products that are sold by the piece or booked: a quantity in kg cannot ask for them."""
    return tuple(product.slug for product in _within(path) if product.dimension != "mass")


def parse_any_demand(
    fields: Mapping[str, object], *, source: Source, today: dt.date | None, grades: GradeBook | None = None
) -> OrderTerms:
    """As `parse_demand`, but `product` may name a category: then product and market are the category's path.

    A buyer's own grade scheme is for products, never for a category.
    """
    category = category_of(fields, source)
    if category is None:
        return parse_demand(fields, source=source, today=today, grades=grades)
    return _parse(fields, category, source, today)


def terms_for(product: Product, terms: OrderTerms) -> OrderTerms:
    """What a demand for a category asks of one product in it: the same in kg, in that product's market."""
    return dataclasses.replace(terms, product=product.slug, market=product.family)


def _parse(
    fields: Mapping[str, object], category: Category, source: Source, today: dt.date | None
) -> OrderTerms:
    """Judged as a demand for one of its products, and by what holds for all of them."""
    products = products_of(category.path)
    read = Fields(fields, tuple(fields), source)
    if not 0 < len(products) <= MOST_PRODUCTS:
        raise PostingError([_no_market(category, len(products))])
    _check_unit(read)
    _check_scheme(read, products)
    refused = {error.field for error in read.errors}
    try:
        terms = parse_demand({**fields, "product": products[0].slug}, source=source, today=today)
    except PostingError as error:
        read.errors.extend(each for each in error.errors if each.field not in refused)
    read.finish()
    return dataclasses.replace(terms, product=category.path, market=category.path)


def _check_unit(read: Fields) -> None:
    found = unit(read.text("unit") or "")
    if found is not None and found.dimension != "mass":
        read.refuse(
            "unit",
            "category-by-mass",
            "品类的需求只能用重量单位 (kg, t, 斤 等)",
            "of a demand for a category must be one of mass (kg, t, 斤 and so on)",
        )


def _check_scheme(read: Fields, products: tuple[Product, ...]) -> None:
    text = read.text("grade_scheme")
    scheme = None if text is None else taxonomy().scheme(text)
    if text is None or (scheme and all(taxonomy().scheme_fits(scheme, product) for product in products)):
        return
    read.refuse(
        "grade_scheme",
        "scheme-not-for-category",
        f"标准“{text}”不适用于该品类的全部产品; 请用通用等级 5-1 (留空)",
        f"{text!r} does not grade every product of the category; leave it empty for the common scale, 5-1",
    )


def _no_market(category: Category, count: int) -> FieldError:
    if count:
        return FieldError(
            "product",
            "category-too-wide",
            f"品类“{category.name_zh}”有 {count} 种产品, 超过 {MOST_PRODUCTS} 种; 请选下级品类",
            f"the category {category.path} has {count} products, more than {MOST_PRODUCTS}; name one below it",
        )
    return FieldError(
        "product",
        "category",
        f"品类“{category.name_zh}”没有按重量出售的产品, 请写明具体产品",
        f"nothing in the category {category.path} is sold by mass; name a product in it",
    )


def _within(path: str) -> tuple[Product, ...]:
    return tuple(each for each in taxonomy().products if f"{each.category}/".startswith(f"{path}/"))
