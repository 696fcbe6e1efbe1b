"""A floor over all markets in the running service: two workers, each with its own markets, agree on one price."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from duijie_matcher.domain import order_of
from duijie_matcher.domain.floor_ladder import RUNGS, rung_of
from duijie_matcher.matching import match_market
from duijie_shared.events.matches import PlanRecord
from duijie_shared.events.orders import OrderSnapshot
from duijie_shared.events.policy import Policy, TiltPolicy
from duijie_shared.events.topics import partition_for
from matchers import Matcher, Proposal, Topics, eventually, proposal
from order_records import CNY, KG, order_record, policy_record, snapshot

pytestmark = pytest.mark.broker

StartMatcher = Callable[..., Matcher]
POLICY = Policy(tilt=TiltPolicy(floor=0.3, floor_scope="all", bonus=0.0))

ONIONS = [snapshot("onions", market="onion"), snapshot("of onions", side="demand", market="onion")]
POTATOES = [
    snapshot("plain"),
    snapshot("named", price=3 * CNY // 2, designations=("cn-832",)),
    snapshot("of potatoes", side="demand"),
]


def called_for(orders: list[OrderSnapshot]) -> tuple[int | None, set[Proposal]]:
    """The price and the proposals of the pure function for these orders."""
    markets = {name: [order for order in orders if order.market == name] for name in ("onion", "potato")}
    curves = [
        match_market(name, map(order_of, found), POLICY, None).plan.floor_curve
        for name, found in markets.items()
        if found
    ]
    rung = rung_of(POLICY.tilt, curves)
    return rung, {
        proposal(match)
        for name, found in markets.items()
        for match in match_market(name, map(order_of, found), POLICY, None, rung=rung).matches
    }


def plans(topics: Topics) -> dict[str, PlanRecord]:
    """The newest plan of each market."""
    return {
        key.decode(): PlanRecord.model_validate_json(record.value or b"")
        for key, record in topics.newest("plans-v1").items()
    }


def test_workers_agree_on_one_price_and_follow_it(topics: Topics, start_matcher: StartMatcher) -> None:
    """Both markets are cleared at the price of the pure function; when the only designated seller goes, in one market,
    the other's plan says that no price keeps the floor, and after a restart it still does.
    """
    assert partition_for("onion") != partition_for("potato")
    workers = [start_matcher("m1"), start_matcher("m2")]
    topics.send(policy_record(POLICY))
    topics.send(*(order_record(order) for order in (*ONIONS, *POTATOES)))
    rung, called = called_for([*ONIONS, *POTATOES])
    assert rung == RUNGS.index(24)
    eventually(topics.live, lambda live: live == called, "the plans at the common price")
    found = eventually(
        lambda: plans(topics),
        lambda plans: {each.floor_status for each in plans.values()} == {"met"},
        "plans that say so",
    )
    assert {each.shadow_price for each in found.values()} == {24 * 1_000_000 // 128}

    gone = snapshot("named", version=2, status="withdrawn")
    topics.send(order_record(gone))
    rung, called = called_for([*ONIONS, POTATOES[0], POTATOES[2]])
    assert rung is None
    eventually(topics.live, lambda live: live == called, "the plans without the designated seller")
    eventually(
        lambda: plans(topics),
        lambda plans: {each.floor_status for each in plans.values()} == {"infeasible"},
        "plans that say so",
    )
    before = plans(topics)
    assert [worker.terminate() for worker in workers] == [0, 0]
    workers[0].start().at_rest(orders=4)
    assert plans(topics) == before

    dearer = snapshot("dearer", designations=("cn-832",), price=2 * CNY, remaining=80 * KG)
    topics.send(order_record(dearer))
    rung, called = called_for([*ONIONS, POTATOES[0], POTATOES[2], dearer])
    assert rung is not None
    eventually(topics.live, lambda live: live == called, "the plans with another designated seller")
