"""Each gate from both sides of its limit."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from duijie_matcher.domain import Order
from duijie_matcher.matching import match_market
from duijie_shared.events.base import ShortCode
from duijie_shared.events.policy import Policy, TransportPolicy
from market_orders import CNY, DAY, KG, a_demand, an_offer, name_id

SHANGHAI = dt.timezone(dt.timedelta(hours=8))
FEASIBLE: set[ShortCode] = set()


def failed(
    offer: Order, demand: Order, policy: Policy | None = None, as_of: dt.datetime | None = None
) -> set[ShortCode]:
    """The gates that a pair alone in its market fails."""
    result = match_market(offer.market, [offer, demand], policy or Policy(), as_of)
    if result.plan.feasible_pairs:
        return FEASIBLE
    return set(result.diagnoses[0].codes)


@pytest.mark.parametrize(("grade", "code"), [(3, FEASIBLE), (4, FEASIBLE), (2, {"GRADE"})])
def test_grade(grade: int, code: set[ShortCode]) -> None:
    """The demanded grade or better."""
    assert failed(an_offer(grade=grade), a_demand(grade=3)) == code


@pytest.mark.parametrize(("ask", "code"), [(3 * CNY, FEASIBLE), (3 * CNY + 1, {"PRICE"})])
def test_price(ask: int, code: set[ShortCode]) -> None:
    """A landed cost up to the bid, not a millionth above."""
    assert failed(an_offer(price=ask), a_demand(price=3 * CNY)) == code


@pytest.mark.parametrize(("bid", "code"), [(346_928, FEASIBLE), (346_927, {"PRICE"})])
def test_a_negotiable_ask_must_leave_the_transport(bid: int, code: set[ShortCode]) -> None:
    """Over 444.780 km (0.346928 CNY/kg) an empty ask may come to nothing but not below."""
    there: dict[str, Any] = {"latitude_e7": 350_000_000, "longitude_e7": 1_210_000_000}
    here: dict[str, Any] = {"latitude_e7": 310_000_000, "longitude_e7": 1_210_000_000}
    assert failed(an_offer(price=None, **here), a_demand(price=bid, **there)) == code


def test_a_negotiable_bid_takes_any_landed_cost() -> None:
    """Without a bid no ask is too high."""
    assert failed(an_offer(price=10**6 * CNY), a_demand(price=None)) == FEASIBLE


@pytest.mark.parametrize(
    ("hours", "code"), [(24.0, FEASIBLE), (23.999, {"WINDOW"}), (48.0, FEASIBLE), (48.001, {"WINDOW"})]
)
def test_window(hours: float, code: set[ShortCode]) -> None:
    """What leaves on day 1 and takes 24 to 48 hours meets day 3 (00:00 to 24:00), ends included: at the least
    24:00 of day 1 + 24 h = 00:00 of day 3, at the most 00:00 of day 2 + 48 h = 24:00 of day 3.
    """
    policy = Policy(transport=TransportPolicy(handling_hours=hours))
    first = DAY if hours < 40 else DAY + dt.timedelta(1)
    offer = an_offer(window_from=first, window_to=first)
    third = DAY + dt.timedelta(2)
    assert failed(offer, a_demand(window_from=third, window_to=third), policy) == code


@pytest.mark.parametrize(("late", "code"), [(0, FEASIBLE), (1, {"WINDOW"})])
def test_moments_before_now_do_not_count(late: int, code: set[ShortCode]) -> None:
    """At 20:00 of the last needed day four hours of handling still arrive at 24:00; a millisecond later not."""
    now = dt.datetime(DAY.year, DAY.month, DAY.day, 20, tzinfo=SHANGHAI) + dt.timedelta(milliseconds=late)
    assert failed(an_offer(), a_demand(window_from=DAY, window_to=DAY), as_of=now) == code


@pytest.mark.parametrize(("late", "code"), [(0, FEASIBLE), (1, {"WINDOW"})])
def test_an_offer_is_over_after_its_last_moment(late: int, code: set[ShortCode]) -> None:
    """At 24:00 of the last day the offer is still there, a millisecond later it is gone."""
    now = dt.datetime(DAY.year, DAY.month, DAY.day, tzinfo=SHANGHAI) + dt.timedelta(days=1, milliseconds=late)
    assert failed(an_offer(window_to=DAY), a_demand(), as_of=now) == code


@pytest.mark.parametrize(
    ("offer", "demand", "code"),
    [
        ({"min_lot": 100 * KG}, {}, FEASIBLE),
        ({}, {"min_lot": 100 * KG}, FEASIBLE),
        ({"min_lot": 100 * KG}, {"remaining": 100 * KG - 1}, {"MIN_LOT"}),
        ({"remaining": 100 * KG - 1}, {"min_lot": 100 * KG}, {"MIN_LOT"}),
        ({"min_lot": 100 * KG, "remaining": 100 * KG - 1}, {"remaining": 200 * KG}, {"MIN_LOT"}),
        ({"remaining": 200 * KG}, {"min_lot": 100 * KG, "remaining": 100 * KG - 1}, {"MIN_LOT"}),
    ],
)
def test_minimum_lot(offer: dict[str, Any], demand: dict[str, Any], code: set[ShortCode]) -> None:
    """What the pair could trade equals either minimum lot, or is a gram below it; on either side."""
    assert failed(an_offer(**offer), a_demand(**demand)) == code


@pytest.mark.parametrize(
    ("county", "accepted", "code"),
    [
        ("520526", (), FEASIBLE),
        (None, (), FEASIBLE),
        ("520526", ("310115", "520526"), FEASIBLE),
        ("520526", ("310115",), {"ORIGIN"}),
        (None, ("310115",), {"ORIGIN"}),
    ],
)
def test_origin(county: str | None, accepted: tuple[str, ...], code: set[ShortCode]) -> None:
    """Named counties only, where any are named; an offer of no county is of none of them."""
    assert failed(an_offer(county=county), a_demand(origin_counties=accepted)) == code


@pytest.mark.parametrize(
    ("held", "asked", "code"),
    [
        ((), (), FEASIBLE),
        (("gi", "green", "organic"), ("green", "gi"), FEASIBLE),
        (("gi",), ("gi", "green"), {"CERTIFICATE"}),
        ((), ("gi",), {"CERTIFICATE"}),
    ],
)
def test_certificates(held: tuple[str, ...], asked: tuple[str, ...], code: set[ShortCode]) -> None:
    """All that is asked is held; more does no harm."""
    assert failed(an_offer(certificates=held), a_demand(certificates=asked)) == code


def test_any_number_of_certificates_is_told_apart() -> None:
    """Of 150 certificates, missing any single one fails, wherever its bit falls."""
    names = tuple(f"certificate {number}" for number in range(150))
    offers = [an_offer(str(left), left, certificates=names[:left] + names[left + 1 :]) for left in range(150)]
    whole = an_offer("whole", 999, certificates=names)
    result = match_market("potato", [*offers, whole, a_demand(certificates=names)], Policy(), None)
    assert result.plan.feasible_pairs == 1
    assert result.matches[0].offer_id == whole.order_id


def test_own_party() -> None:
    """One party's offer and demand do not meet; two parties' do."""
    party = name_id("both")
    assert failed(an_offer(party_id=party), a_demand(party_id=party)) == {"OWN_PARTY"}
    assert failed(an_offer(party_id=party), a_demand()) == FEASIBLE


@pytest.mark.parametrize(
    ("offered", "wanted", "code"),
    [
        ("fuji_apple", "apple", FEASIBLE),
        ("apple", "apple", FEASIBLE),
        ("apple", "fuji_apple", {"PRODUCT"}),
        ("gala_apple", "fuji_apple", {"PRODUCT"}),
        ("apple_juice", "apple", {"PRODUCT"}),
        ("apple", "apple_juice", {"PRODUCT"}),
    ],
)
def test_product(offered: str, wanted: str, code: set[ShortCode]) -> None:
    """A demand accepts its product and the varieties below it, nothing else of the family."""
    assert failed(an_offer(market="apple", product=offered), a_demand(market="apple", product=wanted)) == code


@pytest.mark.parametrize(("day", "code"), [(0, FEASIBLE), (1, {"WINDOW"}), (-1, {"WINDOW"})])
def test_a_booking_shares_a_day(day: int, code: set[ShortCode]) -> None:
    """A room for one night is none for the night before or after, and needs no journey."""
    night = DAY + dt.timedelta(day)
    place: dict[str, Any] = {"market": "farm_stay", "product": "farm_stay"}
    offer = an_offer(window_from=DAY, window_to=DAY, latitude_e7=0, **place)
    assert failed(offer, a_demand(window_from=night, window_to=night, **place)) == code


def test_every_failed_gate_is_named() -> None:
    """A pair that fails several gates names all of them."""
    offer = an_offer(grade=1, price=9 * CNY, party_id=name_id("both"), window_to=DAY)
    later = DAY + dt.timedelta(30)
    demand = a_demand(
        certificates=("gi",),
        origin_counties=("520526",),
        min_lot=100 * KG,
        remaining=100 * KG,
        party_id=name_id("both"),
        window_from=later,
        window_to=later,
    )
    short = an_offer("short", 1, remaining=99 * KG, party_id=name_id("x"))
    assert failed(offer, demand) == {"GRADE", "WINDOW", "PRICE", "ORIGIN", "CERTIFICATE", "OWN_PARTY"}
    assert failed(short, demand) == {"MIN_LOT", "ORIGIN", "CERTIFICATE"}
