"""What stands beside the orders is told by the newest versions alone, and whom a change concerns."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import pytest
from duijie_matcher.domain import NO_CONSTRAINTS, Constraints
from duijie_matcher.stream.conditions import NOTHING_TOUCHED, Conditions, Touch
from duijie_matcher.stream.events import read
from duijie_matcher.stream.partition import Partition
from duijie_shared.events.codec import ContractError
from order_records import (
    KG,
    capacity,
    capacity_record,
    constraint,
    constraint_record,
    order_id,
    order_record,
    snapshot,
)

PAIR = (order_id("a"), order_id("x"))
PARTY = order_id("party")


def held(*bodies: Any, market: str = "potato") -> Constraints:
    """What holds after these records, in any order."""
    records = [constraint_record(body) for body in bodies]
    found = []
    for seed in range(3):
        random.Random(seed).shuffle(records)
        conditions = Conditions()
        for record in records:
            conditions.apply(record)
        found.append(conditions.constraints(market))
    assert found[0] == found[1] == found[2]
    return found[0]


def test_kinds() -> None:
    """A forbid and a decline keep a pair apart, a pin holds its quantity, limits hold in every market."""
    pair = {"offer": "a", "demand": "x"}
    assert held(constraint("c", "forbid", **pair)) == Constraints(forbidden=frozenset({PAIR}))
    assert held(constraint("c", "decline", **pair)) == Constraints(forbidden=frozenset({PAIR}))
    assert held(constraint("c", "pin", **pair, quantity=5)) == Constraints(pins={PAIR: 5})
    assert held(constraint("c", "pin", **pair)) == Constraints(pins={PAIR: None})
    assert held(constraint("c", "pin", **pair), market="apple") == NO_CONSTRAINTS
    limits = [
        constraint("c", "minimum", party_id=PARTY, quantity=1),
        constraint("d", "maximum", party_id=PARTY, quantity=9),
    ]
    assert held(*limits, market="apple") == Constraints(minimum={PARTY: 1}, maximum={PARTY: 9})


def test_of_several_the_strictest_holds_whatever_came_first() -> None:
    """The largest pin (None is largest), the largest minimum, the smallest maximum."""
    pins = [constraint(f"p{amount}", "pin", offer="a", demand="x", quantity=amount) for amount in (2, 7, 3)]
    assert held(*pins).pins == {PAIR: 7}
    assert held(*pins, constraint("all", "pin", offer="a", demand="x")).pins == {PAIR: None}
    limits = [
        constraint(f"{kind}{amount}", kind, party_id=PARTY, quantity=amount)
        for kind in ("minimum", "maximum")
        for amount in (5, 4, 6)
    ]
    assert held(*limits) == Constraints(minimum={PARTY: 6}, maximum={PARTY: 4})


def test_an_end_and_a_tombstone_drop_it_and_a_stale_version_changes_nothing() -> None:
    """The version before and the same one are stale; the market is touched where something changed, else nothing."""
    conditions = Conditions()
    active = constraint("c", "decline", offer="a", demand="x", version=2)
    touch = Touch(frozenset({"potato"}), None, (PAIR[0].int, PAIR[1].int), "c-1")
    assert conditions.apply(constraint_record(active, correlation_id="c-1")) == touch
    ended = active.model_copy(update={"status": "ended"})
    for stale in (1, 2):
        record = constraint_record(ended.model_copy(update={"version": stale}))
        assert conditions.apply(record) == NOTHING_TOUCHED
    assert conditions.constraints("potato").forbidden == {PAIR}
    assert (
        conditions.apply(constraint_record(ended.model_copy(update={"version": 3}))).markets == touch.markets
    )
    assert conditions.constraints("potato") == NO_CONSTRAINTS
    tombstone = replace(constraint_record(ended), value=None)
    assert conditions.apply(tombstone) == NOTHING_TOUCHED
    conditions.apply(constraint_record(active))
    assert conditions.apply(tombstone).markets == frozenset({"potato"})
    assert conditions.constraints("potato") == NO_CONSTRAINTS


@pytest.mark.parametrize(
    "record",
    [
        constraint_record(constraint("c", "pin", offer="a")),
        constraint_record(constraint("c", "forbid", offer="a", demand="x", market=None)),
        constraint_record(constraint("c", "minimum", party_id=PARTY)),
        constraint_record(constraint("c", "maximum", quantity=3)),
        replace(constraint_record(constraint("c", "pin", offer="a", demand="x")), key=b"other"),
        replace(constraint_record(constraint("c", "pin", offer="a", demand="x")), key=b"other", value=None),
        replace(constraint_record(constraint("c", "pin", offer="a", demand="x")), value=b"{}"),
    ],
)
def test_what_is_no_constraint_is_refused_and_changes_nothing(record: Any) -> None:
    """A record that names half of what its kind needs, or stands under another key."""
    conditions = Conditions()
    with pytest.raises(ContractError):
        conditions.apply(record)
    assert conditions.constraints("potato") == NO_CONSTRAINTS


def test_a_change_dirties_the_markets_it_concerns_alone() -> None:
    """A pair's market where there is one; for a party every market in which it has open orders."""
    partition = Partition(0, 0)
    for offset, order in enumerate(
        [
            snapshot("a", party_id=PARTY),
            snapshot("b", market="apple", party_id=PARTY),
            snapshot("c", market="onion"),
            snapshot("d", market="onion", party_id=PARTY, status="withdrawn"),
        ]
    ):
        partition.load_event(offset, read(order_record(order)))  # type: ignore[arg-type]
    partition.touch_by(Touch(markets=frozenset({"onion", "pear"})))
    assert partition.ledger.dirty == {"onion"}
    partition.touch_by(Touch(party=PARTY))
    assert partition.ledger.dirty == {"onion", "potato", "apple"}
    partition = Partition(0, 0)
    partition.touch_by(Touch(party=PARTY))
    assert partition.ledger.dirty == set()


