"""Builders of aggregates."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from uuid import UUID

import pytest
from duijie_catalog.domain.capacity import Capacity
from duijie_catalog.domain.order import Order
from duijie_shared.posting import CapacityTerms, OrderTerms, parse_capacity, parse_offer

NOW = dt.datetime(2026, 11, 23, 4, 0, tzinfo=dt.UTC)
PARTY = UUID(int=7)

OFFER: dict[str, object] = {
    "product": "potato", "grade": 4, "quantity": 30, "unit": "t", "ask_price": 1800, "county": "520526",
    "available_from": "2026-11-25", "available_to": "2027-01-20",
}  # fmt: skip
CAPACITY: dict[str, object] = {
    "activity": "grading", "product_in": "apple", "throughput_per_day": 8, "unit": "t", "fee": 120,
    "county": "610822", "available_from": "2026-11-25", "available_to": "2027-01-20",
}  # fmt: skip


@pytest.fixture
def offer_terms() -> Callable[..., OrderTerms]:
    """Terms of an acceptable offer, with changed fields."""
    return lambda **changes: parse_offer(OFFER | changes, source="json", today=NOW.date())


@pytest.fixture
def offer(offer_terms: Callable[..., OrderTerms]) -> Callable[..., Order]:
    """An open offer, with changed fields."""
    return lambda **changes: Order.post(UUID(int=1), 5, PARTY, offer_terms(**changes), NOW)


@pytest.fixture
def capacity_terms() -> Callable[..., CapacityTerms]:
    """Terms of an acceptable capacity, with changed fields."""
    return lambda **changes: parse_capacity(CAPACITY | changes, source="json", today=NOW.date())


@pytest.fixture
def capacity(capacity_terms: Callable[..., CapacityTerms]) -> Callable[..., Capacity]:
    """An open capacity, with changed fields."""
    return lambda **changes: Capacity.post(UUID(int=2), 6, PARTY, capacity_terms(**changes), NOW)
