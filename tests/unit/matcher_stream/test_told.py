"""What is told of an order left short is made anew exactly when something of it changed."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from duijie_matcher.domain import Order
from duijie_matcher.matching import match_market, outcome_of
from duijie_matcher.matching.told import Told
from duijie_shared.events.matches import Diagnosis
from duijie_shared.events.policy import Policy
from market_orders import CNY, KG, NOON, a_demand, an_offer

OFFER = an_offer(certificates=("gi",), posted_at=NOON)
DEMAND = a_demand(certificates=("gi", "green"), posted_at=NOON)
OTHERS = [an_offer("dear", 3, price=5 * CNY), a_demand("low", 4, price=CNY // 2)]
MARKET = [OFFER, DEMAND, *OTHERS]


def diagnosed(orders: list[Order], told: Told, as_of: dt.datetime | None = NOON) -> dict[object, Diagnosis]:
    """As the service tells it; it is what the pure function says, in any case."""
    outcome = outcome_of("potato", orders, Policy(), as_of, told=told)
    assert outcome.diagnoses == match_market("potato", orders, Policy(), as_of).diagnoses
    return {each.order_id: each for each in outcome.diagnoses}


def test_what_did_not_change_is_the_same_object() -> None:
    """A clearing like the last tells the last one's diagnoses again; so it does where orders came that stand no nearer."""
    told = Told()
    first = diagnosed(MARKET, told)
    assert first
    again = diagnosed([*MARKET[::-1]], told)
    assert all(again[each] is first[each] for each in first)
    older = an_offer("older", -1, market="potato", product="potato", price=9 * CNY, grade=1, posted_at=NOON)
    assert diagnosed([*MARKET, older], told)[OTHERS[0].order_id] is first[OTHERS[0].order_id]


@pytest.mark.parametrize(
    "changed",
    [
        replace(DEMAND, certificates=("gi", "organic")),
        replace(DEMAND, remaining=90 * KG),
        replace(DEMAND, price=4 * CNY, certificates=()),
        replace(OFFER, version=2),
        replace(OFFER, certificates=("organic",)),
    ],
    ids=[
        "another certificate",
        "less of it",
        "a counterpart that fits",
        "its own version",
        "its own certificates",
    ],
)
def test_what_changed_is_told_anew(changed: Order) -> None:
    """Also where only a word of a counterpart is another, which no figure shows."""
    told = Told()
    diagnosed(MARKET, told)
    diagnosed([changed if each.order_id == changed.order_id else each for each in MARKET], told)


def test_a_tick_is_a_change() -> None:
    """What could be changed about an offer depends on the time that is left."""
    told = Told()
    early = replace(OFFER, window_to=NOON.date())
    late = replace(DEMAND, certificates=(), window_from=NOON.date() + dt.timedelta(9))
    for days in range(3):
        diagnosed([early, late], told, NOON + dt.timedelta(days))


def test_what_was_told_before_the_last_clearing_is_forgotten() -> None:
    """Nothing is kept of orders that are gone."""
    told = Told()
    first = diagnosed(MARKET, told)
    diagnosed(OTHERS, told)
    assert diagnosed(MARKET, told)[OFFER.order_id] is not first[OFFER.order_id]
