"""The price of a floor over all markets from the plans of all: the same whatever their order, and only of this policy."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations

import pytest
from duijie_matcher.domain.floor_ladder import RUNGS, Curve
from duijie_matcher.stream.shared_floor import SharedFloor
from duijie_shared.events.codec import ContractError
from duijie_shared.events.matches import PlanRecord
from duijie_shared.events.policy import Policy, TiltPolicy
from duijie_shared.kafka.ports import Record
from order_records import wire

POLICY = Policy(version=3, tilt=TiltPolicy(floor=0.5, floor_scope="all"))


def steps(at: int, favoured: int = 100, others: int = 100) -> Curve:
    """A market whose trade is of others below a rung, and of designated offers from it on."""
    return tuple((0, others) if rung < at else (favoured, favoured) for rung in range(len(RUNGS) + 1))


def plan(market: str, curve: Curve, policy: int = 3) -> Record:
    """The record of a market's plan."""
    body = PlanRecord(
        market=market,
        policy=policy,
        as_of=None,
        welfare=0,
        objective=0,
        cleared_quantity=0,
        tilt_share=0.0,
        feasible_pairs=0,
        offers=0,
        demands=0,
        floor_scope="all",
        floor_curve=curve,
    )
    value, headers = wire(body, "duijie.plan.v1", market)
    return Record("plans-v1", 0, 0, market.encode(), value, headers)


def gone(market: str) -> Record:
    """The tombstone of a market without orders."""
    return Record("plans-v1", 0, 0, market.encode(), None, ())


def test_the_price_is_the_same_in_whatever_order_plans_come() -> None:
    """Half of the value changes over at rung 2, a quarter each at 5 and 9: a floor of a half is kept from rung 2 on; with
    the first market gone, from 5.
    """
    records = [plan("a", steps(2, 200, 200)), plan("b", steps(5)), plan("c", steps(9))]
    for order in permutations(records):
        shared = SharedFloor()
        shared.set_policy(POLICY)
        for record in order:
            shared.apply(record)
        assert shared.rung == 2
        assert shared.apply(gone("a"))
        assert shared.rung == 5
        assert not shared.apply(gone("a"))


def test_it_says_whether_the_price_moved() -> None:
    """The same plan again moves nothing; another does."""
    shared = SharedFloor()
    shared.set_policy(POLICY)
    assert shared.apply(plan("a", steps(4)))
    assert not shared.apply(plan("a", steps(4)))
    assert shared.apply(plan("a", steps(6)))
    assert shared.rung == 6


def test_plans_of_another_policy_do_not_count() -> None:
    """Neither older nor newer; a policy that comes later finds the plans that are there, one without a floor no price."""
    shared = SharedFloor()
    for version in (2, 4):
        shared.apply(plan(f"of {version}", steps(8), policy=version))
    shared.apply(plan("a", steps(3)))
    assert shared.rung is None
    shared.set_policy(POLICY)
    assert shared.rung == 3
    shared.set_policy(Policy(version=3, tilt=TiltPolicy(floor=0.5)))
    assert shared.rung is None


def test_a_floor_that_no_price_keeps_has_none() -> None:
    """Where designated offers trade nothing at any price, and where there are no plans."""
    shared = SharedFloor()
    shared.set_policy(POLICY)
    assert shared.rung is None
    shared.apply(plan("a", ((0, 100),) * len(RUNGS) + ((0, 0),)))
    assert shared.rung is None


@pytest.mark.parametrize(
    "record", [replace(plan("a", steps(3)), key=b"b"), replace(plan("a", steps(3)), value=b"{")]
)
def test_what_is_no_plan_of_its_key_changes_nothing(record: Record) -> None:
    """It is refused, and what held before still holds."""
    shared = SharedFloor()
    shared.set_policy(POLICY)
    shared.apply(plan("a", steps(4)))
    with pytest.raises(ContractError):
        shared.apply(record)
    assert shared.rung == 4
