"""Numbers are read exactly or refused by name: no drift, no coercion, no infinity."""

from __future__ import annotations

import json
from decimal import Decimal
from fractions import Fraction

import pytest
from duijie_shared.posting import PostingError
from duijie_shared.taxonomy import taxonomy
from duijie_shared.taxonomy.units import milli_per_unit, unit
from duijie_shared.values import PRICE_SCALE, QUANTITY_SCALE, decimal_to_number
from hypothesis import given
from hypothesis import strategies as st
from postings import Source, a_demand, an_offer, refusals

GRAMS = {"kg": 1000, "t": 1_000_000, "斤": 500, "g": 1, "公斤": 1000, "两": 50, "KG": 1000, "Ｋｇ": 1000}


@pytest.mark.parametrize(("word", "grams"), GRAMS.items())
def test_a_unit_of_mass_is_so_many_grams(word: str, grams: int) -> None:
    """Three of each; 斤 is half a kilogram, not a catty of 600 g. What was posted is kept beside it."""
    terms = an_offer(unit=word, quantity=3, ask_price=None)
    assert terms.quantity == 3 * grams
    assert terms.posted_quantity == 3
    assert terms.unit == word


@given(
    st.sampled_from(["kg", "t", "斤", "g"]),
    st.decimals(min_value=Decimal("0.001"), max_value=Decimal(10**6), places=3, allow_nan=False),
)
def test_a_quantity_is_exact_or_refused(word: str, posted: Decimal) -> None:
    """In text and in JSON alike: whole grams or a refusal that says too fine, never a rounded quantity."""
    exact = Fraction(posted) * GRAMS[word]
    for source, value in (("text", str(posted)), ("json", decimal_to_number(posted))):
        if exact.denominator == 1 and exact <= 10**12:
            terms = an_offer(source, unit=word, quantity=value, ask_price=None)
            assert terms.quantity == exact
            assert terms.posted_quantity == posted
        else:
            with pytest.raises(PostingError) as caught:
                an_offer(source, unit=word, quantity=value, ask_price=None)
            assert refusals(caught.value)[0][0] == "quantity"


@given(
    st.sampled_from(["kg", "t", "斤", "g"]),
    st.decimals(min_value=Decimal("0.001"), max_value=Decimal(1000), places=6, allow_nan=False),
)
def test_a_price_is_the_nearest_contract_integer_and_what_was_posted_survives(
    word: str, posted: Decimal
) -> None:
    """Per kg and in 1e-6 CNY, ties to even; the answer is in the unit it was posted in."""
    terms = an_offer("json", unit=word, ask_price=decimal_to_number(posted))
    exact = Fraction(posted) * PRICE_SCALE * QUANTITY_SCALE / GRAMS[word]
    assert terms.price is not None
    assert abs(terms.price - exact) <= Fraction(1, 2)
    assert terms.posted_price == posted


def test_tenths_do_not_drift() -> None:
    """0.1 + 0.2 in binary is not 0.3; here a price of 0.3 is 300,000 and a quantity of 0.3 t is 300,000 g."""
    terms = an_offer("json", quantity=0.3, ask_price=0.3)
    assert (terms.quantity, terms.price) == (300_000, 300)
    assert an_offer("text", unit="kg", quantity="0.3", ask_price="0.3").price == 300_000


@pytest.mark.parametrize(
    "value",
    [
        "30", "", " ", True, False, [30], {"value": 30}, float("nan"), float("inf"), -float("inf"),
        float("1e999"), 10**400, pytest.param(-(10**5000), id="5,001 digits"), json.loads("1e400"), 1e31,
        Decimal("NaN"), Decimal("1e-31"),
    ],
)  # fmt: skip
def test_in_json_only_a_sensible_number_is_a_number(value: object) -> None:
    """Text, flags, lists, NaN, infinities, 1e999 and endless integers are refused by the field's name."""
    with pytest.raises(PostingError) as caught:
        an_offer("json", quantity=value)
    empty = isinstance(value, str) and not value.strip()
    assert refusals(caught.value) == [("quantity", "required" if empty else "not-a-number")]


@pytest.mark.parametrize(
    "value",
    ["1,000", "1 000", "1e3", "1E3", ".5", "5.", "0x10", "NaN", "Infinity", "-inf", "一百", "１００", "٣", "1_000",
     "10%", "¥5", "--1", "1.2.3", "9" * 31, "1\u200b0"],
)  # fmt: skip
def test_in_a_file_only_digits_a_point_and_a_sign_are_a_number(value: str) -> None:
    """No separators, exponents, other scripts' digits, currency or invisible characters."""
    with pytest.raises(PostingError) as caught:
        an_offer("text", quantity=value)
    assert refusals(caught.value) == [("quantity", "not-a-number")]


@pytest.mark.parametrize("value", ["30", "+30", " 30 ", "30.0", "030"])
def test_in_a_file_plain_spellings_of_a_number_are_read(value: str) -> None:
    """A sign, blanks around it, zeros before and after."""
    assert an_offer("text", quantity=value).quantity == 30_000_000


