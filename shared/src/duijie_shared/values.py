"""The integers that cross process borders, and how people's numbers become them.

Inside contracts every quantity, price and coordinate is an integer, so that two machines never disagree:

- a **quantity** is in thousandths of the product's pricing unit: grams for what is sold by mass (pricing
  unit kg), thousandths of a piece for what is sold by the piece;
- a **price** is in 1e-6 CNY per pricing unit (per kg, per piece);
- a **coordinate** is in 1e-7 degree (WGS84); a **distance** is in whole metres.

Conversion from text or JSON is exact (`decimal`), never through binary floating point.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

QUANTITY_SCALE = 1_000
"""Contract units of quantity in one pricing unit: 1,000 g in a kg."""

PRICE_SCALE = 1_000_000
"""Contract units of price in one CNY per pricing unit."""

COORDINATE_SCALE = 10_000_000
"""Contract units of a coordinate in one degree."""

VALUE_SCALE = QUANTITY_SCALE * PRICE_SCALE
"""Contract units of quantity x price in one CNY."""


def to_number(value: int, scale: int) -> int | float:
    """A contract integer as the JSON number people read: 1500 at scale 1000 is 1.5, 2000 is 2 (an int)."""
    whole, rest = divmod(value, scale)
    return value / scale if rest else whole


def decimal_to_number(value: Decimal) -> int | float:
    """A decimal as a JSON number; whole values stay integers, so that 30 is not shown as 30.0."""
    return int(value) if value == value.to_integral_value() else float(value)


def round_half_even(value: Fraction) -> int:
    """The nearest integer, ties to the even one: the one rounding rule of contract integers."""
    return round(value)
