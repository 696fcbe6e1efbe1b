"""Whatever happens on the way, what is published in the end is what the open orders alone call for."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, replace
from uuid import UUID

from duijie_matcher.matching import match_market
from duijie_matcher.stream.child import clear_market
from duijie_matcher.stream.events import OrderChanged, order_from, read
from duijie_matcher.stream.items import (
    CALLS,
    DIAGNOSES,
    EVENT_TYPES,
    MATCHES,
    NOTHING,
    PLANS,
    Body,
    digest_of,
)
from duijie_matcher.stream.partition import Partition
from duijie_shared.events.calls import CapacityCall
from duijie_shared.events.codec import decode, headers_of, new_envelope
from duijie_shared.events.matches import Diagnosis, MatchRecord, PlanRecord
from duijie_shared.events.policy import Policy
from duijie_shared.kafka.ports import Record
from hypothesis import given, settings
from hypothesis import strategies as st
from order_records import CNY, KG, NOW, order_record, snapshot, tick_record

NUMBER = order_record(snapshot("x")).partition
BODIES: dict[str, type[Body]] = {
    MATCHES: MatchRecord,
    PLANS: PlanRecord,
    DIAGNOSES: Diagnosis,
    CALLS: CapacityCall,
}


@dataclass
class World:
    """One partition's topics as lists, and a worker that can die between any two records it sends."""

    orders: list[Record]
    outputs: list[tuple[str, bytes, bytes | None]] = field(default_factory=list)
    arrived: int = 0
    worker: Partition = field(init=False)

    def __post_init__(self) -> None:
        self.start()

    def start(self) -> None:
        """A new worker over what is on the topics now."""
        self.worker = Partition(NUMBER, 0)
        for record in self.orders[: self.arrived]:
            event = read(record)
            assert event is not None
            self.worker.load_event(record.offset, event)
        for topic, value in self.newest().values():
            headers = headers_of(new_envelope("t", EVENT_TYPES[topic], "s", NOW, ""))
            body, _ = decode(topic, value, headers)
            assert isinstance(body, MatchRecord | PlanRecord | Diagnosis | CapacityCall)
            self.worker.load_output(body)
        self.worker.loaded(self.arrived)

    def deliver(self, back: int = 0) -> None:
        """The next record arrives, or one `back` records ago arrives again."""
        at = max(0, self.arrived - back) if back else self.arrived
        if at >= len(self.orders):
            return
        self.arrived = max(self.arrived, at + 1)
        self.worker.apply(at, read(self.orders[at]), None)

    def clear(self, *, dies_after: int | None = None) -> None:
        """Clear the first dirty market; the worker may die after it sent so many records."""
        for market in sorted(self.worker.ledger.dirty)[:1]:
            number = self.worker.ledger.begin(market)
            orders = self.worker.book.orders(market)
            digests = self.worker.publication(market).digests()
            as_of = self.worker.book.as_of
            cleared = clear_market(market, orders, Policy(), as_of, digests) if orders else NOTHING
            changes, after = self.worker.changes(market, cleared)
            self.outputs += [(change.topic, change.key, change.value) for change in changes[:dies_after]]
            if dies_after is not None:
                return self.start()
            self.worker.published(market, number, after)
        return None

    def come_to_rest(self) -> None:
        """Everything arrives and everything is cleared."""
        while self.arrived < len(self.orders):
            self.deliver()
        while self.worker.ledger.dirty:
            self.clear()

    def newest(self) -> dict[tuple[str, bytes], tuple[str, bytes]]:
        """What compaction would leave."""
        found: dict[tuple[str, bytes], tuple[str, bytes]] = {}
        for topic, key, value in self.outputs:
            found.pop((topic, key), None)
            if value is not None:
                found[topic, key] = (topic, value)
        return found

    def live(self) -> set[bytes]:
        """The digests of all that holds."""
        found: set[bytes] = set()
        for topic, value in self.newest().values():
            body: Body = BODIES[topic].model_validate_json(value)
            if not isinstance(body, MatchRecord | CapacityCall) or body.status != "withdrawn":
                found.add(digest_of(body))
        return found

    def called_for(self) -> set[bytes]:
        """The same from scratch: the pure function over the newest version of every order, where it is open."""
        newest: dict[UUID, OrderChanged] = {}
        for event in map(read, self.orders):
            assert isinstance(event, OrderChanged)
            before = newest.get(event.order_id)
            newest[event.order_id] = event if before is None or event.version > before.version else before
        orders = [order_from(event.value) for event in newest.values() if event.value is not None]
        if not orders:
            return set()
        result = match_market("potato", orders, Policy(), None)
        bodies: list[Body] = [*result.matches, *result.diagnoses, *result.calls, result.plan]
        return set(map(digest_of, bodies))