def test_a_pair_speaks_for_its_orders() -> None:
    """What changes at the two orders of a decline carries its correlation id; what a party's limit changes, its own."""
    partition = Partition(0, 0)
    partition.apply(0, read(order_record(snapshot("a", remaining=5 * KG), correlation_id="order")), None)
    partition.touch_by(Touch(frozenset({"potato"}), None, (PAIR[0].int,), "decline"))
    causes = partition.causes("potato")
    assert (causes.of([PAIR[0].int]), causes.of([order_id("a").int])) == ("decline", "decline")
    partition.touch_by(Touch(party=snapshot("a").party_id, correlation_id="limit"))
    assert partition.causes("potato").of([order_id("a").int]) == "limit"


def test_a_capacity_concerns_the_markets_of_what_it_takes_and_gives() -> None:
    """Its product's, its output's as well; every one where it takes anything; none once it is withdrawn or gone."""
    conditions = Conditions()
    store = capacity("store")
    assert conditions.apply(capacity_record(store, correlation_id="c")) == Touch(
        frozenset({"potato"}), correlation_id="c"
    )
    assert conditions.apply(capacity_record(store)) == NOTHING_TOUCHED
    works = capacity("works", activity="processing", product_in="soybean", product_out="potato")
    assert conditions.apply(capacity_record(works)).markets == frozenset({"soybean", "potato"})
    assert conditions.apply(capacity_record(capacity("lorry", product_in=None))).markets is None
    ids = sorted(order_id(name) for name in ("store", "works", "lorry"))
    assert [each.capacity_id for each in conditions.capacities("potato")] == ids
    assert [each.capacity_id for each in conditions.capacities("apple")] == [order_id("lorry")]
    moved = store.model_copy(update={"version": 2, "product_in": "apple"})
    assert conditions.apply(capacity_record(moved)).markets == frozenset({"potato", "apple"})
    gone = moved.model_copy(update={"version": 3, "status": "withdrawn"})
    assert conditions.apply(capacity_record(gone)).markets == frozenset({"apple"})
    assert conditions.apply(replace(capacity_record(gone), value=None)).markets == frozenset()
    assert conditions.apply(replace(capacity_record(capacity("lorry")), value=None)).markets is None
    assert conditions.capacities("apple") == ()


@pytest.mark.parametrize(
    "changes",
    [{"product_in": "unicorn"}, {"loss_ppm": 1_000_000}, {"fee": 10**13}, {"product_out": "unicorn"}],
)
def test_a_capacity_that_matching_cannot_reckon_with_is_refused(changes: dict[str, Any]) -> None:
    """The version before still holds."""
    conditions = Conditions()
    conditions.apply(capacity_record(capacity("store")))
    with pytest.raises(ContractError):
        conditions.apply(capacity_record(capacity("store", version=2, **changes)))
    assert len(conditions.capacities("potato")) == 1


def test_a_capacity_for_anything_dirties_every_market() -> None:
    """None stands for all markets of the book."""
    partition = Partition(0, 0)
    for offset, market in enumerate(("potato", "apple")):
        partition.load_event(offset, read(order_record(snapshot(market, market=market))))  # type: ignore[arg-type]
    partition.touch_by(Touch(markets=None))
    assert partition.ledger.dirty == {"potato", "apple"}
