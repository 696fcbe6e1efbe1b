"""Contract integers become the numbers people read, exactly or to the nearest float, whole ones as integers."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from duijie_shared.values import (
    PRICE_SCALE,
    QUANTITY_SCALE,
    VALUE_SCALE,
    decimal_to_number,
    round_half_even,
    to_number,
)
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize(
    ("value", "scale", "number"),
    [
        (1500, QUANTITY_SCALE, 1.5),
        (2000, QUANTITY_SCALE, 2),
        (1, QUANTITY_SCALE, 0.001),
        (0, QUANTITY_SCALE, 0),
        (-500, QUANTITY_SCALE, -0.5),
        (1_800_000, PRICE_SCALE, 1.8),
        (1, PRICE_SCALE, 0.000001),
        (12_345_678_901_234_567_890, VALUE_SCALE, 12345678901.234567890),
    ],
)
def test_a_contract_integer_as_a_number(value: int, scale: int, number: float) -> None:
    """1,500 g are 1.5 kg; 2,000 g are 2 kg and not 2.0."""
    assert to_number(value, scale) == number
    assert isinstance(to_number(value, scale), int) == (value % scale == 0)


@given(st.integers(min_value=-(10**15), max_value=10**15))
def test_no_quantity_up_to_a_thousand_million_tonnes_drifts(grams: int) -> None:
    """The JSON number read back as a decimal is the same number of grams."""
    assert Decimal(repr(to_number(grams, QUANTITY_SCALE))) * QUANTITY_SCALE == grams


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**9), max_value=10**9, places=6))
def test_a_posted_decimal_comes_back_as_posted(value: Decimal) -> None:
    """Shortest form of the same value: what was posted is what is answered."""
    assert Decimal(repr(decimal_to_number(value))) == value


@pytest.mark.parametrize(
    ("value", "rounded"),
    [
        (Fraction(1, 2), 0),
        (Fraction(3, 2), 2),
        (Fraction(5, 2), 2),
        (Fraction(-1, 2), 0),
        (Fraction(51, 100), 1),
    ],
)
def test_ties_go_to_the_even_integer(value: Fraction, rounded: int) -> None:
    """One rounding rule everywhere, so that totals agree."""
    assert round_half_even(value) == rounded
