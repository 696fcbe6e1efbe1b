"""How an order is sold: packs, breaks, catch weight, reserve price, measurements; both sides of every limit."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from duijie_shared.posting import OrderTerms, PostingError, parse_demand, parse_offer
from duijie_shared.posting.fields import Source

TODAY = dt.date(2026, 11, 23)
OFFER: dict[str, object] = {
    "product": "potato", "grade": 4, "quantity": 30, "unit": "t", "ask_price": 1800, "county": "520526",
    "available_from": "2026-11-25", "available_to": "2027-01-20",
}  # fmt: skip
DEMAND: dict[str, object] = {
    "product": "potato", "quantity": 30, "unit": "t", "bid_price": 2600, "county": "310115",
    "needed_from": "2026-11-25", "needed_to": "2027-01-20",
}  # fmt: skip
MEASURED: dict[str, Any] = {"grade_scheme": "GB/T 10651-2008", "product": "fuji_apple"}
FUJI = {"diameter_mm": 65, "below_class_1_pct": 0, "below_class_2_pct": 0, "below_class_3_pct": 0}


def offer(source: Source = "json", **changes: object) -> OrderTerms:
    fields = OFFER | changes
    if source == "text":
        fields = {name: None if value is None else str(value) for name, value in fields.items()}
    return parse_offer(fields, source=source, today=TODAY)


def demand(**changes: object) -> OrderTerms:
    return parse_demand(DEMAND | changes, source="json", today=TODAY)


def refused(source: Source = "json", **changes: object) -> list[tuple[str, str]]:
    with pytest.raises(PostingError) as caught:
        offer(source, **changes)
    return [(error.field, error.code) for error in caught.value.errors]


@pytest.mark.parametrize(
    ("source", "written"), [("json", {"10": 1750, "20": 1700.5}), ("text", "10=1750;20=1700.5")]
)
def test_price_breaks_are_quantities_and_prices_in_contract_units(source: Source, written: object) -> None:
    """10 t is 10,000,000 g and 1750 CNY a tonne 1,750,000 millionths a kg, from a file as from the API."""
    terms = offer(source, price_breaks=written)
    assert terms.break_quantities == (10_000_000, 20_000_000)
    assert terms.break_prices == (1_750_000, 1_700_500)
    assert terms.posted_price_breaks == ("10=1750", "20=1700.5")


@pytest.mark.parametrize(
    "written",
    [{"10": 1800}, {"10": 1750, "20": 1750}, {"20": 1750, "10": 1700}, {"10": 1750, "20": 1760}],
    ids=["not below the ask", "the same price again", "quantities fall", "the price rises"],
)
def test_breaks_rise_in_quantity_and_fall_in_price(written: dict[str, float]) -> None:
    """The first step is the ask itself."""
    assert refused(price_breaks=written) == [("price_breaks", "breaks-not-falling")]


def test_a_break_may_be_a_hair_below_the_ask() -> None:
    """The other side of the limit: a millionth less is less."""
    assert offer(price_breaks={"10": 1799.999}).break_prices == (1_799_999,)


def test_what_is_negotiable_has_no_price_to_fall_from() -> None:
    """Breaks without an ask mean nothing."""
    assert refused(ask_price=None, price_breaks={"10": 1700}) == [("price_breaks", "breaks-without-price")]


@pytest.mark.parametrize(
    ("written", "code"), [("ten", "not-a-pair"), ("ten=5", "not-a-number"), ("10=", "not-a-pair")]
)
def test_a_break_that_is_no_pair_of_numbers_is_refused_by_its_field(written: str, code: str) -> None:
    """The cell is named, not a part of it."""
    assert refused("text", price_breaks=written) == [("price_breaks", code)]


def test_a_name_may_stand_once() -> None:
    """Which of two values holds would be a guess."""
    assert ("price_breaks", "repeated") in refused("text", price_breaks="10=1750;10=1700")


@pytest.mark.parametrize(
    ("value", "code"), [(0.2, None), (0.2000001, "too-large"), (0, None), (-0.01, "too-small")]
)
def test_catch_weight_is_a_share_up_to_a_fifth(value: float, code: str | None) -> None:
    """Exactly a fifth is taken, a hair more is not."""
    if code is None:
        assert offer(catch_weight=value).catch_weight_ppm == value * 1_000_000
    else:
        assert refused(catch_weight=value) == [("catch_weight", code)]


def test_a_reserve_price_is_on_the_yielding_side_of_the_price() -> None:
    """An offer's is at most its ask, a demand's at least its bid; equal is no room, and allowed."""
    assert offer(reserve_price=1800).reserve_price == 1_800_000
    assert refused(reserve_price=1800.01) == [("reserve_price", "beyond-price")]
    assert demand(reserve_price=2600).reserve_price == 2_600_000
    with pytest.raises(PostingError) as caught:
        demand(reserve_price=2599.99)
    assert [(error.field, error.code) for error in caught.value.errors] == [("reserve_price", "beyond-price")]


@pytest.mark.parametrize(
    ("word", "meant"), [("是", True), ("YES", True), ("否", False), ("0", False), ("", False)]
)
def test_a_file_says_yes_or_no_in_either_language(word: str, meant: bool) -> None:
    """An empty cell publishes nothing."""
    assert offer("text", publish_price=word).publish_price is meant


def test_the_api_says_true_or_false() -> None:
    """A word or a number is not a flag there."""
    assert offer(publish_price=True).publish_price
    assert refused(publish_price="yes") == [("publish_price", "not-a-flag")]
    assert refused(publish_price=1) == [("publish_price", "not-a-flag")]


def test_measurements_earn_a_grade_and_hold_back_a_better_one() -> None:
    """Fuji of 65 mm are first class (rank 4) whatever else is fine; 二等品 may be claimed, 优等品 may not."""
    assert offer(**MEASURED, grade=None, measurements=FUJI).grade == 4
    assert offer(**MEASURED, grade="二等品", measurements=FUJI).grade == 3
    assert offer(**MEASURED, grade="一等品", measurements=FUJI).measurements[-1] == "diameter_mm=65"
    assert refused(**MEASURED, grade="优等品", measurements=FUJI) == [("grade", "better-than-measured")]


def test_what_is_not_measured_is_not_guessed() -> None:
    """A missing attribute gives no grade; an attribute that does not exist is named."""
    assert refused(**MEASURED, grade=None, measurements={"brix": 13}) == [("measurements", "not-graded")]
    assert ("measurements", "unknown-attribute") in refused(measurements={"beauty": 9})


def test_the_planted_area_is_kept_exactly() -> None:
    """Mu with up to three decimals."""
    assert offer(area=12.125).area_mu == Decimal("12.125")
    assert refused(area=0) == [("area", "too-small")]
