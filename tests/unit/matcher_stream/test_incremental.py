"""The service's clearing, which remembers the last one, equals the pure function on what holds now."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from duijie_matcher.domain import Constraints, capacity_of, order_of
from duijie_matcher.matching import match_market
from duijie_matcher.matching.keeping import keeping
from duijie_matcher.matching.market import MarketResult
from duijie_matcher.matching.scorecard import RULES_1
from duijie_matcher.stream import child
from duijie_matcher.stream.book import Book
from duijie_matcher.stream.conditions import Conditions
from duijie_matcher.stream.events import read
from duijie_matcher.stream.items import CALLS, DIAGNOSES, MATCHES, PLANS, Body, Digests, Item, encode
from duijie_shared.events.base import LIVE
from duijie_shared.events.capacities import CapacitySnapshot
from duijie_shared.events.constraints import ConstraintRecord
from duijie_shared.events.orders import OrderSnapshot
from duijie_shared.events.policy import Policy, TiltPolicy, WideningPolicy
from hypothesis import given, settings
from hypothesis import strategies as st
from order_records import (
    CNY,
    KG,
    NOW,
    capacity,
    capacity_record,
    constraint,
    constraint_record,
    order_id,
    order_record,
    snapshot,
)

OFFERS, DEMANDS = "abc", "xyz"


def _order(name: str, version: int, price: int, status: str) -> OrderSnapshot:
    side = "demand" if name in DEMANDS else "offer"
    price += 3 * (side == "demand")
    designations = () if side == "demand" else ("cn-832",)
    changes: dict[str, Any] = {"side": side, "status": status, "designations": designations}
    changes["party_id"] = order_id("p" + name)
    if name == "x":
        changes |= {"temperature": "chilled", "latitude_e7": 320_000_000, "price": (price + 3) * CNY}
    fields = {"version": version, "price": price * CNY, "quantity": (40 + 9 * version) * KG}
    if name in "ay":
        changes |= {
            "posted_at": NOW - dt.timedelta(hours=version),
            "longitude_e7": 1_000_000_000 + 30_000_000 * (name == "y"),
        }
    return snapshot(name, **(fields | changes))


def _constraint(number: int, version: int, kind: str, pair: tuple[str, str], status: str) -> ConstraintRecord:
    changes: dict[str, Any] = {"version": version, "status": status}
    if kind in {"minimum", "maximum"}:
        changes |= {"party_id": order_id("p" + pair[0]), "quantity": 30 * KG}
    else:
        changes |= {"offer": pair[0], "demand": pair[1]}
    return constraint(f"c{number}", kind, **changes)


STATES = st.sampled_from(["open"] * 4 + ["withdrawn"])
PAIRS = st.tuples(st.sampled_from(OFFERS), st.sampled_from(DEMANDS))
ENTRIES = st.one_of(
    st.builds(_order, st.sampled_from(OFFERS + DEMANDS), st.integers(1, 4), st.integers(1, 4), STATES),
    st.builds(
        _constraint,
        st.integers(1, 3),
        st.integers(1, 3),
        st.sampled_from(["pin", "forbid", "decline", "minimum", "maximum"]),
        PAIRS,
        st.sampled_from(["active", "active", "ended"]),
    ),
    st.builds(
        lambda version, status: capacity("s", version=version, status=status), st.integers(1, 3), STATES
    ),
    st.builds(
        lambda bonus, start: Policy(
            tilt=TiltPolicy(bonus=bonus), widening=WideningPolicy(start_km=start, days=3)
        ),
        st.sampled_from([0.05, 0.1]),
        st.sampled_from([0.0, 150.0]),
    ),
    st.sampled_from([dt.timedelta(hours=1), dt.timedelta(days=1), dt.timedelta(days=20), "restart"]),
)
Entry = OrderSnapshot | ConstraintRecord | CapacitySnapshot | Policy | dt.timedelta | str


class Service:
    """What a worker keeps of one market, and what its topics hold."""

    def __init__(self) -> None:
        self.book, self.conditions, self.policy = Book(), Conditions(), Policy()
        self.as_of: dt.datetime | None = None
        self.published: Digests = {}

    def take(self, entry: Entry) -> None:
        """Something arrives, perhaps stale, perhaps again."""
        match entry:
            case OrderSnapshot():
                event = read(order_record(entry))
                assert event is not None
                self.book.apply(event)
            case ConstraintRecord():
                self.conditions.apply(constraint_record(entry))
            case CapacitySnapshot():
                self.conditions.apply(capacity_record(entry))
            case Policy():
                self.policy = entry
            case dt.timedelta():
                self.as_of = (self.as_of or NOW) + entry
            case _:
                child._memories.clear()

    def clear(self) -> dict[str, list[Item]]:
        """A clearing as the worker asks for it."""
        constraints, capacities = self.conditions.constraints("potato"), self.conditions.capacities("potato")
        orders = self.book.orders("potato")
        cleared = child.clear_market(
            "potato", orders, self.policy, self.as_of, self.published, constraints, capacities
        )
        found = {
            MATCHES: list(cleared.matches),
            PLANS: list(cleared.plans),
            DIAGNOSES: list(cleared.diagnoses),
            CALLS: list(cleared.calls),
        }
        self.published = {topic: {item.key: item.digest for item in items} for topic, items in found.items()}
        return found


def _newest(entries: list[Entry], kind: type[Any], name: str) -> list[Any]:
    """The newest version of each, the first of a version."""
    found: dict[UUID, Any] = {}
    for entry in entries:
        if isinstance(entry, kind):
            key = getattr(entry, name)
            if key not in found or entry.version > found[key].version:
                found[key] = entry
    return list(found.values())


def _scratch(entries: list[Entry], service: Service, published: Digests) -> dict[str, list[Item]]:
    """The same from the newest versions alone."""
    orders = [order_of(each) for each in _newest(entries, OrderSnapshot, "order_id") if each.status in LIVE]
    capacities = [
        capacity_of(each) for each in _newest(entries, CapacitySnapshot, "capacity_id") if each.status in LIVE
    ]
    conditions = Conditions()
    for each in _newest(entries, ConstraintRecord, "constraint_id"):
        conditions.apply(constraint_record(each))

    def clear(kept: Constraints) -> MarketResult:
        return match_market("potato", orders, service.policy, service.as_of, RULES_1, kept, capacities)

    result, _ = keeping(conditions.constraints("potato"), orders, clear)
    bodies: dict[str, tuple[Body, ...]] = {
        MATCHES: result.matches,
        PLANS: (result.plan,),
        DIAGNOSES: result.diagnoses,
        CALLS: result.calls,
    }
    return {
        topic: [encode(body, published.get(topic, {})) for body in found] for topic, found in bodies.items()
    }


@given(st.lists(st.lists(ENTRIES, min_size=1, max_size=5), min_size=1, max_size=6), st.randoms())
@settings(max_examples=60, deadline=None)
def test_what_the_last_clearing_left_behind_changes_nothing(steps: list[list[Entry]], draw: Any) -> None:
    """Any history of orders, constraints, capacities, policies, ticks and restarts, stale and repeated records among them:
    after every step the service's clearing has the items of one from scratch, to the byte.
    """
    service, arrived = Service(), list[Entry]()
    service.take("restart")
    for number, step in enumerate(steps):
        entries = [*([] if number else [_order("a", 1, 1, "open"), _order("x", 1, 1, "open")]), *step]
        for entry in [*entries, *draw.sample(arrived, min(2, len(arrived)))]:
            if isinstance(entry, OrderSnapshot | ConstraintRecord | CapacitySnapshot):
                arrived.append(entry)
            elif entry in arrived:
                continue
            service.take(entry)
        if not service.book.orders("potato"):
            continue
        before = service.published
        assert service.clear() == _scratch(arrived, service, before)
