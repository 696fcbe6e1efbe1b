"""The policy as exact numbers: what a metre costs and takes.

The kernels work in float64 because NumPy is fastest there, yet every value in them is an integer or the
nearest integer to a ratio of two: with |numerator| x metres below 2**52 the quotient is correctly rounded
and no nearer to a half than it truly is, so `rint` gives the same integer on every platform.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from duijie_shared.values import PRICE_SCALE, round_half_even

if TYPE_CHECKING:
    from duijie_shared.events.base import Temperature
    from duijie_shared.events.policy import Policy, WideningPolicy
    from duijie_shared.taxonomy.model import Product

FARTHEST_M = 20_037_600
"""Above half the Earth's circumference: no great circle is longer."""

MS_PER_HOUR = 3_600_000
TEMPERATURES: tuple[Temperature, ...] = ("ambient", "chilled", "frozen")
"""From lax to strict; a class's position plus one is its code in the columns, 0 is "none named"."""


def ratio(value: Fraction) -> tuple[int, int]:
    """A non-negative number as numerator and denominator, exact in float64 over every distance.

    Numbers of up to about eight significant digits are kept as they are; longer ones are brought to the
    nearest that fits.
    """
    most = 2**52 // FARTHEST_M
    if value.numerator > most:
        value = value.limit_denominator(max(1, int(most / value)))
    return value.numerator, value.denominator


def decimal_fraction(value: float) -> Fraction:
    """The number a person wrote: 0.1 is one tenth, not the nearest binary fraction."""
    return Fraction(str(value))


def grams_per_unit(product: Product) -> int:
    """What one pricing unit weighs on the road: nothing for a booking, or for a piece of no known weight."""
    if product.dimension == "mass":
        return 1000
    return (product.grams_per_piece or 0) if product.dimension == "piece" else 0


@dataclass(frozen=True, slots=True)
class Terms:
    """A policy compiled for the kernels.

    `travel` is milliseconds per great-circle metre as (numerator, denominator), `handling_ms` is added to
    every journey, `bonus` is the share of the bid that a designated offer counts for more, `searched` the longest time on
    the road (ms) that a search covers after 0, 1, 2, ... whole days of waiting: none where it has no limit.
    """

    policy: Policy
    travel: tuple[int, int]
    handling_ms: int
    bonus: tuple[int, int]
    searched: tuple[float, ...]

    @classmethod
    def of(cls, policy: Policy) -> Terms:
        """The exact terms of a policy."""
        transport = policy.transport
        detour = decimal_fraction(transport.detour)
        per_metre = detour * MS_PER_HOUR / (1000 * decimal_fraction(transport.speed_km_per_hour))
        bonus = decimal_fraction(policy.tilt.bonus).limit_denominator(10**6)
        travel = ratio(per_metre)
        return cls(
            policy=policy,
            travel=travel,
            handling_ms=round_half_even(decimal_fraction(transport.handling_hours) * MS_PER_HOUR),
            bonus=(bonus.numerator, bonus.denominator),
            searched=_searched(policy.widening, detour, Fraction(*travel)),
        )

    def transport(self, product: Product, temperature: Temperature) -> tuple[int, int]:
        """1e-6 CNY per pricing unit and great-circle metre, as (numerator, denominator)."""
        rates = self.policy.transport
        per_kg = decimal_fraction(getattr(rates, temperature)) * decimal_fraction(rates.detour)
        return ratio(per_kg * PRICE_SCALE / 1000 * Fraction(grams_per_unit(product), 1000))


def _searched(widening: WideningPolicy, detour: Fraction, per_metre: Fraction) -> tuple[float, ...]:
    """Road kilometres as whole metres of great circle, rounded down, and those as journeys, rounded as all journeys are."""
    if not widening.start_km:
        return ()
    start, step = (decimal_fraction(km) * 1000 / detour for km in (widening.start_km, widening.km_per_day))
    return tuple(float(round_half_even(int(start + day * step) * per_metre)) for day in range(widening.days))
