"""Demands for a category: which products they ask for, and what is refused of them by name."""

from __future__ import annotations

from typing import Any

import pytest
from duijie_shared.posting import PostingError, categories, parse_demand
from duijie_shared.posting.categories import (
    MOST_PRODUCTS,
    category_of,
    left_out_of,
    parse_any_demand,
    products_of,
    terms_for,
)
from duijie_shared.taxonomy import taxonomy
from postings import DEMAND, TODAY, a_demand, fields, refusals

LEAFY = "vegetables/leafy"


def parsed(**changes: Any) -> Any:
    """The terms of a demand for leafy vegetables, with changes."""
    return parse_any_demand(fields(DEMAND, "json", {"product": LEAFY, **changes}), source="json", today=TODAY)


def refused(**changes: Any) -> list[tuple[str, str]]:
    """What is refused of it."""
    with pytest.raises(PostingError) as caught:
        parsed(**changes)
    return refusals(caught.value)


@pytest.mark.parametrize("word", [LEAFY, "叶菜", "Vegetables/Leafy"])
def test_a_category_is_known_by_its_words(word: str) -> None:
    """Its path, its name, in any case; the terms name the path, as product and as market."""
    terms = parsed(product=word)
    assert (terms.product, terms.market, terms.quantity) == (LEAFY, LEAFY, 30_000_000)


@pytest.mark.parametrize(("most", "code"), [(0, None), (-1, "category-too-wide")])
def test_a_category_may_have_as_many_products_as_a_demand_may_ask_for(
    monkeypatch: pytest.MonkeyPatch, most: int, code: str | None
) -> None:
    """Exactly the limit is taken; one more is refused, with the way out."""
    limit = len(products_of(LEAFY)) + most
    monkeypatch.setattr(categories, "MOST_PRODUCTS", limit)
    if code is None:
        assert parsed().product == LEAFY
    else:
        assert refused() == [("product", code)]


@pytest.mark.parametrize("word", ["potato", "土豆", "no such thing", None, 5, ""])
def test_what_names_a_product_or_nothing_is_no_category(word: object) -> None:
    """And is judged like any demand."""
    assert category_of({"product": word}, "json") is None
    if word in {"potato", "土豆"}:
        assert parsed(product=word) == a_demand(product=word)


@pytest.mark.parametrize("category", taxonomy().category_tree, ids=lambda found: found.path)
def test_every_product_of_a_category_is_asked_for_once_or_named_as_left_out(category: Any) -> None:
    """By itself or by the product that it is a variety of; never twice; no category is wider than a demand may be."""
    asked = [product.slug for product in products_of(category.path)]
    assert len(asked) <= MOST_PRODUCTS
    for product in taxonomy().products:
        if f"{product.category}/".startswith(f"{category.path}/"):
            covering = [slug for slug in taxonomy().lineage(product.slug) if slug in asked]
            left_out = product.slug in left_out_of(category.path)
            assert len(covering) == (0 if left_out else 1), product.slug
            assert left_out == (product.dimension != "mass")


def test_a_market_with_two_products_of_the_category_is_asked_for_both() -> None:
    """Milk and yogurt are one market, and no demand for the one takes the other."""
    markets = [product.family for product in products_of("dairy")]
    assert markets.count("raw_milk") > 1


def test_each_product_is_asked_for_the_same_in_its_own_market() -> None:
    """As if a demand for it had been posted."""
    terms = parsed(unit="斤", bid_price=2.5, quantity=60_000, min_lot=100)
    for product in products_of(LEAFY):
        alone = parse_demand(
            {
                **DEMAND,
                "product": product.slug,
                "unit": "斤",
                "bid_price": 2.5,
                "quantity": 60_000,
                "min_lot": 100,
            },
            source="json",
            today=TODAY,
        )
        assert terms_for(product, terms) == alone


def test_only_units_of_mass_are_common_to_a_category() -> None:
    """A box with its weight is one; a piece is none, even where each product of it has a weight."""
    assert parsed(unit="箱(10kg)").quantity == 300_000
    assert refused(unit="个") == [("unit", "category-by-mass")]
    assert refused(product="poultry_eggs/eggs", unit="枚") == [("unit", "category-by-mass")]
    assert refused(unit="个(5kg)") == [("unit", "unknown-unit")]


def test_a_grade_is_of_the_common_scale_or_of_a_scheme_for_all() -> None:
    """A scheme of one product of the category is refused by name; what is graded by none, too."""
    assert parsed(min_grade=4).grade == 4
    for scheme in taxonomy().grade_schemes.values():
        fits = all(taxonomy().scheme_fits(scheme, product) for product in products_of(LEAFY))
        grade = scheme.grades[0].code
        if fits:
            assert parsed(grade_scheme=scheme.code, min_grade=grade).grade == scheme.grades[0].rank
        else:
            found = refused(grade_scheme=scheme.code, min_grade=grade)
            assert found[0] == ("grade_scheme", "scheme-not-for-category")
    assert refused(grade_scheme="no such scheme")[0] == ("grade_scheme", "scheme-not-for-category")


@pytest.mark.parametrize("category", ["handicrafts", "services/lodging"])
def test_a_category_without_goods_by_mass_is_refused_by_name(category: str) -> None:
    """There is nothing that a quantity in kg could ask for."""
    assert refused(product=category) == [("product", "category")]


def test_all_faults_are_named_at_once() -> None:
    """Those of the category and those that any demand may have."""
    found = refused(grade_scheme="no such scheme", quantity=-1, colour="green")
    assert set(found) == {
        ("grade_scheme", "scheme-not-for-category"), ("quantity", "too-small"), ("colour", "unknown"),
    }  # fmt: skip


def test_files_name_products() -> None:
    """What files and `duijie match` read refuses a category by its name, as before."""
    with pytest.raises(PostingError) as caught:
        a_demand("text", product=LEAFY)
    assert refusals(caught.value) == [("product", "category")]
