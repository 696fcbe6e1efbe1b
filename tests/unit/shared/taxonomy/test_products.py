"""The products of this release: their names are unambiguous and their markets are whole."""

from __future__ import annotations

import subprocess
import sys

import pytest
from duijie_shared.taxonomy import Category, Product, Taxonomy, taxonomy

PROCESSED_IN_MARKET = {
    "soybean_oil": "soybean", "rapeseed_oil": "rapeseed", "peanut_oil": "peanut_shell", "camellia_oil": "camellia_seed",
    "sesame_oil": "sesame", "wheat_flour": "wheat", "potato_starch": "potato", "sweet_potato_starch": "sweet_potato",
    "vermicelli": "sweet_potato", "rice_noodle": "paddy_rice", "dried_tofu_skin": "soybean", "tofu": "soybean",
    "pickled_mustard": "zha_cai_fresh", "chili_sauce": "chili_fresh", "brown_sugar": "sugarcane", "cured_pork": "live_pig",
    "dry_cured_ham": "live_pig", "sausage": "live_pig", "dried_yak_meat": "live_cattle", "salted_duck_egg": "duck_egg",
    "preserved_egg": "duck_egg", "frozen_vegetables": "frozen_vegetables", "tomato_paste": "tomato", "apple_juice": "apple",
    "rice_milled": "paddy_rice", "shiitake_dried": "shiitake_fresh", "walnut_kernel": "walnut", "raisin": "grape",
}  # fmt: skip


def product(slug: str, *, family: str | None = None, parent: str | None = None, synonym: str = "") -> Product:
    """A made product of the category "fruit"."""
    return Product(
        code=slug.upper(),
        slug=slug,
        name_zh=f"{slug} 名",
        name_en=f"{slug} name",
        category="fruit",
        parent=parent,
        family=family or slug,
        dimension="mass",
        pricing_unit="kg",
        grams_per_piece=None,
        temperature="ambient",
        shelf_life_days=None,
        max_transport_hours=None,
        harvest_months=(),
        synonyms_zh=(synonym,) if synonym else (),
    )


def book(*products: Product) -> Taxonomy:
    return Taxonomy(products, (Category("fruit", "水果", "Fruit"),), ())


def test_base_table_and_its_extension_are_all_there() -> None:
    """The 300 products of the reference table, with varieties, crafts and services beside them."""
    products = taxonomy().products
    assert sum(p.status == "rule_of_thumb" for p in products) == 300
    assert {p.dimension for p in products} == {"mass", "piece", "booking"}
    assert {p.pricing_unit for p in products} == {"kg", "piece", "room-night", "seat"}
    assert all(p.grams_per_piece for p in products if p.dimension == "piece")


def test_codes_slugs_and_names_are_unique() -> None:
    """No two products share a code, a slug, or a name in one language."""
    products = taxonomy().products
    for names in ("code", "slug", "name_zh", "name_en"):
        assert len({getattr(p, names) for p in products}) == len(products), names


def test_every_word_finds_exactly_its_product() -> None:
    """Each code, slug, name and synonym finds the product that carries it: none belongs to two."""
    known = taxonomy()
    for p in known.products:
        for word in (p.code, p.slug, p.name_zh, p.name_en, *p.synonyms_zh, *p.synonyms_en):
            assert known.find(word) is p, word


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("土豆", "potato"), ("洋芋", "potato"), ("西红柿", "tomato"), ("GARLIC", "garlic"), ("Walnut", "walnut"),
        ("葱头", "onion"), ("ＶＥＧ００１", "potato"), ("veg001", "potato"), ("  sweet   potato ", "sweet_potato"),
        ("Sweet_Potato", "sweet_potato"), ("红富士", "fuji_apple"), ("香菇（干）", "shiitake_dried"),
        ("苗绣", "miao_embroidery"), ("农家乐", "farm_stay"),
    ],
)  # fmt: skip
def test_people_find_products_by_their_own_words(text: str, slug: str) -> None:
    """Codes, slugs, names and synonyms in zh and en, whatever their case, width and blanks."""
    found = taxonomy().find(text)
    assert found is not None
    assert found.slug == slug


