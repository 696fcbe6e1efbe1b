"""The worker's centre: takes events in, clears what they touched, publishes, and only then lets them go."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog
from duijie_shared.events.codec import ContractError

from duijie_matcher.stream.conditions import Conditions
from duijie_matcher.stream.events import ORDERS, read
from duijie_matcher.stream.items import MATCHES, NOTHING
from duijie_matcher.stream.loader import load, refetch
from duijie_matcher.stream.messages import change_messages, dead_letter_message, tombstone_message
from duijie_matcher.stream.schedule import Schedule
from duijie_matcher.stream.shared_floor import SharedFloor

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Collection, Iterable

    from duijie_shared.events.policy import Policy
    from duijie_shared.kafka.ports import Record

    from duijie_matcher.stream.clearing import Clearer
    from duijie_matcher.stream.conditions import Touch
    from duijie_matcher.stream.items import Cleared
    from duijie_matcher.stream.ledger import Ack
    from duijie_matcher.stream.metrics import Metrics
    from duijie_matcher.stream.partition import Partition
    from duijie_matcher.stream.publication import Change
    from duijie_matcher.stream.publisher import Publisher
    from duijie_matcher.stream.reader import Reader
    from duijie_matcher.stream.schedule import Turn

log = structlog.get_logger(__name__)

LOGGED_CORRELATIONS = 20
"""Ids that a line names at most: a burst has thousands."""


@dataclass(frozen=True, slots=True)
class Limits:
    """`gather`: least seconds between two clearings of a market; `unsettled`: events that may wait for
    their effects before consumption does.
    """

    gather: float
    unsettled: int


class Engine:
    """Everything happens on one event loop; only matching runs elsewhere.

    A partition object is dropped at every rebalance and built anew; whoever comes back from an `await`
    with an object that is no longer the current one leaves its work undone.
    """

    def __init__(
        self,
        reader: Reader,
        clearer: Clearer,
        publisher: Publisher,
        metrics: Metrics,
        limits: Limits,
        clock: Callable[[], dt.datetime],
    ) -> None:
        self._reader = reader
        self._clearer = clearer
        self._publisher = publisher
        self._metrics = metrics
        self._limits = limits
        self._clock = clock
        self.partitions: dict[int, Partition] = {}
        self.assigned = False
        """Whether the group has spoken and the books of what it gave are loaded."""
        self.policy: Policy | None = None
        self.conditions = Conditions()
        self.shared_floor = SharedFloor()
        self.knows_conditions = False
        """Whether all constraints, capacities and plans that were on their topics at the start are in: before that nothing
        is cleared, or a pair that somebody declined would be proposed for a moment."""
        self.progress = 0
        """Grows with every event taken in and every clearing published. Loading is none: a worker that is
        assigned partitions over and over gets nowhere."""
        self._assignment = 0
        self._schedule = Schedule(limits.gather)
        self._work = asyncio.Event()
        self._room = asyncio.Event()
        self._outlet = asyncio.Lock()

    # -- the group's side ------------------------------------------------------------------------------

    async def release(self) -> None:
        """Let go of all partitions; returns once nothing of theirs is on its way to the broker."""
        self._assignment += 1
        self.assigned = False
        self.partitions = {}
        self._schedule.forget()
        self._room.set()
        async with self._outlet:
            pass

    async def take(self, numbers: Collection[int]) -> dict[int, int] | None:
        """Load the given partitions and own them. Returns the offset up to which each was read, or None
        where the group changed its mind meanwhile.
        """
        await self.release()
        assignment = self._assignment
        started = time.monotonic()
        loaded = await load(self._reader, numbers)
        async with self._outlet:
            if assignment != self._assignment:
                return None
            now = self._clock()
            await self._publisher.publish([tombstone_message(record, now) for record in loaded.spoiled])
            for record, reason in loaded.unread:
                await self._put_aside(record, reason)
            if assignment != self._assignment:
                return None
            self.partitions, self.assigned = loaded.partitions, True
        self._metrics.loads.inc(len(loaded.partitions))
        self._work.set()
        log.info(
            "partitions loaded",
            partitions=sorted(numbers),
            orders=self.orders,
            matches=self.matches,
            seconds=round(time.monotonic() - started, 3),
        )
        return {number: partition.ledger.applied for number, partition in loaded.partitions.items()}

    async def receive(self, record: Record, ack: Ack) -> None:
        """Take in the next record of `orders-v1`; waits while too much is unsettled."""
        partition = self.partitions.get(record.partition)
        if partition is None:
            return  # of an assignment that is over; the next owner reads it
        if record.offset > partition.ledger.applied:
            await self._catch_up(partition, record.offset)
        if record.offset < partition.ledger.applied:
            ack()  # loaded or caught up with already
            return
        await self._apply(partition, record, ack)
        while self._is_current(partition) and self.unsettled > self._limits.unsettled:
            self._room.clear()
            await self._room.wait()

    def set_policy(self, policy: Policy) -> None:
        """Match everything by this policy from now on."""
        self.policy = policy
        self.shared_floor.set_policy(policy)
        for partition in self.partitions.values():
            partition.touch()
        self._work.set()

    def conditions_changed(self, touch: Touch) -> None:
        """Match again what a change beside the orders concerns."""
        # Before the first clearing everything is to be cleared anyway.
        if self.knows_conditions:
            for partition in self.partitions.values():
                partition.touch_by(touch)
            self._work.set()

    def plan_published(self, record: Record) -> None:
        """Take in a plan of any worker, and match everything again where it moves the price of a floor over all markets.

        Raises
        ------
        ContractError
            When it is no plan.
        """
        if self.shared_floor.apply(record) and self.knows_conditions:
            for partition in self.partitions.values():
                partition.touch()
            self._work.set()

    def conditions_are_known(self) -> None:
        """Clearing may begin."""
        if not self.knows_conditions:
            self.knows_conditions = True
            self._work.set()

    @property
    def may_clear(self) -> bool:
        """Whether all that a clearing needs beside orders is there."""
        return self.policy is not None and self.knows_conditions

    async def put_aside(self, record: Record, reason: str) -> None:
        """Publish a dead letter."""
        async with self._outlet:
            await self._put_aside(record, reason)

    # -- the clearing side -----------------------------------------------------------------------------

    async def run(self) -> None:
        """Clear dirty markets for ever. One more runner than children: one publishes while another's child works."""
        await self._clearer.warm()
        async with asyncio.TaskGroup() as runners:
            for _ in range(self._clearer.processes + 1):
                runners.create_task(self._run())

    async def _run(self) -> None:
        while True:
            turn = await self._turn()
            try:
                await self._clear(turn.partition, turn.market)
            finally:
                self._schedule.end(turn)
                self._work.set()

    async def _turn(self) -> Turn:
        while True:
            turn = self._schedule.next(self.partitions.values()) if self.may_clear else None
            now = time.monotonic()
            if turn is not None and turn.due <= now:
                self._schedule.begin(turn, now)
                return turn
            self._work.clear()
            try:
                async with asyncio.timeout(None if turn is None else turn.due - now):
                    await self._work.wait()
            except TimeoutError:
                continue

    async def _clear(self, partition: Partition, market: str) -> None:
        policy = self.policy
        if policy is None:
            return
        started = time.monotonic()
        number = partition.ledger.begin(market)
        orders, causes = partition.book.orders(market), partition.causes(market)
        cleared = NOTHING
        if orders:
            published = partition.publication(market).digests()
            conditions = (self.conditions.constraints(market), self.conditions.capacities(market))
            as_of = partition.book.as_of
            rung = self.shared_floor.rung
            cleared = await self._clearer.clear(market, orders, policy, as_of, published, *conditions, rung)
        async with self._outlet:
            if not self._is_current(partition):
                return
            changes, after = partition.changes(market, cleared)
            now = self._clock()
            await self._publisher.publish(change_messages(changes, partition.number, causes, now))
            if not self._is_current(partition):
                return
            self._acknowledge(partition.published(market, number, after))
        self.progress += 1
        self._tell_left_out(market, cleared)
        self._count(changes, seconds := time.monotonic() - started)
        if changes:
            log.info(
                "market cleared",
                market=market,
                partition=partition.number,
                orders=len(orders),
                published=len(changes),
                seconds=round(seconds, 3),
                correlation_ids=causes.newest(LOGGED_CORRELATIONS),
            )

    # -- shared ----------------------------------------------------------------------------------------

    @property
    def orders(self) -> int:
        """Open orders in the books."""
        return sum(len(partition.book) for partition in self.partitions.values())

    @property
    def matches(self) -> int:
        """Matches published and not withdrawn."""
        return sum(partition.live_matches() for partition in self.partitions.values())

    @property
    def dirty_markets(self) -> int:
        """Markets with changes that are not published."""
        return sum(len(partition.ledger.dirty) for partition in self.partitions.values())

    @property
    def unsettled(self) -> int:
        """Events whose effects are not published."""
        return sum(partition.ledger.unsettled for partition in self.partitions.values())

    def lag(self, ends: dict[int, int]) -> int:
        """Records before `ends` (by partition) whose effects are not all acknowledged."""
        return sum(
            max(0, end - self.partitions[number].ledger.settled)
            for number, end in ends.items()
            if number in self.partitions
        )

    def _is_current(self, partition: Partition) -> bool:
        return self.partitions.get(partition.number) is partition

    async def _catch_up(self, partition: Partition, end: int) -> None:
        """Read what the consumer left out: compaction makes gaps, but so does a lost prefetch (faust#596)."""
        begin = partition.ledger.applied
        for record in await refetch(self._reader, (ORDERS, partition.number), begin, end):
            log.warning("record refetched", partition=record.partition, offset=record.offset)
            self._metrics.refetched.inc()
            await self._apply(partition, record, None)

    async def _apply(self, partition: Partition, record: Record, ack: Ack | None) -> None:
        event = None
        try:
            event = read(record)
        except ContractError as error:
            await self.put_aside(record, str(error))
        if not self._is_current(partition):
            return
        dirty = partition.ledger.dirty
        self._acknowledge(partition.apply(record.offset, event, ack))
        self.progress += 1
        self._metrics.events.inc()
        if partition.ledger.dirty > dirty:  # else a runner's timer is set for it already
            self._work.set()

    async def _put_aside(self, record: Record, reason: str) -> None:
        log.warning(
            "record put aside",
            topic=record.topic,
            partition=record.partition,
            offset=record.offset,
            reason=reason,
        )
        await self._publisher.publish([dead_letter_message(record, reason, self._clock())])
        self._metrics.dead_letters.inc()

    def _tell_left_out(self, market: str, cleared: Cleared) -> None:
        for kind, subject, code in cleared.left_out:
            log.error("constraint cannot be kept", market=market, kind=kind, subject=subject, code=code)
            self._metrics.left_out.labels(kind).inc()

    def _acknowledge(self, acks: Iterable[Ack]) -> None:
        for ack in acks:
            ack()
        self._room.set()

    def _count(self, changes: Collection[Change], seconds: float) -> None:
        self._metrics.clearings.inc()
        self._metrics.clearing_seconds.observe(seconds)
        for topic, count in Counter(change.topic for change in changes).items():
            self._metrics.published.labels(topic).inc(count)
        self._metrics.withdrawn.inc(sum(change.withdrawal for change in changes if change.topic == MATCHES))
