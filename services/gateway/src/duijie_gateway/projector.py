"""The projector's loop: Kafka to read model, from the stored positions, for ever.

What cannot be read goes to the dead letters and its partition goes on. Anything unexpected ends the process;
the supervisor starts it again where the last transaction left off.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Protocol

import psycopg
import structlog
from duijie_shared.events.codec import ContractError
from duijie_shared.kafka.dead_letters import TOPIC as DEAD_LETTERS
from duijie_shared.kafka.dead_letters import dead_letter
from kafka.errors import KafkaError
from prometheus_client import Counter, Gauge
from sqlalchemy.exc import DataError

from duijie_gateway.decoding import Event, event_of
from duijie_gateway.lag import LagQuestion

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Mapping, Sequence

    from duijie_shared.kafka.ports import Publisher, Reader, Record

    from duijie_gateway.projection import Place, Projection

CONSUMER = "gateway-projector"
POLL_SECONDS = 0.1
ANSWER_SECONDS = 5.0
PRUNE_EVERY = dt.timedelta(hours=1)

RECORDS = Counter("duijie_gateway_records", "Records applied to the read model", ["topic"])
NEWS = Counter("duijie_gateway_feed_rows", "Changes of matches that readers were told of")
DEAD = Counter("duijie_gateway_dead_letters", "Records that could not be read", ["topic"])
LAG = Gauge("duijie_gateway_lag_records", "Records on the broker that are not in the read model yet")

UNSTORABLE = (DataError, psycopg.DataError)
"""A record can keep its contract and yet fit no column: a number past 64 bits."""

log = structlog.get_logger()


class OpenReader(Protocol):
    """Opens a reader of `decoding.READ_TOPICS` at the given positions."""

    def __call__(self, positions: Mapping[Place, int]) -> Reader: ...


class Projector:
    """Reads, decodes, applies. One thread runs `run`; any thread may ask `ready`."""

    def __init__(
        self,
        projection: Projection,
        open_reader: OpenReader,
        publisher: Publisher,
        *,
        clock: Callable[[], dt.datetime],
        feed_kept: dt.timedelta,
    ) -> None:
        self._projection = projection
        self._open_reader = open_reader
        self._publisher = publisher
        self._clock = clock
        self._feed_kept = feed_kept
        self._pruned_at: dt.datetime | None = None
        self._reached: dict[Place, int] = {}
        self._question = LagQuestion()
        self._replaying = True

    def ready(self) -> dict[str, object]:
        """For the probe: whether rows are being kept up, and how many records are still to come."""
        lag = self._question.ask(ANSWER_SECONDS)
        if lag is None:
            return {"ready": False, "lag": None}
        LAG.set(lag)
        return {"ready": not self._replaying, "lag": lag}

    def run(self, stop: threading.Event) -> None:
        """Project until `stop` is set."""
        reader = self.start(stop)
        try:
            while not stop.is_set():
                self.step(reader)
                self._prune()
        finally:
            reader.close()

    def start(self, stop: threading.Event) -> Reader:
        """A reader where the last transaction left off, after rebuilding what was taken back."""
        stored = self._projection.positions()
        self._reached = {place: position.next_offset for place, position in stored.items()}
        reader = self._open_reader(self._reached)
        if any(position.next_offset < position.seen for position in stored.values()):
            reader = self._replay(reader, {place: position.seen for place, position in stored.items()}, stop)
        self._replaying = False
        return reader

    def step(self, reader: Reader) -> int:
        """One batch; returns the feed rows added."""
        self._answer(reader)
        records = reader.poll(POLL_SECONDS)
        return self._project(records, news=True) if records else 0

    def _replay(self, reader: Reader, seen: Mapping[Place, int], stop: threading.Event) -> Reader:
        """Rebuild rows up to where the projector once was, telling nobody; then go on from there.

        Partitions that are further along stay where they are, so that an order of today meets no match of
        yesterday.
        """
        log.info("rebuilding the read model")
        while not stop.is_set() and _behind(reader, seen):
            self._answer(reader)
            records = reader.poll(POLL_SECONDS)
            self._project([r for r in records if r.offset < seen.get(_place(r), 0)], news=False)
        reader.close()
        log.info("the read model is rebuilt")
        return self._open_reader(seen)

    def _project(self, records: Sequence[Record], *, news: bool) -> int:
        self._notice_new_topics(records)
        reached = {_place(record): record.offset + 1 for record in records}
        decoded = [(record, self._decode(record)) for record in records]
        self._publisher.flush()
        events = [event for _, event in decoded if event is not None]
        try:
            told = self._projection.apply(events, reached, now=self._clock(), news=news)
        except UNSTORABLE:
            told = sum(self._project_alone(record, event, news=news) for record, event in decoded)
        self._reached.update(reached)
        for record in records:
            RECORDS.labels(record.topic).inc()
        NEWS.inc(told)
        return told

    def _project_alone(self, record: Record, event: Event | None, *, news: bool) -> int:
        events = [] if event is None else [event]
        reached = {_place(record): record.offset + 1}
        try:
            return self._projection.apply(events, reached, now=self._clock(), news=news)
        except UNSTORABLE as error:
            self._set_aside(record, f"cannot be stored: {str(error).splitlines()[0]}")
            self._publisher.flush()
            return self._projection.apply([], reached, now=self._clock(), news=news)

    def _decode(self, record: Record) -> Event | None:
        try:
            return event_of(record)
        except ContractError as error:
            self._set_aside(record, str(error))
            return None

    def _set_aside(self, record: Record, reason: str) -> None:
        key, value, headers = dead_letter(record, consumer=CONSUMER, reason=reason, now=self._clock())
        self._publisher.publish(DEAD_LETTERS, key, value, headers)
        DEAD.labels(record.topic).inc()
        log.error(
            "dead letter",
            topic=record.topic,
            partition=record.partition,
            offset=record.offset,
            reason=reason,
        )

    def _notice_new_topics(self, records: Sequence[Record]) -> None:
        # The broker sends no offset twice; if one comes again, the topic was deleted and made anew.
        anew = {r.topic for r in records if r.offset < self._reached.get(_place(r), 0)}
        for topic in sorted(anew):
            log.warning("the topic was made anew", topic=topic)
            self._projection.forget_offsets(topic)
            self._reached = {place: at for place, at in self._reached.items() if place[0] != topic}

    def _answer(self, reader: Reader) -> None:
        def measure() -> int | None:
            try:
                return reader.lag()
            except KafkaError as error:
                log.warning("the lag is unknown", error=repr(error))
                return None

        self._question.answer(measure)

    def _prune(self) -> None:
        now = self._clock()
        if self._pruned_at is None or now - self._pruned_at >= PRUNE_EVERY:
            self._projection.prune_feed(now - self._feed_kept)
            self._pruned_at = now


def _place(record: Record) -> Place:
    return record.topic, record.partition


def _behind(reader: Reader, seen: Mapping[Place, int]) -> bool:
    positions = reader.positions()
    # No lag ends it too: a topic that was made anew may never reach where it once was.
    return any(positions[place] < end for place, end in seen.items()) and reader.lag() > 0
