"""Process: outbox -> Kafka. At least once, in order within an aggregate; safe beside another relay."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from typing import TYPE_CHECKING

import structlog
from duijie_shared.kafka.ports import Publisher, PublishError
from sqlmodel import Session

from duijie_catalog.metrics import OUTBOX_PENDING, RELAY_FAILURES, RELAYED
from duijie_catalog.outgoing import outbox_rows
from duijie_catalog.outgoing.outbox import headers_from
from duijie_catalog.process import BackOff

if TYPE_CHECKING:
    from sqlalchemy import Engine

log = structlog.get_logger()

BATCH = 2000
LANES = 2


class Relay:
    """Sends what the outbox holds. One thread calls `step`; `state` may be read from any."""

    def __init__(self, engine: Engine, connect: Callable[[], Publisher], stop: threading.Event) -> None:
        self._engine = engine
        self._connect = connect
        self._stop = stop
        self._publisher: Publisher | None = None
        self._back_off = BackOff()
        self.broker_answers = True

    def step(self) -> bool:
        """Send one batch; whether there was one, or the broker did not take it."""
        try:
            count = self._send_batch()
        except PublishError as error:
            # The transaction is rolled back, so all of the batch is still there to be sent again.
            if self.broker_answers:
                log.warning("broker away", error=str(error))
            self.broker_answers = False
            RELAY_FAILURES.inc()
            self.close()
            self._back_off.wait(self._stop)
            return True
        if count and not self.broker_answers:
            log.info("broker answers again")
            self.broker_answers = True
        self._back_off.reset()
        return count > 0

    def close(self) -> None:
        """Give up the producer and what it has not sent."""
        if self._publisher is not None:
            self._publisher.close()
            self._publisher = None

    def state(self) -> dict[str, object]:
        """Readiness and `outbox_pending`, for the probe."""
        with Session(self._engine) as session:
            waiting = outbox_rows.pending(session)
        OUTBOX_PENDING.set(waiting)
        return {"ready": self.broker_answers, "outbox_pending": waiting}

    def _send_batch(self) -> int:
        with Session(self._engine) as session, session.begin():
            claimed = outbox_rows.claim(session, BATCH)
            if not claimed:
                return 0
            if self._publisher is None:
                self._publisher = self._connect()
            # Partition by partition, so that the producer fills one batch after the other; the sort is stable, and
            # all records of an aggregate are in one partition, so their order holds.
            claimed.sort(key=_place)
            for record in claimed:
                self._publisher.publish(
                    record.topic, record.key, record.value, headers_from(record.headers), record.partition
                )
            self._publisher.flush()
            outbox_rows.sent(session, [record.id for record in claimed])
        for topic, count in Counter(record.topic for record in claimed).items():
            RELAYED.labels(topic).inc(count)
        return len(claimed)


class Lanes:
    """Relays beside each other in one process: while one waits for the database or the broker, the other sends.

    A shard belongs to one relay at a time, so it is as safe as two processes.
    """

    def __init__(self, relays: Sequence[Relay]) -> None:
        self._relays = relays
        self._threads = ThreadPoolExecutor(len(relays), thread_name_prefix="relay")

    def step(self) -> bool:
        """A batch of each; whether there was one, or the broker did not take it."""
        sending = [self._threads.submit(relay.step) for relay in self._relays]
        # All of them, also where one has failed: the next step must not find a relay at work.
        wait(sending)
        found_work = [each.result() for each in sending]
        return any(found_work)

    def close(self) -> None:
        """Give up the producers."""
        self._threads.shutdown()
        for relay in self._relays:
            relay.close()

    def state(self) -> dict[str, object]:
        """Readiness of both and `outbox_pending`, for the probe."""
        states = [relay.state() for relay in self._relays]
        return states[0] | {"ready": all(state["ready"] for state in states)}


def _place(record: outbox_rows.Claimed) -> tuple[str, int]:
    return record.topic, -1 if record.partition is None else record.partition
