"""Float64 kernels give the integers that exact fractions give."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from duijie_matcher.matching.gates import journey_ms
from duijie_matcher.matching.terms import FARTHEST_M, Terms, decimal_fraction, ratio
from duijie_shared.events.policy import Policy, TransportPolicy
from duijie_shared.taxonomy import taxonomy
from hypothesis import given
from hypothesis import strategies as st

DISTANCES = st.integers(0, FARTHEST_M)


@given(DISTANCES, st.integers(1, 99_999), st.integers(10, 30))
def test_transport_is_rounded_once_and_exactly(metres: int, rate: int, detour: int) -> None:
    """Any rate of up to five digits, any distance: the nearest integer of the exact product, ties to even."""
    per_km = rate / 10_000_000
    policy = Policy(transport=TransportPolicy(ambient=per_km, detour=detour / 10))
    numerator, denominator = Terms.of(policy).transport(taxonomy().product("potato"), "ambient")
    exact = Fraction(rate, 10_000_000) * Fraction(detour, 10) * metres / 1000 * 1_000_000
    assert int(np.rint(np.float64(metres) * numerator / denominator)) == round(exact)


@given(DISTANCES, st.integers(5, 2000))
def test_journeys_are_rounded_once_and_exactly(metres: int, speed: int) -> None:
    """Milliseconds on the road at any speed of four digits."""
    policy = Policy(transport=TransportPolicy(speed_km_per_hour=speed / 10))
    exact = Fraction(13, 10) * Fraction(metres, 1000) / Fraction(speed, 10) * 3_600_000
    assert int(journey_ms(np.array([float(metres)]), Terms.of(policy).travel)[0]) == round(exact)


def test_the_defaults_are_78_ms_a_metre_and_four_hours() -> None:
    """1.3 km of road per kilometre at 60 km/h; 0.78e-6 CNY/kg and metre at the ambient rate."""
    terms = Terms.of(Policy())
    assert (terms.travel, terms.handling_ms, terms.bonus) == ((78, 1), 14_400_000, (1, 20))
    assert terms.transport(taxonomy().product("potato"), "ambient") == (39, 50)


@pytest.mark.parametrize(
    ("slug", "kilograms"), [("potato", 1), ("straw_hat", Fraction(150, 1000)), ("farm_stay", 0)]
)
def test_a_unit_costs_what_it_weighs(slug: str, kilograms: Fraction) -> None:
    """Mass goods by the kilogram, pieces by their planning weight, bookings nothing."""
    numerator, denominator = Terms.of(Policy()).transport(taxonomy().product(slug), "ambient")
    assert Fraction(numerator, denominator) == Fraction(39, 50) * kilograms


def test_numbers_of_too_many_digits_are_brought_to_the_nearest_that_fits() -> None:
    """A ratio always stays exact over every distance, and is next to the number that was meant."""
    meant = decimal_fraction(0.1234567890123456)
    numerator, denominator = ratio(meant)
    assert numerator * FARTHEST_M < 2**52
    assert abs(Fraction(numerator, denominator) - meant) < Fraction(1, 10**15)
    assert ratio(Fraction(39, 50)) == (39, 50)