@pytest.mark.parametrize("source", ["json", "text"])
@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("quantity", "0", "too-small"),
        ("quantity", "-1", "too-small"),
        ("quantity", "-0.0", "too-small"),
        ("quantity", "1000000.000001", "too-large"),
        ("quantity", "1000000000000001", "too-large"),
        ("quantity", "0.0000001", "too-fine"),
        ("quantity", "0.0000000001", "too-fine"),
        ("min_lot", "-1", "too-small"),
        ("min_lot", "0.0000001", "too-fine"),
        ("ask_price", "0", "too-small"),
        ("ask_price", "-1800", "too-small"),
        ("ask_price", "1000000000.000001", "too-large"),
        ("ask_price", "1000000001", "too-large"),
        ("ask_price", "0.0000001", "too-fine"),
        ("ask_price", "0.000499", "too-fine"),
    ],
)
def test_a_number_past_its_limit_is_refused(source: Source, field: str, value: str, code: str) -> None:
    """Each limit by name and code; the row beside it in the next test is the side that is accepted."""
    with pytest.raises(PostingError) as caught:
        an_offer(source, **{field: value if source == "text" else Decimal(value)})
    assert refusals(caught.value) == [(field, code)]


@pytest.mark.parametrize("source", ["json", "text"])
@pytest.mark.parametrize(
    ("field", "value", "terms"),
    [
        ("quantity", "1000000", {"quantity": 10**12}),
        ("quantity", "0.000001", {"quantity": 1}),
        ("min_lot", "30", {"min_lot": 30_000_000}),
        (
            "min_lot",
            "31",
            {"min_lot": 31_000_000},
        ),  # above the quantity: nothing fits, and the diagnosis says so
        ("min_lot", "0", {"min_lot": 0}),
        ("min_lot", "0.000001", {"min_lot": 1}),
        ("ask_price", "1000000000", {"price": 10**12}),
        ("ask_price", "0.001", {"price": 1}),
        ("ask_price", "0.000501", {"price": 1}),
    ],
)
def test_a_number_at_its_limit_is_accepted(
    source: Source, field: str, value: str, terms: dict[str, int]
) -> None:
    """A million tonnes, a gram, a minimum lot of the whole, a million CNY per kg, 1e-6 CNY per kg."""
    found = an_offer(source, **{"min_lot": ..., field: value if source == "text" else Decimal(value)})
    assert {name: getattr(found, name) for name in terms} == terms


@pytest.mark.parametrize("value", [..., "", "  ", None])
def test_an_empty_minimum_lot_means_none(value: object) -> None:
    """As does zero, which is kept as posted."""
    terms = an_offer("text", min_lot=value)
    assert (terms.min_lot, terms.posted_min_lot) == (0, None)
    assert an_offer("text", min_lot="0").posted_min_lot == 0


@pytest.mark.parametrize("value", [..., "", None])
def test_an_empty_price_is_negotiable(value: object) -> None:
    """An ask and a bid alike."""
    assert an_offer("text", ask_price=value).price is None
    assert an_offer("text", ask_price=value).posted_price is None
    assert a_demand("text", bid_price=value).price is None


def test_piece_goods_are_counted_in_thousandths_of_a_piece() -> None:
    """Five embroideries at 300 CNY each; a dozen is twelve; half a piece is exact, a ten-thousandth too fine."""
    terms = an_offer(product="miao_embroidery", unit="件", quantity=5, ask_price=300)
    assert (terms.quantity, terms.price) == (5_000, 300_000_000)
    assert an_offer(product="miao_embroidery", unit="dozen", quantity=2).quantity == 24_000
    assert an_offer(product="miao_embroidery", unit="件", quantity=0.5).quantity == 500
    with pytest.raises(PostingError) as caught:
        an_offer(product="miao_embroidery", unit="件", quantity=0.0001)
    assert refusals(caught.value) == [("quantity", "too-fine")]


def test_a_piece_of_a_product_sold_by_mass_has_its_planning_weight() -> None:
    """360 eggs of 50 g are 18 kg; 1 CNY an egg is 20 CNY/kg."""
    terms = an_offer(product="hen_egg", unit="枚", quantity=360, ask_price=1)
    assert (terms.quantity, terms.price) == (18_000, 20_000_000)


@pytest.mark.parametrize(
    ("product", "word", "code"),
    [
        ("potato", "件", "unit-does-not-fit"),
        ("miao_embroidery", "kg", "unit-does-not-fit"),
        ("potato", "room-night", "unit-does-not-fit"),
        ("potato", "bushel", "unknown-unit"),
        ("potato", "kg/件", "unknown-unit"),
    ],
)
def test_a_unit_that_is_unknown_or_does_not_fit_is_refused(product: str, word: str, code: str) -> None:
    """A potato has no piece weight, an embroidery is not weighed; both say so."""
    with pytest.raises(PostingError) as caught:
        an_offer(product=product, unit=word)
    assert refusals(caught.value) == [("unit", code)]


def test_every_product_takes_its_own_pricing_unit() -> None:
    """One of it is a thousand contract units, for all products of the taxonomy."""
    for product in taxonomy().products:
        own = unit(product.pricing_unit)
        assert own is not None
        assert milli_per_unit(own, product) == QUANTITY_SCALE
