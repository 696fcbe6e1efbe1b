"""From terms back to the fields they were posted as."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest
from duijie_catalog.api import answers
from duijie_catalog.domain.capacity import Capacity
from duijie_catalog.domain.order import Order
from duijie_catalog.posted import fields_of, merged
from duijie_shared.posting import CapacityTerms, OrderTerms, parse_capacity, parse_demand, parse_offer


def test_the_fields_of_an_order_read_back_as_the_same_terms(offer_terms: Callable[..., OrderTerms]) -> None:
    """So an amendment without changes changes nothing."""
    terms = offer_terms(min_lot=0.5, certificates=["有机", "绿色"], note="自提", temperature="chilled")
    assert parse_offer(fields_of(terms), source="json", today=None) == terms


def test_the_fields_of_a_demand_read_back_as_the_same_terms() -> None:
    """With what only demands have: least grade, origins, needed days."""
    body = {
        "product": "板栗", "quantity": 40000, "unit": "斤", "bid_price": 7.2, "county": "310115",
        "origin_counties": ["520526", "610822"], "needed_from": "2026-11-25", "needed_to": "2027-01-20",
    }  # fmt: skip
    terms = parse_demand(body, source="json", today=None)
    assert parse_demand(fields_of(terms), source="json", today=None) == terms


def test_the_fields_of_a_capacity_read_back_as_the_same_terms(
    capacity_terms: Callable[..., CapacityTerms],
) -> None:
    """With ratios, which are parts per million inside."""
    terms = capacity_terms(**{"yield": 0.35, "loss": 0.02, "to_county": "310115"})
    assert parse_capacity(fields_of(terms), source="json", today=None) == terms


def test_a_seat_moves_with_its_county(offer_terms: Callable[..., OrderTerms]) -> None:
    """Where no point was posted, another county means another seat."""
    moved = parse_offer(merged(offer_terms(), {"county": "610822"}), source="json", today=None)
    assert moved == offer_terms(county="610822")


def test_a_posted_point_stays_when_the_county_changes(offer_terms: Callable[..., OrderTerms]) -> None:
    """What somebody measured is not overwritten by a seat."""
    terms = offer_terms(latitude=26.9, longitude=104.1)
    moved = parse_offer(merged(terms, {"county": "610822"}), source="json", today=None)
    assert (moved.county, moved.latitude_e7) == ("610822", 269_000_000)


def test_an_order_answers_in_its_own_unit_with_json_numbers(offer: Callable[..., Order]) -> None:
    """40,000 斤 at 0.9 CNY stay that; what remains of it is in 斤 too, and nothing is a string."""
    made = offer(quantity=40_000, unit="斤", ask_price=0.9, min_lot=None)
    body = answers.posting(replace(made, remaining=12_500_250), own=True)
    assert (body["quantity"], body["unit"], body["ask_price"], body["remaining"]) == (
        40_000,
        "斤",
        0.9,
        25_000.5,
    )
    assert (body["grade"], body["grade_scheme"], body["min_lot"]) == (4, None, None)
    numbers = ("remaining", "quantity", "ask_price", "latitude", "longitude", "grade", "version")
    assert all(isinstance(body[name], int | float) for name in numbers)
    assert json.loads(json.dumps(body)) == body


@pytest.mark.parametrize("quantity", [Decimal("0.001"), Decimal(30), Decimal("12.345678")])
def test_an_untouched_order_remains_exactly_as_posted(quantity: Decimal, offer: Callable[..., Order]) -> None:
    """However the number is written."""
    body = answers.posting(offer(quantity=quantity), own=True)
    assert body["remaining"] == body["quantity"] == float(quantity)


def test_a_capacity_answers_in_its_own_unit(capacity: Callable[..., Capacity]) -> None:
    """With the names of the files and the API."""
    body = answers.posting(capacity(**{"yield": 0.35}), own=True)
    assert (body["throughput_per_day"], body["unit"], body["fee"], body["yield"]) == (8, "t", 120, 0.35)
    assert "remaining" not in body
