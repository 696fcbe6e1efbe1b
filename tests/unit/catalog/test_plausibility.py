"""What is found implausible of an order, on both sides of each limit; pure rules, no database."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from uuid import UUID

import pytest
from duijie_catalog.domain.plausibility import Earlier, Level, Subject, findings
from duijie_shared.events.base import Side
from duijie_shared.events.policy import PlausibilityPolicy
from hypothesis import given
from hypothesis import strategies as st

POLICY = PlausibilityPolicy(bait_factor=0.4, outlier_fence=1.5, slip_tolerance=0.25, yield_factor=1.5)
LEVEL = Level(parties=9, low=1_900_000, median=2_000_000, high=2_100_000)
"""About 2 CNY/kg, hardly spread."""
OFFER = Subject(
    order_id=UUID(int=1), version=1, side="offer", product="potato", unit="t", unit_size=Decimal(1_000_000),
    quantity=30_000_000, price=2_000_000, area_mu=None, by_mass=True, most_per_mu=5_000,
)  # fmt: skip
DEMAND = replace(OFFER, side="demand", unit="kg", unit_size=Decimal(1_000))


def codes(subject: Subject, level: Level | None = LEVEL, earlier: Earlier | None = None) -> list[str]:
    """The codes of what is found."""
    return [finding.code for finding in findings(subject, level, earlier, POLICY)]


def test_a_usual_order_is_not_flagged() -> None:
    """A price at the level, half of it at a spread market, no price, no level."""
    assert codes(OFFER) == []
    assert codes(replace(OFFER, price=None)) == []
    assert codes(replace(OFFER, price=1), level=None) == []
    wide = Level(parties=9, low=1_000_000, median=2_000_000, high=3_000_000)
    assert codes(replace(OFFER, price=1_000_000), level=wide) == []


@pytest.mark.parametrize(
    ("side", "price", "found"),
    [
        ("offer", 800_000, []),
        ("offer", 799_999, ["bait-price"]),
        ("offer", 0, ["bait-price"]),
        ("offer", 6_000_000, []),
        ("demand", 5_000_000, []),
        ("demand", 5_000_001, ["bait-price"]),
        ("demand", 700_000, []),
    ],
)
def test_bait_is_what_is_too_good_for_the_other_side(side: Side, price: int, found: list[str]) -> None:
    """An ask below 0.4 of the level, a bid above its inverse; a dear ask and a low bid are no bait."""
    subject = replace(OFFER, unit="g", unit_size=Decimal(1), side=side, price=price)
    assert codes(subject) == found


def test_inside_the_fence_of_a_wide_market_nothing_is_bait() -> None:
    """Where prices of a product differ fivefold, one below 0.4 of the median is one of them."""
    wide = Level(parties=9, low=1_000_000, median=2_000_000, high=5_000_000)
    assert codes(replace(OFFER, price=700_000), level=wide) == []


@pytest.mark.parametrize(
    ("unit", "size", "ratio", "meant"),
    [
        ("t", 1_000_000, 1 / 1_000, "kg"),
        ("t", 1_000_000, 1 / 2_000, "斤"),
        ("kg", 1_000, 1_000, "t"),
        ("kg", 1_000, 0.5, "斤"),
        ("斤", 500, 2, "kg"),
        ("斤", 500, 2_000, "t"),
    ],
)
def test_a_price_in_another_unit_is_named(unit: str, size: int, ratio: float, meant: str) -> None:
    """Twice, half, a thousand or two thousand times the level: on either side the likely unit is said."""
    sides: tuple[Side, ...] = ("offer", "demand")
    for side in sides:
        subject = replace(
            OFFER, side=side, unit=unit, unit_size=Decimal(size), price=round(LEVEL.median * ratio)
        )
        (finding,) = findings(subject, LEVEL, None, POLICY)
        assert finding.code == "unit-slip"
        assert (finding.facts["posted_unit"], finding.facts["likely_unit"]) == (unit, meant)
        assert meant in finding.zh
        assert meant in finding.en


@pytest.mark.parametrize(
    ("unit", "size", "ratio", "found"),
    [
        ("t", 1_000_000, 1_000**-0.76, ["unit-slip"]),
        ("t", 1_000_000, 1_000**-0.74, ["bait-price"]),
        ("kg", 1_000, 2**-1.24, ["unit-slip"]),
        ("kg", 1_000, 2**-1.26, []),
        ("斤", 500, 2**1.24, ["unit-slip"]),
        ("斤", 500, 2**1.26, []),
        ("斤", 500, 2**0.76, ["unit-slip"]),
        ("斤", 500, 2**0.74, []),
    ],
)
def test_a_slip_is_near_what_the_wrong_unit_gives(
    unit: str, size: int, ratio: float, found: list[str]
) -> None:
    """Within a quarter of its own size, in logarithms; past that a price is bait or just a price."""
    subject = replace(OFFER, unit=unit, unit_size=Decimal(size), price=round(LEVEL.median * ratio))
    assert codes(subject) == found


def test_goods_by_the_piece_have_no_unit_to_slip() -> None:
    """A basket at a thousandth of the price is bait, and no kilograms are spoken of."""
    (finding,) = findings(replace(OFFER, by_mass=False, price=2_000), LEVEL, None, POLICY)
    assert finding.code == "bait-price"
    assert "kg" not in finding.zh + finding.en


@pytest.mark.parametrize(("grams", "found"), [(75_000_000, []), (75_000_001, ["volume"])])
def test_an_area_brings_so_much_and_no_more(grams: int, found: list[str]) -> None:
    """10 mu of 5 t each, and half as much again."""
    assert codes(replace(OFFER, quantity=grams, area_mu=Decimal(10))) == found


def test_volume_is_judged_of_offers_with_an_area_and_a_known_yield() -> None:
    """Without either nothing is known; a demand has no field."""
    much = replace(OFFER, quantity=10**12, area_mu=Decimal("0.1"))
    assert codes(much) == ["volume"]
    assert codes(replace(much, area_mu=None)) == []
    assert codes(replace(much, most_per_mu=None)) == []
    assert codes(replace(much, side="demand")) == []


def test_a_repost_names_the_earlier_order() -> None:
    """And how often it happened."""
    earlier = Earlier(UUID(int=9), dt.datetime(2026, 11, 20, 8, tzinfo=dt.UTC), 3)
    (finding,) = findings(OFFER, LEVEL, earlier, POLICY)
    assert (finding.code, finding.facts["earlier_order"], finding.facts["times"]) == (
        "repost",
        str(UUID(int=9)),
        3,
    )


def test_the_same_order_is_the_same_finding_whatever_the_market_does() -> None:
    """What a finding rests on is what the order says: another price is another finding, another median is not."""
    cheap = replace(OFFER, price=500_000)
    other = Level(parties=12, low=1_950_000, median=2_050_000, high=2_150_000)
    (first,), (second,) = (findings(cheap, level, None, POLICY) for level in (LEVEL, other))
    (third,) = findings(replace(cheap, price=400_000), LEVEL, None, POLICY)
    assert first.basis == second.basis != third.basis
    assert first.facts != second.facts


@given(
    side=st.sampled_from(["offer", "demand"]),
    price=st.none() | st.integers(0, 10**12),
    quantity=st.integers(1, 10**12),
    size=st.sampled_from([1, 500, 1_000, 7_500, 50_000, 1_000_000]),
    area=st.none() | st.decimals("0.001", "10000000", places=3),
    by_mass=st.booleans(),
    quartiles=st.tuples(st.integers(0, 10**12), st.integers(0, 10**12), st.integers(0, 10**12)),
)
def test_any_order_is_judged(
    side: Side,
    price: int | None,
    quantity: int,
    size: int,
    area: Decimal | None,
    by_mass: bool,
    quartiles: tuple[int, int, int],
) -> None:
    """No number breaks a rule, a price has one finding at most, and each speaks both languages."""
    low, median, high = sorted(quartiles)
    subject = replace(
        OFFER,
        side=side,
        price=price,
        quantity=quantity,
        unit_size=Decimal(size),
        area_mu=area,
        by_mass=by_mass,
    )
    found = findings(subject, Level(9, low, median, high), None, POLICY)
    assert len({finding.code for finding in found} - {"volume"}) <= 1
    assert all(finding.zh and finding.en and finding.basis and finding.facts for finding in found)
