"""Parties with their check digit, capacities with their ratios and places."""

from __future__ import annotations

from typing import Any

import pytest
from duijie_shared.posting import CapacityTerms, PartyTerms, PostingError, parse_capacity, parse_party
from duijie_shared.posting.parties import USCC_ALPHABET, is_uscc
from hypothesis import given
from hypothesis import strategies as st
from postings import TODAY, fields, refusals

PARTY: dict[str, object] = {"name": "威宁示例马铃薯专业合作社", "kind": "producer"}
STORE: dict[str, object] = {
    "activity": "cold_storage",
    "throughput_per_day": 40,
    "unit": "t",
    "fee": 120,
    "county": "520526",
    "available_from": "2026-11-25",
    "available_to": "2027-03-31",
}
VALID_USCC = "91350100M000100Y43"
"""The standard's own worked example."""


def a_party(**changes: Any) -> PartyTerms:
    return parse_party(fields(PARTY, "json", changes), source="json")


def a_capacity(**changes: Any) -> CapacityTerms:
    return parse_capacity(fields(STORE, "json", changes), source="json", today=TODAY)


def refused_party(**changes: Any) -> list[tuple[str, str]]:
    with pytest.raises(PostingError) as caught:
        a_party(**changes)
    return refusals(caught.value)


def refused(**changes: Any) -> list[tuple[str, str]]:
    with pytest.raises(PostingError) as caught:
        a_capacity(**changes)
    return refusals(caught.value)


def test_a_party_needs_a_name_and_a_kind_alone() -> None:
    """An elderly smallholder has no code, no coordinates and no contact of her own."""
    terms = a_party()
    assert (terms.name, terms.kind) == ("威宁示例马铃薯专业合作社", "producer")
    assert (terms.uscc, terms.county, terms.latitude_e7, terms.contact) == (None, None, None, None)
    assert refused_party(name="", kind=None) == [("name", "required"), ("kind", "required")]


@pytest.mark.parametrize(("word", "kind"), [("buyer", "buyer"), ("采购商", "buyer"), ("SITE", "site")])
def test_kinds_in_either_language(word: str, kind: str) -> None:
    """Six kinds, as the roles that parties may have."""
    assert a_party(kind=word).kind == kind


@pytest.mark.parametrize("word", ["staff", "admin", "farmer"])
def test_staff_is_no_kind_of_party(word: str) -> None:
    """A role of the platform cannot be taken by posting a party."""
    assert refused_party(kind=word) == [("kind", "not-an-option")]


def test_the_standards_own_credit_code_is_valid() -> None:
    """In capitals or not; it is kept in capitals."""
    assert a_party(uscc=VALID_USCC.lower()).uscc == VALID_USCC


@given(st.integers(0, 17), st.sampled_from(USCC_ALPHABET))
def test_any_one_wrong_character_is_found(place: int, char: str) -> None:
    """The weights are units modulo 31, so a single slip never passes."""
    changed = VALID_USCC[:place] + char + VALID_USCC[place + 1 :]
    assert is_uscc(changed) == (changed == VALID_USCC)


@pytest.mark.parametrize("code", [VALID_USCC[:-1], VALID_USCC + "0", "9135O100M000100Y43", "１" * 18, "-"])
def test_what_is_no_credit_code_is_refused(code: str) -> None:
    """Too short, too long, the letter O, full-width digits."""
    assert refused_party(uscc=code) == [("uscc", "bad-uscc")]


def test_a_cold_store_takes_whatever_is_weighed() -> None:
    """Without a product only units of mass fit; 40 t a day at 120 CNY/t are 40,000,000 g at 0.12 CNY/kg."""
    terms = a_capacity()
    assert (terms.throughput_per_day, terms.fee) == (40_000_000, 120_000)
    assert (terms.yield_ppm, terms.loss_ppm, terms.product_in) == (None, 0, None)
    assert refused(unit="件") == [("unit", "unit-does-not-fit")]
    assert a_capacity(product_in="hen_egg", unit="枚", fee=0).throughput_per_day == 2_000


@pytest.mark.parametrize(
    "name", ["activity", "throughput_per_day", "unit", "fee", "available_from", "available_to"]
)
def test_what_a_capacity_must_have(name: str) -> None:
    """Each by its name."""
    assert refused(**{name: ...}) == [(name, "required")]


def test_processing_names_what_goes_in_what_comes_out_and_how_much() -> None:
    """Without them it is no processing that a chain could use."""
    assert refused(activity="processing") == [
        ("product_in", "required"), ("product_out", "required"), ("yield", "required"),
    ]  # fmt: skip
    terms = a_capacity(activity="加工", product_in="土豆", product_out="potato_starch", **{"yield": 0.16})
    assert (terms.activity, terms.product_in, terms.product_out) == ("processing", "potato", "potato_starch")
    assert terms.yield_ppm == 160_000


def test_line_haul_names_where_it_goes() -> None:
    """By county or by point; other activities may leave it out."""
    assert refused(activity="line_haul") == [("to_county", "required")]
    terms = a_capacity(activity="line_haul", to_county="310115")
    assert terms.to_county == "310115"
    assert terms.to_latitude_e7 is not None
    assert refused(activity="line_haul", to_latitude=31) == [("to_longitude", "required")]


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("yield", 0, "too-small"),
        ("yield", 10.000001, "too-large"),
        ("yield", 0.0000001, "too-fine"),
        ("loss", -0.01, "too-small"),
        ("loss", 1, "too-large"),
        ("loss", 0.0000001, "too-fine"),
        ("fee", -1, "too-small"),
        ("throughput_per_day", 0, "too-small"),
    ],
)
def test_a_ratio_or_fee_past_its_limit_is_refused(name: str, value: float, code: str) -> None:
    """A yield of nothing, a loss of everything, a negative fee."""
    assert refused(**{name: value}) == [(name, code)]


@pytest.mark.parametrize(
    ("name", "value", "field", "ppm"),
    [
        ("yield", 10, "yield_ppm", 10_000_000),
        ("yield", 0.000001, "yield_ppm", 1),
        ("loss", 0, "loss_ppm", 0),
        ("loss", 0.999999, "loss_ppm", 999_999),
        ("fee", 0, "fee", 0),
    ],
)
def test_a_ratio_or_fee_at_its_limit_is_accepted(name: str, value: float, field: str, ppm: int) -> None:
    """The other side: ten for one (soaked beans), no loss, free of charge."""
    assert getattr(a_capacity(**{name: value}), field) == ppm


def test_a_capacity_that_is_over_is_refused() -> None:
    """As a window of an order is."""
    assert refused(available_from="2026-01-01", available_to="2026-11-22") == [
        ("available_to", "window-over")
    ]
