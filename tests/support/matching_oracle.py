"""The matching contract once more, slowly and from its text alone: fractions, one pair at a time, and a linear
program that knows nothing of flows.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from fractions import Fraction
from math import lcm

import numpy as np
from duijie_matcher.domain import Order
from duijie_shared.events.base import EVIDENCE_LEVELS
from duijie_shared.events.policy import Policy
from duijie_shared.geography.distance import distance_m
from duijie_shared.taxonomy import taxonomy
from scipy.optimize import linprog
from scipy.sparse import coo_array

STRICTNESS = ("ambient", "chilled", "frozen")
SHANGHAI = dt.timezone(dt.timedelta(hours=8))


@dataclass(frozen=True)
class Judged:
    """One pair: the gates it fails, and the exact figures."""

    failed: frozenset[str]
    distance: int
    transport: int
    landed: int | None
    bid: int | None
    gain: int


def judge(offer: Order, demand: Order, policy: Policy, as_of: dt.datetime | None = None) -> Judged:
    """What the contract says of this pair."""
    apart = distance_m(offer.latitude_e7, offer.longitude_e7, demand.latitude_e7, demand.longitude_e7)
    transport = _transport(offer, demand, apart, policy)
    landed, bid, fits = _prices(offer, demand, transport)
    failed = set()
    if not taxonomy().is_descendant(offer.product, demand.product):
        failed.add("PRODUCT")
    if offer.grade < demand.grade:
        failed.add("GRADE")
    if not _windows_meet(offer, demand, apart, policy, as_of):
        failed.add("WINDOW")
    if not fits:
        failed.add("PRICE")
    if min(offer.remaining, demand.remaining) < max(offer.min_lot, demand.min_lot):
        failed.add("MIN_LOT")
    if demand.origin_counties and offer.county not in demand.origin_counties:
        failed.add("ORIGIN")
    if not set(demand.certificates) <= set(offer.certificates):
        failed.add("CERTIFICATE")
    if offer.party_id == demand.party_id:
        failed.add("OWN_PARTY")
    if EVIDENCE_LEVELS.index(offer.evidence) < EVIDENCE_LEVELS.index(demand.evidence):
        failed.add("EVIDENCE")
    if not _packs_fit(offer, demand):
        failed.add("PACK")
    if not _fresh(offer, demand, apart, policy, as_of):
        failed.add("FRESHNESS")
    if not _searched(offer, demand, apart, policy, as_of):
        failed.add("RADIUS")
    gain = 0
    if landed is not None and bid is not None:
        gain = bid - landed
        if policy.tilt.designation in offer.designations:
            gain += round(Fraction(str(policy.tilt.bonus)) * bid)
    return Judged(frozenset(failed), apart, transport, landed, bid, gain)


def best_objective(offers: list[Order], demands: list[Order], gains: dict[tuple[int, int], int]) -> float:
    """The largest objective of any plan over these pairs, minimum lots aside, by HiGHS."""
    if not gains:
        return 0.0
    rows, columns = [], []
    for column, (offer, demand) in enumerate(gains):
        rows += [offer, len(offers) + demand]
        columns += [column, column]
    limits = [order.remaining for order in (*offers, *demands)]
    matrix = coo_array((np.ones(len(rows)), (rows, columns)), shape=(len(limits), len(gains)))
    answer = linprog([-gain for gain in gains.values()], A_ub=matrix.tocsr(), b_ub=limits, method="highs")
    assert answer.success, answer.message
    return float(-answer.fun)


def _transport(offer: Order, demand: Order, apart: int, policy: Policy) -> int:
    product = taxonomy().product(offer.product)
    named = [STRICTNESS.index(each) for each in (offer.temperature, demand.temperature) if each is not None]
    name = STRICTNESS[max(named)] if named else product.temperature
    kilograms = {
        "mass": Fraction(1),
        "piece": Fraction(product.grams_per_piece or 0, 1000),
        "booking": Fraction(0),
    }[product.dimension]
    rate = Fraction(str(getattr(policy.transport, name))) * Fraction(str(policy.transport.detour))
    return round(rate * apart / 1000 * 1_000_000 * kilograms)


def _prices(offer: Order, demand: Order, transport: int) -> tuple[int | None, int | None, bool]:
    if offer.price is None and demand.price is None:
        return None, None, True
    if offer.price is None:
        assert demand.price is not None
        return demand.price, demand.price, demand.price - transport >= 0
    landed = offer.price + transport
    if demand.price is None:
        return landed, landed, True
    return landed, demand.price, landed <= demand.price


def _windows_meet(offer: Order, demand: Order, apart: int, policy: Policy, as_of: dt.datetime | None) -> bool:
    start, end = _midnight(offer.window_from), _midnight(offer.window_to + dt.timedelta(1))
    if as_of is not None:
        start = max(start, as_of)
    if start > end:
        return False
    first, last = _midnight(demand.window_from), _midnight(demand.window_to + dt.timedelta(1))
    if taxonomy().product(offer.product).dimension == "booking":
        return max(start, first) < min(end, last)
    journey = _journey(apart, policy)
    return start + journey <= last and end + journey >= first


def _packs_fit(offer: Order, demand: Order) -> bool:
    """Whether some positive quantity fits both sides and is whole packs of both; and no smaller than the larger
    minimum lot, where the pair reaches that at all.
    """
    most, lot = min(offer.remaining, demand.remaining), max(offer.min_lot, demand.min_lot)
    pack = lcm(*(order.pack_multiple for order in (offer, demand) if order.pack_multiple), 1)
    largest = most // pack * pack
    return largest > 0 and (largest >= lot or most < lot)


def _fresh(offer: Order, demand: Order, apart: int, policy: Policy, as_of: dt.datetime | None) -> bool:
    """Whether the first arrival within the demand's window lies within the shelf life, where one is known."""
    product = taxonomy().product(offer.product)
    if offer.harvest_date is None or product.shelf_life_days is None:
        return True
    named = [STRICTNESS.index(each) for each in (offer.temperature, demand.temperature) if each is not None]
    if named and max(named) > STRICTNESS.index(product.temperature):
        return True
    start, end = _midnight(offer.window_from), _midnight(offer.window_to + dt.timedelta(1))
    if as_of is not None:
        start = max(start, as_of)
    if start > end:
        return False
    leaves = max(start, _midnight(offer.harvest_date))
    arrival = max(leaves + _journey(apart, policy), _midnight(demand.window_from))
    return arrival <= _midnight(offer.harvest_date + dt.timedelta(product.shelf_life_days + 1))


def _searched(offer: Order, demand: Order, apart: int, policy: Policy, as_of: dt.datetime | None) -> bool:
    """Whether the road between them is within the radius of either, of whom both are known to have waited how long."""
    widening = policy.widening
    if as_of is None or not widening.start_km or taxonomy().product(offer.product).dimension == "booking":
        return True
    if offer.posted_at is None or demand.posted_at is None:
        return True
    days = max(
        0,
        *((as_of - order.posted_at) // dt.timedelta(days=1) for order in (offer, demand) if order.posted_at),
    )
    radius = Fraction(str(widening.start_km)) + days * Fraction(str(widening.km_per_day))
    return days >= widening.days or Fraction(apart, 1000) * Fraction(str(policy.transport.detour)) <= radius


def _journey(apart: int, policy: Policy) -> dt.timedelta:
    terms = policy.transport
    road = Fraction(apart, 1000) * Fraction(str(terms.detour))
    hours = road / Fraction(str(terms.speed_km_per_hour)) + Fraction(str(terms.handling_hours))
    return dt.timedelta(milliseconds=round(hours * 3_600_000))


def _midnight(day: dt.date) -> dt.datetime:
    return dt.datetime(day.year, day.month, day.day, tzinfo=SHANGHAI)
