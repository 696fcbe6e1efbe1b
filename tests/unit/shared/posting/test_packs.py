"""Postings in boxes: a stated content is used exactly, an unstated one is asked for."""

from __future__ import annotations

import pytest
from duijie_shared.posting import PostingError
from postings import Source, an_offer, refusals

SOURCES = pytest.mark.parametrize("source", ["json", "text"])


@SOURCES
def test_quantity_price_and_lot_are_per_box(source: Source) -> None:
    """300 boxes of 7.5 kg at 30 CNY are 2,250 kg at 4 CNY/kg; the unit answers as it was posted."""
    terms = an_offer(source, unit="箱（7.5kg）", quantity=300, min_lot=10, ask_price=30)
    assert (terms.quantity, terms.min_lot, terms.price) == (2_250_000, 75_000, 4_000_000)
    assert terms.unit == "箱（7.5kg）"


@pytest.mark.parametrize("text", ["箱", "box", "箱(10)", "箱(0kg)", "箱=", "纸箱(10kg"])
def test_a_box_without_content_is_asked_what_it_holds(text: str) -> None:
    """The message shows, in both languages, how to write it."""
    with pytest.raises(PostingError) as caught:
        an_offer(unit=text)
    assert refusals(caught.value) == [("unit", "pack-content")]
    (error,) = caught.value.errors
    assert "箱(10kg)" in error.zh
    assert "(10kg)" in error.en


def test_other_refusals_stay_what_they_were() -> None:
    """An unknown word is unknown; a content that does not fit the product says so."""
    with pytest.raises(PostingError) as unknown:
        an_offer(unit="bushel")
    assert refusals(unknown.value) == [("unit", "unknown-unit")]
    with pytest.raises(PostingError) as misfit:
        an_offer(product="大米", unit="箱(80个)")
    assert refusals(misfit.value) == [("unit", "unit-does-not-fit")]


def test_a_content_finer_than_a_gram_is_refused_where_it_does_not_add_up() -> None:
    """Two packs of half a gram are a gram; one is not."""
    assert an_offer(unit="袋(0.0005kg)", quantity=2, min_lot=..., ask_price=...).quantity == 1
    with pytest.raises(PostingError) as caught:
        an_offer(unit="袋(0.0005kg)", quantity=1, min_lot=..., ask_price=...)
    assert refusals(caught.value) == [("quantity", "too-fine")]
