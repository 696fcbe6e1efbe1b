"""Temperature classes, storage ranges and units of what is neither field crop nor fruit."""

from __future__ import annotations

import pytest
from duijie_shared.taxonomy import taxonomy
from duijie_shared.taxonomy.load import rows

RANGES = {row["slug"]: (row["storage_min_c"], row["storage_max_c"]) for row in rows("products.csv")}
FROZEN_AT_MOST, CHILLED_AT_LEAST, CHILLED_AT_MOST = -15, -5, 16


@pytest.mark.parametrize(
    ("category", "temperature"),
    [
        ("livestock/meat_chilled", "chilled"),
        ("livestock/meat_frozen", "frozen"),
        ("poultry_eggs/meat_chilled", "chilled"),
        ("poultry_eggs/meat_frozen", "frozen"),
        ("aquatic/frozen", "frozen"),
        ("aquatic/marine", "chilled"),
        ("aquatic/shellfish", "chilled"),
        ("aquatic/dried", "ambient"),
        ("aquatic/seaweed", "ambient"),
        ("processed/frozen", "frozen"),
        ("livestock/live", "ambient"),
        ("poultry_eggs/live", "ambient"),
        ("dairy/milk", "chilled"),
        ("dairy/powder", "ambient"),
        ("handicrafts", "ambient"),
        ("services", "ambient"),
    ],
)
def test_a_shelf_has_its_temperature(category: str, temperature: str) -> None:
    """Meat and fish that are sold chilled are chilled, what is frozen is frozen, what is dry or alive is neither."""
    found = [p for p in taxonomy().products if f"{p.category}/".startswith(f"{category}/")]
    assert found
    assert {p.slug: p.temperature for p in found} == {p.slug: temperature for p in found}


def test_classes_agree_with_storage_ranges() -> None:
    """Frozen is -15 °C or colder, chilled between -5 and 16 °C; a range is one."""
    for product in taxonomy().products:
        low, high = RANGES[product.slug]
        if not low:
            assert product.temperature == "ambient", product.slug
            continue
        assert float(low) <= float(high), product.slug
        assert (product.temperature == "frozen") == (float(high) <= FROZEN_AT_MOST), product.slug
        if product.temperature == "chilled":
            assert float(low) >= CHILLED_AT_LEAST, product.slug
            assert float(high) <= CHILLED_AT_MOST, product.slug


@pytest.mark.parametrize(
    ("text", "unit", "family"),
    [
        ("民宿", "room-night", "farm_stay"),
        ("露营", "room-night", "camping"),
        ("农家宴", "seat", "village_meal"),
        ("漂流", "seat", "rafting"),
        ("非遗体验", "seat", "craft_workshop"),
        ("唐卡", "piece", "thangka"),
        ("苗绣", "piece", "miao_embroidery"),
        ("冻小龙虾", "kg", "crayfish"),
        ("罗非鱼片", "kg", "tilapia"),
    ],
)
def test_crafts_services_and_fish_are_priced_in_their_own_units(text: str, unit: str, family: str) -> None:
    """A night, a seat, a piece, a kilogram; frozen fish is in the market of the fish."""
    found = taxonomy().find(text)
    assert found is not None
    assert (found.pricing_unit, found.family) == (unit, family)
    assert (found.dimension == "piece") == (unit == "piece")
    assert found.dimension != "piece" or found.grams_per_piece
