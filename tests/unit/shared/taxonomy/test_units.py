"""Units: exact contents, and only where they fit."""

from __future__ import annotations

from fractions import Fraction

import pytest
from duijie_shared.taxonomy import taxonomy
from duijie_shared.taxonomy.units import UNITS, milli_per_unit, unit


def milli(text: str, slug: str) -> Fraction | None:
    found = unit(text)
    assert found is not None, text
    return milli_per_unit(found, taxonomy().product(slug))


@pytest.mark.parametrize(
    ("text", "grams"),
    [("kg", 1000), ("公斤", 1000), ("千克", 1000), ("KGM", 1000), ("t", 10**6), ("吨", 10**6), ("TNE", 10**6), ("g", 1),
     ("克", 1), ("GRM", 1), ("斤", 500), ("两", 50), ("担", 50_000), ("ＫＧ", 1000), ("DTN", 100_000),
     ("lb", Fraction(45359237, 100000))],
)  # fmt: skip
def test_mass_units_hold_exact_grams(text: str, grams: int) -> None:
    """A contract quantity of a mass product is in grams, so a unit holds its grams."""
    assert milli(text, "potato") == grams


@pytest.mark.parametrize(
    ("text", "slug", "expected"),
    [
        ("枚", "hen_egg", 50),
        ("dozen", "hen_egg", 600),
        ("斤", "hen_egg", 500),
        ("头", "live_pig", 110_000),
        ("个", "bamboo_basket", 1000),
        ("H87", "bamboo_basket", 1000),
        ("打", "bamboo_basket", 12_000),
        ("room-night", "farm_stay", 1000),
        ("间夜", "farm_stay", 1000),
        ("seat", "fruit_picking", 1000),
        ("kg", "bamboo_basket", None),
        ("枚", "rice_milled", None),
        ("seat", "farm_stay", None),
        ("kg", "farm_stay", None),
        ("个", "farm_stay", None),
    ],
)
def test_piece_and_bookable_units_fit_what_they_count(text: str, slug: str, expected: int | None) -> None:
    """Eggs go by the piece and by weight, baskets by the piece, rooms by the night, and nothing else."""
    assert milli(text, slug) == expected


@pytest.mark.parametrize("text", ["", "箱", "bushel", "kgg"])
def test_unknown_units_are_not_guessed(text: str) -> None:
    """A box of unstated content is no unit."""
    assert unit(text) is None


def test_without_a_product_only_mass_fits() -> None:
    """What a carrier or a cold store takes in is a mass."""
    fits = {entry.code for entry in UNITS if milli_per_unit(entry, None) is not None}
    assert fits == {entry.code for entry in UNITS if entry.dimension == "mass"}


def test_every_product_can_be_posted_in_its_pricing_unit() -> None:
    """One pricing unit is a thousand contract units, for every product."""
    for product in taxonomy().products:
        assert milli(product.pricing_unit, product.slug) == 1000, product.slug