@pytest.mark.parametrize("text", ["", "蔬菜", "fruit", "unobtainium", "香菇"])
def test_what_names_no_single_product_is_not_guessed(text: str) -> None:
    """Categories, unknown words and words of two products (fresh and dried shiitake) find nothing."""
    assert taxonomy().find(text) is None


@pytest.mark.parametrize("text", ["蔬菜", "叶菜", "fruit", "Leafy vegetables", "cereals_oil", "cereals oil"])
def test_categories_are_known_as_such(text: str) -> None:
    """A category is recognised, so that a demand for one can be refused by its name."""
    assert taxonomy().find_category(text) is not None
    assert text.casefold() in taxonomy().categories


def test_every_family_has_its_head_and_every_variety_its_parents_market() -> None:
    """A market is named by a product of its own; a variety trades where its parent does."""
    known = taxonomy()
    for p in known.products:
        assert known.product(p.family).is_head
        if p.parent is not None:
            assert known.product(p.parent).family == p.family
            assert known.product(p.parent).dimension == p.dimension


@pytest.mark.parametrize(("slug", "market"), PROCESSED_IN_MARKET.items())
def test_processed_goods_meet_in_the_market_of_their_main_ingredient(slug: str, market: str) -> None:
    """Raw product and what is made of it share a market, so that a processing leg stays within it."""
    assert taxonomy().product(slug).family == market


def test_a_demand_for_a_node_accepts_its_varieties_and_not_the_other_way_round() -> None:
    """Fuji is an apple; an apple need not be a Fuji; tomato paste is no tomato though their market is one."""
    known = taxonomy()
    assert known.is_descendant("fuji_apple", "apple")
    assert known.is_descendant("apple", "apple")
    assert not known.is_descendant("apple", "fuji_apple")
    assert not known.is_descendant("tomato_paste", "tomato")
    assert "fuji_apple" in known.children("apple")
    assert known.lineage("yak_beef_chilled") == ("yak_beef_chilled", "beef_chilled", "beef")
    with pytest.raises(KeyError):
        known.product("unobtainium")


def test_planning_values_are_within_sense() -> None:
    """Months are months, lives and hours are positive, and what must be cooled does not keep for ever."""
    for p in taxonomy().products:
        assert set(p.harvest_months) <= set(range(1, 13)), p.slug
        assert p.shelf_life_days is None or p.shelf_life_days > 0
        assert p.max_transport_hours is None or p.max_transport_hours > 0
        assert p.temperature == "ambient" or p.shelf_life_days is not None


def test_contradicting_data_are_refused() -> None:
    """A word of two products, a family without head and a variety outside its parent's market do not load."""
    with pytest.raises(ValueError, match="names both"):
        book(product("a", synonym="甲"), product("b", synonym="甲"))
    with pytest.raises(ValueError, match="has no head"):
        book(product("a", family="nothing"))
    with pytest.raises(ValueError, match="not in the family"):
        book(product("a"), product("b", parent="a"))
    with pytest.raises(ValueError, match="both a category and a product"):
        book(product("a", synonym="水果"))


def test_importing_reads_no_file() -> None:
    """The data are parsed when first asked for, not when the module is imported."""
    code = (
        "import sys\n"
        "sys.addaudithook(lambda e, a: print(a[0]) if e == 'open' and str(a[0]).endswith('.csv') else None)\n"
        "import duijie_shared.taxonomy, duijie_shared.taxonomy.units, duijie_shared.geography\n"
        "print('imported')\n"
        "duijie_shared.taxonomy.taxonomy()\n"
    )
    lines = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split("\n")
    assert lines[0] == "imported"
    assert any("products.csv" in line for line in lines[1:])
