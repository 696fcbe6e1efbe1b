"""Packs: units only together with what one of them holds."""

from __future__ import annotations

from fractions import Fraction

import pytest
from duijie_shared.taxonomy import taxonomy
from duijie_shared.taxonomy.packs import PACKS, Pack, pack
from duijie_shared.taxonomy.units import UNITS, Unit, milli_per_unit, unit
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize(
    ("text", "grams"),
    [("箱(10kg)", 10_000), ("箱（10公斤）", 10_000), ("箱=10kg", 10_000), ("box(10kg)", 10_000), ("BOX ( 10 KG )", 10_000),
     ("XBX(10kg)", 10_000), ("袋(22.5斤)", 11_250), ("件(2.268kg)", 2268), ("把(300g)", 300), ("托盘=1.2吨", 1_200_000),
     ("箱(0.000001t)", 1), ("箱(3lb)", Fraction(3 * 45359237, 100000))],
)  # fmt: skip
def test_a_pack_with_its_content_is_a_unit_of_exactly_that_size(text: str, grams: int) -> None:
    """All written forms, in Chinese and English, whatever their width and blanks."""
    found = unit(text)
    assert found is not None
    assert milli_per_unit(found, taxonomy().product("potato")) == grams
    assert milli_per_unit(found, None) == grams


@pytest.mark.parametrize(
    "text",
    ["箱", "box", "箱()", "箱(10)", "箱(kg)", "箱(0kg)", "箱(0.0kg)", "箱(-1kg)", "箱(1e3kg)", "箱(.5kg)", "箱(10箱)",
     "箱(2间夜)", "箱(10kg", "箱=10kg=", "箱((10kg))", "箱(10kg)(20kg)", "箱(1234567890kg)",
     "箱(1.1234567kg)", "箱(20x500g)"],
)  # fmt: skip
def test_a_pack_without_a_content_that_can_be_read_is_no_unit(text: str) -> None:
    """It is known to be a pack, so that the poster is told what is missing, and never has a size."""
    assert unit(text) is None
    assert pack(text) is not None


@pytest.mark.parametrize("text", ["", "()", "=10kg", "(10kg)", "kg(10箱)", "10kg/箱", "箱子(10kg)"])
def test_other_words_are_no_packs(text: str) -> None:
    """Only the words of the table name packs."""
    assert pack(text) is None
    assert unit(text) is None


@pytest.mark.parametrize(
    ("text", "slug", "milli"),
    [
        ("箱(360枚)", "hen_egg", 18_000),
        ("盒(2打)", "hen_egg", 1200),
        ("箱(15kg)", "hen_egg", 15_000),
        ("箱(20个)", "bamboo_basket", 20_000),
        ("箱(10kg)", "bamboo_basket", None),
        ("箱(80个)", "rice_milled", None),
        ("箱(10kg)", "farm_stay", None),
    ],
)
def test_the_content_must_fit_the_product(text: str, slug: str, milli: int | None) -> None:
    """Eggs go by the box of 360 and by the box of 15 kg, baskets by the box of 20; rice is not counted."""
    found = unit(text)
    assert found is not None
    assert milli_per_unit(found, taxonomy().product(slug)) == milli


def test_a_word_that_also_counts_pieces_keeps_doing_so_alone() -> None:
    """件 and 把 stand for pieces by themselves."""
    for text in ("件", "把"):
        found = unit(text)
        assert found is not None
        assert found.code == "piece"


@given(
    kind=st.sampled_from(PACKS),
    grams=st.integers(1, 999_999_999),
    held=st.sampled_from([u for u in UNITS if u.dimension == "mass"]),
)
def test_sizes_are_exact(kind: Pack, grams: int, held: Unit) -> None:
    """A pack of n of a unit holds exactly n times the unit, and its canonical text means the same again."""
    found = unit(f"{kind.name_zh}({grams}{held.code})")
    assert found is not None
    assert found.size == grams * held.size
    again = unit(found.code)
    assert again == found