def _order(name: str, version: int, price: int, status: str) -> Record:
    side = "demand" if name in "xy" else "offer"
    price += 4 * (side == "demand")
    order = snapshot(
        name,
        version=version,
        side=side,
        status=status,
        price=price * CNY // 2,
        quantity=(60 + 7 * version) * KG,
    )
    return order_record(order)


ORDERS = st.lists(
    st.builds(
        _order,
        st.sampled_from("abxy"),
        st.integers(1, 5),
        st.integers(1, 5),
        st.sampled_from(["open"] * 4 + ["withdrawn"]),
    ),
    max_size=14,
)
STEPS = st.lists(
    st.one_of(
        st.just(("deliver", 0)),
        st.tuples(st.just("again"), st.integers(1, 6)),
        st.just(("clear", 0)),
        st.tuples(st.just("die"), st.integers(0, 5)),
        st.just(("restart", 0)),
    ),
    max_size=25,
)


def _world(records: list[Record]) -> World:
    said: dict[
        tuple[UUID, int], Record
    ] = {}  # a version is what its order said then: the first of each counts
    for record in records:
        event = read(record)
        assert isinstance(event, OrderChanged)
        said.setdefault((event.order_id, event.version), record)
    return World([replace(record, offset=number) for number, record in enumerate(said.values())])


@settings(deadline=None, max_examples=60)
@given(records=ORDERS, steps=STEPS)
def test_restarts_repeats_and_deaths_leave_no_trace(
    records: list[Record], steps: list[tuple[str, int]]
) -> None:
    """Any interleaving of arrivals, repeats, clearings, restarts and deaths between two sends."""
    world = _world(records)
    for step, number in steps:
        match step:
            case "deliver":
                world.deliver()
            case "again":
                world.deliver(back=number)
            case "clear":
                world.clear()
            case "die":
                world.clear(dies_after=number)
            case "restart":
                world.start()
    world.come_to_rest()
    assert world.live() == world.called_for()
    assert world.worker.ledger.settled == len(world.orders)
    sent = len(world.outputs)
    world.start()
    world.come_to_rest()
    assert len(world.outputs) == sent, "a restart at rest sends nothing"


def test_the_last_order_gone_leaves_nothing_live() -> None:
    """Withdrawn matches remain as such, plan and diagnoses do not."""
    world = _world([_order("a", 1, 2, "open"), _order("x", 1, 2, "open")])
    world.come_to_rest()
    assert len(world.live()) == len(world.called_for()) > 1
    world.orders += [
        replace(_order("a", 2, 2, "withdrawn"), offset=2),
        replace(_order("x", 2, 2, "closed"), offset=3),
    ]
    world.come_to_rest()
    assert world.live() == set()
    statuses = [MatchRecord.model_validate_json(value).status for _, value in world.newest().values()]
    assert statuses == ["withdrawn"]


def test_a_week_of_ticks_drops_what_was_withdrawn() -> None:
    """The clock reaches markets that have no open orders any more."""
    world = _world([_order("a", 1, 2, "open"), _order("x", 1, 2, "open")])
    world.orders += [replace(_order("a", 2, 2, "withdrawn"), offset=2)]
    world.come_to_rest()
    world.orders += [replace(_order("x", 2, 2, "withdrawn"), offset=3)]
    world.orders += [tick_record(NUMBER, NOW + dt.timedelta(days=day), offset=4 + day) for day in range(9)]
    world.come_to_rest()
    assert world.newest() == {}
