"""What a capacity allows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from duijie_catalog.domain.capacity import Capacity
from duijie_catalog.domain.errors import ClosedError
from duijie_shared.posting import CapacityTerms

LATER = dt.datetime(2026, 11, 24, 4, 0, tzinfo=dt.UTC)


def test_a_capacity_is_amended_while_it_is_open(
    capacity: Callable[..., Capacity], capacity_terms: Callable[..., CapacityTerms]
) -> None:
    """Other terms make the next version, the same ones none."""
    made = capacity()
    assert made.amend(capacity_terms(), LATER) is made
    assert made.amend(capacity_terms(fee=130), LATER).version == 2


def test_a_withdrawn_capacity_is_not_amended(
    capacity: Callable[..., Capacity], capacity_terms: Callable[..., CapacityTerms]
) -> None:
    """It says that it is withdrawn."""
    with pytest.raises(ClosedError, match="withdrawn"):
        capacity().withdraw(LATER).amend(capacity_terms(fee=130), LATER)


def test_the_snapshot_is_in_contract_integers(capacity: Callable[..., Capacity]) -> None:
    """8 t a day at 120 CNY per t are 8,000,000 g and 0.12 CNY per kg."""
    snapshot = capacity(note="电话 13800000000").snapshot()
    assert (snapshot.throughput_per_day, snapshot.fee) == (8_000_000, 120_000)
    assert "138" not in snapshot.model_dump_json()
